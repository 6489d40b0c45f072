package dev.stoa.cli;

/** How the commands end; 2 is picocli's own for a line it cannot read. */
final class ExitCode {
    static final int OK = 0;
    static final int FAILURE = 1;
    static final int USAGE = 2;
    /** As shells report a process that SIGINT ended. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
