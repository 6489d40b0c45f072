package dev.stoa.inference;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Models for tests and load.
 *
 * @param mockModels names of {@link MockModel}s to be shown; with one at least, any of their kind can be asked for
 */
@ConfigurationProperties("stoa")
record MockSettings(@DefaultValue List<String> mockModels) {}
