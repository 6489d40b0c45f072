package dev.stoa.inference;

import dev.stoa.engine.OutputParser;
import dev.stoa.engine.OutputPart;
import java.util.List;

/** For answers that are nothing but text. */
final class VerbatimParser implements OutputParser {
    @Override
    public List<OutputPart> append(String text) {
        return List.of(new OutputPart.Text(text));
    }

    @Override
    public List<OutputPart> finish() {
        return List.of();
    }
}
