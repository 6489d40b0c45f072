package dev.stoa.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * The interactive chat: JLine edits the lines and hands us Ctrl-C, which stops the answer that runs; at the prompt a
 * first one is a warning and a second one leaves.
 */
final class ChatTerminal implements AutoCloseable {
    private final Terminal terminal;

    /** Makes the session once its output is known. */
    interface SessionMaker {
        ChatSession on(PrintWriter out);
    }

    ChatTerminal() throws IOException {
        terminal = TerminalBuilder.builder().system(true).dumb(true).build();
    }

    /** Asks yes or no; Enter means yes, Ctrl-C and Ctrl-D no. */
    boolean confirm(String question) {
        LineReader reader = LineReaderBuilder.builder().terminal(terminal).build();
        try {
            String answer = reader.readLine(question + " [Y/n] ").strip();
            return answer.isEmpty() || answer.toLowerCase(Locale.ROOT).startsWith("y");
        } catch (UserInterruptException | EndOfFileException e) {
            return false;
        }
    }

    /** Reads and answers until the person leaves. */
    void run(SessionMaker maker, URI server) throws InterruptedException {
        ChatSession session = maker.on(terminal.writer());
        LineReader reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("stoa")
                // “!” is a letter in a question, not a history command.
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.BRACKETED_PASTE, true)
                .build();
        terminal.writer().println("Chatting with " + session.model() + " at " + server + "; /help lists commands.");
        boolean warned = false;
        boolean go = true;
        while (go) {
            try {
                String line = reader.readLine("> ");
                warned = false;
                go = answer(session, line);
            } catch (UserInterruptException e) {
                go = !warned;
                warned = true;
                if (go) {
                    terminal.writer().println("Press Ctrl-C again to leave.");
                }
            } catch (EndOfFileException e) {
                go = false;
            }
        }
        terminal.writer().flush();
    }

    /** A second Ctrl-C while an answer is being stopped leaves at once: the server may hang. */
    private boolean answer(ChatSession session, String line) throws InterruptedException {
        AtomicBoolean stopping = new AtomicBoolean();
        Thread asking = Thread.currentThread();
        Terminal.SignalHandler before = terminal.handle(Terminal.Signal.INT, _ -> {
            if (stopping.getAndSet(true)) {
                asking.interrupt();
            } else {
                session.stop();
            }
        });
        try {
            return session.line(line);
        } finally {
            terminal.handle(Terminal.Signal.INT, before);
        }
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
