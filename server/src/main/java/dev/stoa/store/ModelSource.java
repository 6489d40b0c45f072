package dev.stoa.store;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a model is pulled from. */
public sealed interface ModelSource {

    /** A model of the catalogue. */
    record Catalogued(CatalogueEntry entry) implements ModelSource {}

    /** A file of a repository on the Hugging Face hub. */
    record HubFile(String repo, String revision, String file) implements ModelSource {}

    /** A file on the web. */
    record WebFile(URI uri) implements ModelSource {}

    /** A file of this machine. */
    record LocalFile(Path path) implements ModelSource {}

    /** The hub's main line. */
    String MAIN_REVISION = "main";

    /**
     * Reads what a person typed: an address, {@code hf:owner/repo/file.gguf} with or without the prefix, a path, or a
     * name of the catalogue. A path that exists wins over a repository of the same spelling.
     *
     * @param hub the hub's address, so that a page's address copied from its site is understood
     * @throws StoreException INVALID or NOT_FOUND, saying what would be understood
     */
    static ModelSource parse(String text, Catalogue catalogue, URI hub) {
        String given = text.strip();
        String lower = given.toLowerCase(Locale.ROOT);
        if (lower.startsWith("http://") || lower.startsWith("https://")) {
            return address(given, hub);
        }
        if (lower.startsWith("hf:")) {
            return hubFile(given.substring("hf:".length()));
        }
        if (given.startsWith("~/")) {
            given = System.getProperty("user.home") + given.substring(1);
        }
        if (looksLikePath(given)) {
            return local(given);
        }
        if (given.contains("/")) {
            return hubFile(given);
        }
        return new Catalogued(catalogue
                .find(given)
                .orElseThrow(() -> new StoreException(
                        StoreException.Kind.NOT_FOUND,
                        "“" + text + "” is not in the catalogue (stoa models lists it). Other models are named"
                                + " owner/repo/file.gguf on Hugging Face, by their address, or by a file's path.")));
    }

    /** Where it comes from, as the manifest keeps it; of an address a password is left out, and a query told by its hash. */
    default String describe() {
        return switch (this) {
            case Catalogued(CatalogueEntry entry) -> "hf:" + entry.repo() + "/" + entry.file();
            case HubFile(String repo, String revision, String file) ->
                "hf:" + repo + (revision.equals(MAIN_REVISION) ? "" : "@" + revision) + "/" + file;
            case WebFile(URI uri) -> withoutSecrets(uri);
            case LocalFile(Path path) -> path.toAbsolutePath().normalize().toString();
        };
    }

    /** The name it has in the store unless another is asked for. */
    default ModelName defaultName() {
        return switch (this) {
            case Catalogued(CatalogueEntry entry) -> entry.id();
            case HubFile hub -> ModelName.ofFile(lastPart(hub.file()));
            case WebFile(URI uri) -> ModelName.ofFile(lastPart(String.valueOf(uri.getPath())));
            case LocalFile(Path path) -> ModelName.ofFile(lastPart(path.toString()));
        };
    }

    private static boolean looksLikePath(String text) {
        return text.startsWith("/")
                || text.startsWith("./")
                || text.startsWith("../")
                || text.contains("\\")
                || (text.toLowerCase(Locale.ROOT).endsWith(".gguf") && exists(text))
                || (text.toLowerCase(Locale.ROOT).endsWith(".gguf") && !text.contains("/"));
    }

    private static boolean exists(String text) {
        try {
            return Files.exists(Path.of(text));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static ModelSource local(String text) {
        try {
            Path path = Path.of(text);
            if (!Files.isRegularFile(path)) {
                throw new StoreException(StoreException.Kind.NOT_FOUND, "There is no file " + text + ".");
            }
            return new LocalFile(path);
        } catch (InvalidPathException e) {
            throw new StoreException(StoreException.Kind.INVALID, "“" + text + "” is no path: " + e.getReason(), e);
        }
    }

    private static ModelSource address(String text, URI hub) {
        try {
            URI uri = new URI(text);
            if (uri.getHost() == null) {
                throw new StoreException(StoreException.Kind.INVALID, "“" + text + "” names no host.");
            }
            // A file's page or address on the hub.
            Matcher page = Pattern.compile("/([^/]+/[^/]+)/(?:resolve|blob|raw)/([^/]+)/(.+)")
                    .matcher(String.valueOf(uri.getPath()));
            if (uri.getHost().equalsIgnoreCase(hub.getHost()) && uri.getPort() == hub.getPort() && page.matches()) {
                return new HubFile(page.group(1), page.group(2), page.group(3));
            }
            return new WebFile(uri);
        } catch (URISyntaxException e) {
            throw new StoreException(StoreException.Kind.INVALID, "“" + text + "” is no address: " + e.getReason(), e);
        }
    }

    private static ModelSource hubFile(String text) {
        String[] parts = text.split("/", -1);
        boolean wellFormed = parts.length >= 3
                && text.toLowerCase(Locale.ROOT).endsWith(".gguf")
                && Arrays.stream(parts).noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
        if (!wellFormed) {
            throw new StoreException(
                    StoreException.Kind.INVALID,
                    "“" + text + "” is not a file on Hugging Face: it is written owner/repo/file.gguf.");
        }
        int at = parts[1].indexOf('@');
        String repo = parts[0] + "/" + (at < 0 ? parts[1] : parts[1].substring(0, at));
        String revision = at < 0 ? MAIN_REVISION : parts[1].substring(at + 1);
        return new HubFile(repo, revision, String.join("/", Arrays.copyOfRange(parts, 2, parts.length)));
    }

    private static String withoutSecrets(URI uri) {
        try {
            String place =
                    new URI(uri.getScheme(), null, uri.getHost(), uri.getPort(), uri.getPath(), null, null).toString();
            return uri.getRawQuery() == null
                    ? place
                    : place + "?" + Integer.toHexString(uri.getRawQuery().hashCode());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("parts of a URI are a URI", e);
        }
    }

    private static String lastPart(String path) {
        return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    }
}
