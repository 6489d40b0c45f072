package dev.stoa.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * A conversation and its commands, whatever reads the lines. One thread; only {@link #stop} may come from another. A
 * question that fails is taken back, so that it can be asked again; an answer that was stopped stays as far as it came.
 */
final class ChatSession {
    private static final String HELP = """
            /new           begin a new conversation
            /system TEXT   tell the model how to behave; without TEXT nothing
            /model NAME    ask another model; without NAME list them
            /help          this list
            /exit          leave (also Ctrl-D)
            Ctrl-C stops an answer.""";

    private final ChatClient client;
    private final PrintWriter out;
    private final int maxTokens;
    private final List<ChatClient.Turn> turns = new ArrayList<>();
    private String model;
    private String system;

    ChatSession(ChatClient client, PrintWriter out, String model, String system, int maxTokens) {
        this.client = client;
        this.out = out;
        this.model = model;
        this.system = system;
        this.maxTokens = maxTokens;
    }

    String model() {
        return model;
    }

    /** Runs a line: a command or a question. False when the person wants to leave. */
    boolean line(String line) throws InterruptedException {
        String text = line.strip();
        if (text.isEmpty()) {
            return true;
        }
        if (text.startsWith("/")) {
            return command(text);
        }
        try {
            ask(text);
        } catch (ChatException e) {
            out.println(e.getMessage());
        }
        out.flush();
        return true;
    }

    private boolean command(String text) throws InterruptedException {
        int space = text.indexOf(' ');
        String name = space < 0 ? text : text.substring(0, space);
        String rest = space < 0 ? "" : text.substring(space + 1).strip();
        switch (name) {
            case "/exit", "/quit" -> {
                return false;
            }
            case "/new" -> {
                turns.clear();
                out.println("New conversation.");
            }
            case "/system" -> {
                system = rest;
                out.println(rest.isEmpty() ? "No system prompt." : "System prompt set.");
            }
            case "/model" -> model(rest);
            case "/help" -> out.println(HELP);
            default -> out.println("There is no " + name + "; /help lists the commands.");
        }
        out.flush();
        return true;
    }

    private void model(String name) throws InterruptedException {
        if (!name.isEmpty()) {
            model = name;
            out.println("Now asking " + model + ".");
            return;
        }
        try {
            for (String id : client.models()) {
                out.println((id.equals(model) ? "* " : "  ") + id);
            }
        } catch (ChatException e) {
            out.println(e.getMessage());
        }
    }

    /** Asks and prints the answer as it comes. */
    void ask(String question) throws ChatException, InterruptedException {
        turns.add(new ChatClient.Turn("user", question));
        boolean answered = false;
        try {
            ChatClient.Answer answer = client.ask(model, system, turns, maxTokens, this::show);
            out.println();
            remark(answer);
            if (!answer.text().isBlank()) {
                turns.add(new ChatClient.Turn("assistant", answer.text()));
                answered = true;
            }
        } finally {
            if (!answered) {
                turns.removeLast();
            }
        }
    }

    private void remark(ChatClient.Answer answer) {
        String reason = answer.stopReason();
        String remark = switch (reason) {
            case null -> "[stopped]";
            case "max_tokens" -> "[cut at " + maxTokens + " tokens; --max-tokens allows more]";
            case "refusal" -> "[ended by the server's safety policy]";
            case "model_context_window_exceeded" -> "[the model's context is full; /new begins anew]";
            default -> "";
        };
        if (!remark.isEmpty()) {
            out.println(remark);
        }
    }

    /** Stops the answer that runs. */
    void stop() {
        client.stop();
    }

    private void show(String text) {
        out.print(printable(text));
        out.flush();
    }

    /** A model's text must not drive the terminal: control characters but newline and tab are left out. */
    static String printable(String text) {
        StringBuilder kept = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' || c == '\t' || !Character.isISOControl(c)) {
                kept.append(c);
            }
        }
        return kept.toString();
    }
}
