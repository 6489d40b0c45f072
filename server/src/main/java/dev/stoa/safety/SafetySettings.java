package dev.stoa.safety;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What an operator sets about safety.
 *
 * @param patternsFile the list of patterns; empty means {@code safety-patterns.txt} in the data folder
 */
@ConfigurationProperties("stoa.safety")
record SafetySettings(@DefaultValue("") String patternsFile) {
    private static final String FILE = "safety-patterns.txt";

    Path file(Path dataFolder) {
        return patternsFile.isBlank() ? dataFolder.resolve(FILE) : Path.of(patternsFile);
    }
}
