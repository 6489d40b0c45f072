package dev.stoa.api.openapi;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What has a document of its own. Its parts are the YAML files of its folder, and what it shares with others. */
public enum Surface {
    ANTHROPIC("Anthropic's protocol", "shared/anthropic-errors.yaml"),
    OPENAI("OpenAI's protocol"),
    ADMIN("The Admin API", "shared/anthropic-errors.yaml"),
    CHAT("The chat API"),
    OPERATIONS("Operations");

    private final String title;
    private final List<String> shared;

    Surface(String title, String... shared) {
        this.title = title;
        this.shared = List.of(shared);
    }

    /** As in paths and names of folders. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    String title() {
        return title;
    }

    List<String> shared() {
        return shared;
    }

    /** The one with this label. */
    public static Optional<Surface> of(String label) {
        return Arrays.stream(values())
                .filter(surface -> surface.label().equals(label))
                .findFirst();
    }
}
