package dev.stoa.shared;

import com.sun.security.auth.module.UnixSystem;
import java.nio.file.Path;
import java.util.Map;

/** Where Stoa keeps things when nobody says where, and folders as an operator writes them. */
public final class Folders {
    private static final Path DATA_OF_ROOT = Path.of("/var/lib/stoa");

    private Folders() {}

    /** The data folder where no flag names one: {@code STOA_DATA}, else {@link #data()}. */
    public static Path data(Map<String, String> environment) {
        String set = environment.getOrDefault("STOA_DATA", "");
        return set.isBlank() ? data() : expand(set);
    }

    /**
     * {@code ~/.stoa}, and {@code /var/lib/stoa} for root: PostgreSQL runs as another user there, who cannot enter root's
     * home.
     */
    public static Path data() {
        return new UnixSystem().getUid() == 0 ? DATA_OF_ROOT : Path.of(System.getProperty("user.home"), ".stoa");
    }

    /** Absolute, with a leading {@code ~} as the user's home. */
    public static Path expand(String given) {
        String text = given.strip();
        Path path = text.equals("~") || text.startsWith("~/")
                ? Path.of(System.getProperty("user.home") + text.substring(1))
                : Path.of(text);
        return path.toAbsolutePath().normalize();
    }
}
