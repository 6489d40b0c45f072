package dev.stoa.engine.template;

/** A template that can't be parsed, fails, or refuses the conversation; the message is the template's or names a line. */
public final class TemplateException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    /** Whether the message needs no line added. */
    private final boolean complete;

    TemplateException(String message) {
        this(message, message.startsWith("chat template, line "));
    }

    TemplateException(String message, boolean complete) {
        super(message);
        this.complete = complete;
    }

    boolean isComplete() {
        return complete;
    }
}
