package dev.stoa.document;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.commons.logging.LogFactory;
import org.apache.fontbox.FontBoxFont;
import org.apache.pdfbox.io.RandomAccessRead;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a PDF read by a child process, which is killed when its time is up and ends by itself when its heap is full. A PDF
 * unpacks to a thousand times its size and more, in layers, and no reader of the format bounds that. Thread-safe.
 */
final class PdfReader {
    private static final Logger LOG = LoggerFactory.getLogger(PdfReader.class);

    /** {@code -XX:+ExitOnOutOfMemoryError} ends a JVM so. */
    private static final int OUT_OF_MEMORY = 3;

    /** What the child may send: its text as UTF-8, at most three bytes a code unit, and a line before it. */
    private static final int REPLY_BYTES_MAX =
            3 * DocumentLimits.TEXT_LENGTH_MAX + 8 * DocumentLimits.PAGES_MAX + 1_000;

    private final Semaphore turns = new Semaphore(DocumentLimits.READERS, true);

    DocumentText read(byte[] content) throws InterruptedException {
        if (!turns.tryAcquire(DocumentLimits.TURN_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new StoaException(ErrorKind.OVERLOADED, "Too many files are being read. Try again in a moment.");
        }
        try {
            return readInTurn(content);
        } catch (IOException e) {
            throw new UncheckedIOException("the process that reads a PDF can't be started", e);
        } finally {
            turns.release();
        }
    }

    private static DocumentText readInTurn(byte[] content) throws IOException, InterruptedException {
        Process child = start();
        try {
            Thread.ofVirtual().name("pdf-feed").start(() -> feed(child, content));
            AtomicBoolean late = new AtomicBoolean();
            Thread.ofVirtual().name("pdf-watch").start(() -> watch(child, late));
            byte[] reply;
            try (InputStream in = child.getInputStream()) {
                reply = in.readNBytes(REPLY_BYTES_MAX);
            }
            int exit = child.waitFor();
            if (exit != 0) {
                LOG.info("A PDF of {} bytes was given up: its reader ended with {}", content.length, exit);
                throw gaveUp(exit, late.get());
            }
            return parse(new String(reply, StandardCharsets.UTF_8));
        } finally {
            child.destroyForcibly();
        }
    }

    private static StoaException gaveUp(int exit, boolean late) {
        if (late) {
            return invalid("This PDF takes too long to read.");
        }
        return exit == OUT_OF_MEMORY
                ? invalid("This PDF is too large when it is unpacked.")
                : new StoaException(ErrorKind.INTERNAL, "This PDF could not be read: its reader failed.");
    }

    private static DocumentText parse(String reply) {
        int end = reply.indexOf('\n');
        String[] head = reply.substring(0, Math.max(0, end)).split(" ");
        return switch (PdfMain.Verdict.valueOf(head[0])) {
            case READ ->
                PlainText.ofPages(
                        pages(reply.substring(end + 1), head),
                        Integer.parseInt(head[1]),
                        Boolean.parseBoolean(head[2]));
            case LOCKED -> throw invalid("This PDF is locked with a password. Attach a copy without one.");
            case BROKEN -> throw invalid("This PDF is damaged and can't be read.");
        };
    }

    /** @param head its words from the fourth on are the lengths of the pages */
    private static List<String> pages(String text, String[] head) {
        List<String> pages = new ArrayList<>();
        int from = 0;
        for (int i = 3; i < head.length; i++) {
            int to = from + Integer.parseInt(head[i]);
            pages.add(text.substring(from, to));
            from = to;
        }
        return pages;
    }

    private static Process start() throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + DocumentLimits.HEAP_MEGABYTES + "m",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.awt.headless=true",
                // Where the library keeps what it found out about the machine's fonts.
                "-Dpdfbox.fontcache=" + System.getProperty("java.io.tmpdir"),
                "-Dorg.apache.commons.logging.LogFactory=org.apache.commons.logging.impl.LogFactoryImpl",
                "-Dorg.apache.commons.logging.Log=org.apache.commons.logging.impl.NoOpLog",
                "-cp",
                classPath(),
                PdfMain.class.getName());
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        // Nothing of the server's surroundings, keys among them, is the child's business.
        builder.environment().clear();
        return builder.start();
    }

    /** Where the few classes that the child needs were loaded from. */
    private static String classPath() {
        Set<String> places = new LinkedHashSet<>();
        for (Class<?> type :
                List.of(PdfMain.class, PDDocument.class, RandomAccessRead.class, FontBoxFont.class, LogFactory.class)) {
            try {
                places.add(Path.of(type.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI())
                        .toString());
            } catch (URISyntaxException e) {
                throw new IllegalStateException(e);
            }
        }
        return String.join(System.getProperty("path.separator"), places);
    }

    private static void feed(Process child, byte[] content) {
        try (OutputStream out = child.getOutputStream()) {
            out.write(content);
        } catch (IOException e) {
            LOG.debug("The reader of a PDF left before it had all: {}", e.getMessage());
        }
    }

    private static void watch(Process child, AtomicBoolean late) {
        try {
            if (!child.waitFor(DocumentLimits.READ_TIME.toMillis(), TimeUnit.MILLISECONDS)) {
                late.set(true);
                child.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            child.destroyForcibly();
        }
    }

    private static StoaException invalid(String message) {
        return new StoaException(ErrorKind.INVALID_REQUEST, message);
    }
}
