package dev.stoa.identity;

import dev.stoa.shared.CheckedSettings;
import dev.stoa.shared.Limits;
import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The preset API key.
 *
 * @param adminKey empty means that the first key is a random one, shown once
 */
@ConfigurationProperties("stoa")
public record AdminKey(@DefaultValue("") String adminKey) implements CheckedSettings {
    boolean isPreset() {
        return !adminKey.isEmpty();
    }

    /** @throws IllegalArgumentException as {@link #requireWellFormed} */
    @Override
    public void check(Path dataFolder, Limits limits) {
        requireWellFormed();
    }

    /** @throws IllegalArgumentException if it is preset and not well-formed: the server must not start with a weak one */
    void requireWellFormed() {
        if (isPreset()) {
            SecretToken.requireWellFormedKey(adminKey);
        }
    }

    /** Keeps the key out of logs. */
    @Override
    public String toString() {
        return "AdminKey[preset=" + isPreset() + "]";
    }
}
