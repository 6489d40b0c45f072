package dev.stoa.store;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fetches one file over HTTP into a part file, going on where an earlier run ended if the server still has the same file
 * (Range with If-Range, or a SHA-256 to check the whole by), and anew if not. After {@link #fetch} the part holds the
 * whole file, on the disk, with the size and the SHA-256 that were asked for. On every failure but a wrong file the part
 * is kept.
 */
final class Downloader {
    /** Tries in all, so that a server that gives a byte a try cannot hold us for ever. */
    private static final int TRIES_MAX = 100;

    /** Retries while the server was never reached: it is down or walled off, and somebody waits. */
    private static final int UNREACHED_RETRIES_MAX = 2;

    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (?:(\\d{1,18})-\\d{1,18}|\\*)/(\\d{1,18}|\\*)");

    private final Web web;
    private final PullSettings settings;
    private final Disk disk;
    private final Sleeper sleeper;
    private final RandomGenerator random;

    /** Waits; tests do not. */
    interface Sleeper {
        void sleep(Duration duration) throws InterruptedException;
    }

    /** What the file must be; nulls where it is not known beforehand. */
    record Expected(@Nullable Long size, @Nullable String sha256) {}

    /** What was fetched. */
    record Fetched(long size, String sha256) {}

    /** The source could not be reached at all, or stopped answering: the mirror's hour. */
    static final class UnreachableException extends Exception {
        private static final long serialVersionUID = 1;

        UnreachableException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** A server's answer that a later try may better. */
    private static final class BusyException extends IOException {
        private static final long serialVersionUID = 1;
        private final transient @Nullable Duration retryAfter;

        BusyException(String message, @Nullable Duration retryAfter) {
            super(message);
            this.retryAfter = retryAfter;
        }
    }

    Downloader(Web web, PullSettings settings, Disk disk, Sleeper sleeper, RandomGenerator random) {
        this.web = web;
        this.settings = settings;
        this.disk = disk;
        this.sleeper = sleeper;
        this.random = random;
    }

    /**
     * Fetches.
     *
     * @param failFast whether to give up at once if the very first connection fails, because there is a mirror
     */
    Fetched fetch(URI uri, PartFile part, Expected expected, boolean failFast, Progress progress)
            throws IOException, InterruptedException, UnreachableException {
        Transfer transfer = new Transfer(uri, part, expected, progress);
        part.open(progress);
        int fruitless = 0;
        boolean everAnswered = false;
        for (int attempt = 1; ; attempt++) {
            long before = part.length();
            try {
                progress.phase(PullPhase.CONNECTING, part.length(), transfer.total());
                transfer.run();
                return transfer.verified();
            } catch (IOException e) {
                everAnswered |= e instanceof BusyException || part.length() > before || transfer.answered;
                fruitless = part.length() > before ? 0 : fruitless + 1;
                int retriesMax = everAnswered
                        ? settings.retriesMax()
                        : failFast ? 0 : Math.min(settings.retriesMax(), UNREACHED_RETRIES_MAX);
                if (fruitless > retriesMax || attempt >= TRIES_MAX) {
                    throw new UnreachableException(host(uri) + ": " + reason(e), e);
                }
                pause(e, fruitless, progress, uri);
            }
        }
    }

    private void pause(IOException failure, int fruitless, Progress progress, URI uri) throws InterruptedException {
        Duration asked = failure instanceof BusyException busy ? busy.retryAfter : null;
        Duration doubled = settings.retryDelay().multipliedBy(1L << Math.min(Math.max(fruitless - 1, 0), 20));
        Duration ceiling = doubled.compareTo(settings.retryDelayMax()) < 0 ? doubled : settings.retryDelayMax();
        Duration wait = ceiling.minusMillis((long) (ceiling.toMillis() * random.nextDouble() / 2));
        if (asked != null && asked.compareTo(wait) > 0) {
            wait = asked.compareTo(settings.retryDelayMax()) < 0 ? asked : settings.retryDelayMax();
        }
        progress.notice(host(uri) + ": " + reason(failure) + "; trying again");
        sleeper.sleep(wait);
    }

    /** One file's way; survives failed tries. */
    private final class Transfer {
        private final URI uri;
        private final PartFile part;
        private final Progress progress;
        private @Nullable Long size;
        private @Nullable String sha256;
        private boolean sizeIsLaw;
        private boolean answered;

        Transfer(URI uri, PartFile part, Expected expected, Progress progress) {
            this.uri = uri;
            this.part = part;
            this.progress = progress;
            this.size = expected.size();
            this.sha256 = expected.sha256();
            this.sizeIsLaw = expected.size() != null;
        }

        long total() {
            Long known = size;
            return known == null ? 0 : known;
        }

        void run() throws IOException, InterruptedException {
            if (size != null && part.length() > size) {
                part.restart();
            }
            if (sha256 != null && size != null && sizeIsLaw && part.length() == size) {
                return; // all there: only the check is missing
            }
            try (Web.Answer answer = web.get(uri, resumeHeaders())) {
                answered = true;
                if (accept(answer)) {
                    receive(answer);
                }
            }
        }

        private Map<String, String> resumeHeaders() throws IOException {
            Map<String, String> headers = new HashMap<>();
            headers.put("Accept-Encoding", "identity");
            PartFile.Origin origin = part.origin();
            String validator = origin == null || !origin.address().equals(addressOf(uri)) ? null : origin.validator();
            if (part.length() > 0 && validator == null && sha256 == null) {
                part.restart(); // nothing says that the rest would be of the same file
            }
            if (part.length() > 0) {
                headers.put("Range", "bytes=" + part.length() + "-");
                if (validator != null) {
                    headers.put("If-Range", validator);
                }
            }
            return headers;
        }

        /** Makes part and answer agree; false if the part is already whole. */
        private boolean accept(Web.Answer answer) throws IOException {
            switch (answer.status()) {
                case 206 -> acceptRest(answer);
                case 200 -> acceptWhole(answer);
                case 416 -> {
                    Matcher range = CONTENT_RANGE.matcher(orEmpty(answer.header("Content-Range")));
                    boolean whole = range.matches() && range.group(2).equals(String.valueOf(part.length()));
                    if (whole) {
                        return false;
                    }
                    part.restart();
                    throw new BusyException("the file has changed", null);
                }
                default -> throw refusal(answer);
            }
            if (sha256 == null) {
                sha256 = answer.hubSha256();
            }
            if (size != null) {
                Disk.require(disk, folder(), size - part.length());
            }
            return true;
        }

        private void acceptRest(Web.Answer answer) throws IOException {
            Matcher range = CONTENT_RANGE.matcher(orEmpty(answer.header("Content-Range")));
            boolean fits = range.matches() && String.valueOf(part.length()).equals(range.group(1));
            if (!fits) {
                part.restart();
                throw new BusyException("the server sent another part of the file than was asked for", null);
            }
            if (!"*".equals(range.group(2))) {
                learnSize(Long.parseLong(range.group(2)));
            }
        }

        private void acceptWhole(Web.Answer answer) throws IOException {
            part.restart();
            String length = answer.header("Content-Length");
            if (length != null) {
                learnSize(Long.parseLong(length));
            }
            part.note(new PartFile.Origin(addressOf(uri), strong(answer.header("ETag"))));
        }

        private void learnSize(long told) throws IOException {
            if (sizeIsLaw && size != null && told != size) {
                part.discard();
                throw new StoreException(
                        StoreException.Kind.CORRUPT,
                        host(uri) + " has a file of " + told + " bytes, not of " + size + " as the catalogue says."
                                + " Nothing was kept.");
            }
            size = told;
        }

        private void receive(Web.Answer answer) throws IOException, InterruptedException {
            progress.phase(PullPhase.DOWNLOADING, part.length(), total());
            TimedBody body = answer.body();
            for (List<ByteBuffer> pieces = body.next(settings.idleTimeout());
                    pieces != null;
                    pieces = body.next(settings.idleTimeout())) {
                for (ByteBuffer piece : pieces) {
                    checkMagic(piece);
                    part.write(piece);
                }
                if (size != null && part.length() > size) {
                    part.discard();
                    throw new StoreException(
                            StoreException.Kind.CORRUPT,
                            host(uri) + " sent more bytes than the file has. Nothing was kept.");
                }
                progress.at(part.length());
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            if (size != null && part.length() < size) {
                throw new IOException("the connection ended before the file did");
            }
        }

        /** Tells a page of HTML or an error text from a model at its first bytes, before gigabytes are fetched. */
        private void checkMagic(ByteBuffer piece) throws IOException {
            for (int i = 0; i < piece.remaining() && part.length() + i < Gguf.MAGIC_BYTES; i++) {
                int at = (int) part.length() + i;
                if (piece.get(piece.position() + i) != Gguf.magicAt(at)) {
                    part.discard();
                    throw new StoreException(
                            StoreException.Kind.CORRUPT,
                            "What " + host(uri) + " sent is not a GGUF file: " + uri.getPath());
                }
            }
        }

        Fetched verified() throws IOException {
            String found = part.finish();
            if (part.length() < Gguf.MAGIC_BYTES) {
                part.discard();
                throw new StoreException(
                        StoreException.Kind.CORRUPT,
                        "What " + host(uri) + " sent is not a GGUF file: it is too short.");
            }
            if (sha256 != null && !sha256.equals(found)) {
                part.discard();
                throw new StoreException(
                        StoreException.Kind.CORRUPT,
                        "The download is damaged: its SHA-256 is " + found + ", not " + sha256
                                + ". It was removed; run the same command again to fetch it anew.");
            }
            return new Fetched(part.length(), found);
        }

        private IOException refusal(Web.Answer answer) {
            String name = host(uri);
            int status = answer.status();
            switch (status) {
                case 401, 403 ->
                    throw new StoreException(
                            StoreException.Kind.FORBIDDEN,
                            name + " refuses the file (HTTP " + status
                                    + "). If its licence has to be accepted first, do so"
                                    + " on its page, then set HF_TOKEN to a read token of your account.");
                case 404, 410 ->
                    throw new StoreException(
                            StoreException.Kind.NOT_FOUND, name + " has no such file: " + uri.getPath());
                case 407 ->
                    throw new StoreException(
                            StoreException.Kind.FORBIDDEN,
                            "The proxy wants a password, which stoa pull cannot give. Fetch the file by other means and"
                                    + " add it with: stoa pull PATH");
                default -> {
                    if (status == 408 || status == 425 || status == 429 || status >= 500) {
                        return new BusyException("HTTP " + status, retryAfter(answer.header("Retry-After")));
                    }
                    throw new StoreException(
                            StoreException.Kind.UNREACHABLE,
                            name + " answers HTTP " + status + " for " + uri.getPath());
                }
            }
        }

        private Path folder() {
            Path folder = part.path().getParent();
            return folder == null ? part.path() : folder;
        }
    }

    private static @Nullable Duration retryAfter(@Nullable String header) {
        return header != null && header.matches("\\d{1,6}") ? Duration.ofSeconds(Long.parseLong(header)) : null;
    }

    /** A weak ETag does not promise the same bytes, so it cannot be gone on with. */
    private static @Nullable String strong(@Nullable String etag) {
        return etag == null || etag.startsWith("W/") ? null : etag;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Stands for an address in a file: addresses may carry passwords and signatures. */
    private static String addressOf(URI uri) {
        return PartFile.sha256Hex(uri.toString());
    }

    static String host(URI uri) {
        return uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    }

    private static String reason(IOException e) {
        return switch (e) {
            case HttpConnectTimeoutException _ -> "no connection";
            case ConnectException _ -> "cannot be reached";
            case UnknownHostException _ -> "name unknown";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }
}
