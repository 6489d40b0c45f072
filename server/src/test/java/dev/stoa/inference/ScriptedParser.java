package dev.stoa.inference;

import dev.stoa.engine.OutputParser;
import dev.stoa.engine.OutputPart;
import java.util.List;

/** Reads what a {@link ScriptedEngine.Run} says: each piece is of one kind, told by its first characters. */
final class ScriptedParser implements OutputParser {
    static final String THINK = "\u0001think\u0001";
    static final String CALL = "\u0001call\u0001";
    static final String ARGUMENTS = "\u0001arguments\u0001";
    static final String END = "\u0001end\u0001";

    private int calls;
    private boolean open;

    @Override
    public List<OutputPart> append(String text) {
        if (text.startsWith(THINK)) {
            return List.of(new OutputPart.Thinking(text.substring(THINK.length())));
        }
        if (text.startsWith(CALL)) {
            open = true;
            return List.of(new OutputPart.CallStart(calls, text.substring(CALL.length())));
        }
        if (text.startsWith(ARGUMENTS)) {
            return List.of(new OutputPart.CallArguments(calls, text.substring(ARGUMENTS.length())));
        }
        if (text.startsWith(END)) {
            open = false;
            return List.of(new OutputPart.CallEnd(calls++, true));
        }
        return List.of(new OutputPart.Text(text));
    }

    @Override
    public List<OutputPart> finish() {
        return open ? List.of(new OutputPart.CallEnd(calls, false)) : List.of();
    }
}
