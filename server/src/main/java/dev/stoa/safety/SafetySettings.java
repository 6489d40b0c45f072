package dev.stoa.safety;

import dev.stoa.shared.CheckedSettings;
import dev.stoa.shared.Limits;
import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What an operator sets about safety.
 *
 * @param patternsFile the list of patterns; empty means {@code safety-patterns.txt} in the data folder
 */
@ConfigurationProperties("stoa.safety")
record SafetySettings(@DefaultValue("") String patternsFile) implements CheckedSettings {
    private static final String FILE = "safety-patterns.txt";

    /** @throws PolicyException if there is a policy and it can't be used */
    @Override
    public void check(Path dataFolder, Limits limits) {
        new PolicySource(file(dataFolder), System::nanoTime);
    }

    Path file(Path dataFolder) {
        return patternsFile.isBlank() ? dataFolder.resolve(FILE) : Path.of(patternsFile);
    }
}
