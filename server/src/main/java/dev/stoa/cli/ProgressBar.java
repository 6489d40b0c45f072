package dev.stoa.cli;

import dev.stoa.store.PullListener;
import dev.stoa.store.PullPhase;
import dev.stoa.store.Sizes;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows how a pull goes on: on a terminal one line that is drawn again and again, elsewhere (a log, a pipe) a plain line
 * with each phase and every few seconds. One thread.
 */
public final class ProgressBar implements PullListener, AutoCloseable {
    private static final long PLAIN_INTERVAL_NANOS = Duration.ofSeconds(5).toNanos();
    private static final int BAR_CELLS = 24;
    /** Below this the rate is noise and “time left” would jump about. */
    private static final double RATE_MIN = 1;

    private static final String ERASE_LINE = "\r\u001b[K";

    private final PrintWriter out;
    private final boolean terminal;
    private final LongSupplier nanoClock;
    private PullPhase shown = PullPhase.CONNECTING;
    private long plainAtNanos;
    private boolean begun;
    private boolean drawn;

    /** @param terminal whether {@code out} understands carriage return and erase */
    public ProgressBar(PrintWriter out, boolean terminal, LongSupplier nanoClock) {
        this.out = out;
        this.terminal = terminal;
        this.nanoClock = nanoClock;
    }

    /** Whether a person looks at this process's output. */
    @SuppressWarnings("SystemConsoleNull") // NullAway knows System.console() as nullable and wants the check
    public static boolean onTerminal() {
        Console console = System.console();
        return console != null
                && console.isTerminal()
                && !"dumb".equals(System.getenv().getOrDefault("TERM", "dumb"));
    }

    @Override
    public void onProgress(Status status) {
        if (terminal) {
            out.print(ERASE_LINE + line(status, true));
            out.flush();
            drawn = true;
            return;
        }
        long now = nanoClock.getAsLong();
        boolean news = !begun || status.phase() != shown;
        if (news || now - plainAtNanos >= PLAIN_INTERVAL_NANOS) {
            begun = true;
            shown = status.phase();
            plainAtNanos = now;
            out.println(line(status, false));
            out.flush();
        }
    }

    @Override
    public void onNotice(String sentence) {
        erase();
        out.println(sentence + (sentence.endsWith(".") ? "" : "."));
        out.flush();
    }

    /** Takes the drawn line away; what comes next begins on a clean one. */
    @Override
    public void close() {
        erase();
        out.flush();
    }

    private void erase() {
        if (drawn) {
            out.print(ERASE_LINE);
            drawn = false;
        }
    }

    static String line(Status status, boolean bar) {
        String what = switch (status.phase()) {
            case CONNECTING -> "Connecting";
            case WAITING -> "Waiting";
            case DOWNLOADING -> "Downloading";
            case EXTRACTING -> "Unpacking";
            case COPYING -> "Copying";
            case VERIFYING -> "Checking";
        };
        boolean counted = status.phase() != PullPhase.CONNECTING && status.phase() != PullPhase.WAITING;
        if (!counted) {
            return what + " …";
        }
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-11s", what));
        if (status.total() > 0) {
            double share = Math.min(1, (double) status.done() / status.total());
            if (bar) {
                int full = (int) (share * BAR_CELLS);
                line.append("  ").append("█".repeat(full)).append("░".repeat(BAR_CELLS - full));
            }
            line.append(String.format(Locale.ROOT, "  %3d %%", (int) (share * 100)));
            line.append("  ").append(Sizes.format(status.done())).append(" of ").append(Sizes.format(status.total()));
        } else {
            line.append("  ").append(Sizes.format(status.done()));
        }
        if (status.bytesPerSecond() >= RATE_MIN) {
            line.append("  ")
                    .append(Sizes.format((long) status.bytesPerSecond()))
                    .append("/s");
            if (status.total() > status.done()) {
                line.append("  ").append(time((status.total() - status.done()) / status.bytesPerSecond()));
            }
        }
        return line.toString();
    }

    private static String time(double seconds) {
        long whole = (long) Math.ceil(seconds);
        return whole >= 3600
                ? String.format(Locale.ROOT, "%d:%02d:%02d left", whole / 3600, whole / 60 % 60, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d left", whole / 60, whole % 60);
    }
}
