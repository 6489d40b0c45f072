package dev.stoa.inference.upstream;

import dev.stoa.inference.TokenStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** The call that an upstream's answer is in, if it is in one; calls come one after the other. One thread. */
final class OpenCall {
    private final Tally tally;
    /** What was said between parts of the call. */
    private final List<TokenStream.Event> between = new ArrayList<>();

    private @Nullable StringBuilder arguments;
    private int calls;
    private boolean called;

    OpenCall(Tally tally) {
        this.tally = tally;
    }

    /** @param id empty where the upstream names none */
    void begin(String id, String name, Consumer<TokenStream.Event> out) {
        if (name.isEmpty()) {
            throw UpstreamFaults.rubbish("a call without a name", null);
        }
        end(out);
        arguments = new StringBuilder();
        tally.piece(name);
        out.accept(new TokenStream.CallStart(calls, id.isEmpty() ? null : id, name));
    }

    void arguments(String more, Consumer<TokenStream.Event> out) {
        if (more.isEmpty()) {
            return;
        }
        if (arguments == null) {
            throw UpstreamFaults.rubbish("arguments without a call", null);
        }
        arguments.append(more);
        tally.piece(more);
        out.accept(new TokenStream.CallArguments(calls, more));
    }

    /**
     * Tells what is no part of a call: at once where no call is open, or the open one is whole and so ends. Between the
     * parts of a call blanks are passed over, as some servers write them there, and words wait for its end.
     *
     * @param words of the events
     * @return false if they wait
     */
    boolean say(String words, List<TokenStream.Event> events, Consumer<TokenStream.Event> out) {
        if (arguments != null && between.isEmpty()) {
            if (words.isBlank()) {
                return true;
            }
            if (isObject(arguments.toString())) {
                end(out);
            }
        }
        if (arguments != null) {
            between.addAll(events);
            return false;
        }
        events.forEach(out);
        return true;
    }

    /** Ends it, where there is one. */
    void end(Consumer<TokenStream.Event> out) {
        end(false, out);
    }

    /** @param cut whether something ended the answer here, which may be in the midst of the call */
    void end(boolean cut, Consumer<TokenStream.Event> out) {
        if (arguments == null) {
            return;
        }
        if (arguments.isEmpty() && !cut) {
            // Some write nothing where there are no arguments.
            arguments("{}", out);
        }
        boolean complete = !cut || isObject(String.valueOf(arguments));
        arguments = null;
        called |= complete;
        out.accept(new TokenStream.CallEnd(calls, complete));
        calls++;
        between.forEach(out);
        between.clear();
    }

    private static boolean isObject(String text) {
        try {
            return Json.MAPPER.readTree(text).isObject();
        } catch (JacksonException _) {
            return false;
        }
    }

    /** Whether there was a whole one. */
    boolean called() {
        return called;
    }
}
