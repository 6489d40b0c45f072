package dev.stoa;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The Spring context of the service; {@code dev.stoa.cli} decides how it is started. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class StoaApplication {}
