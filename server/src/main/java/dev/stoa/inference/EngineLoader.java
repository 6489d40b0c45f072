package dev.stoa.inference;

import dev.stoa.engine.Engine;
import java.nio.file.Path;

/** Makes an engine of a file: {@link Engine#load} with this machine's options. */
@FunctionalInterface
interface EngineLoader {

    /** @throws dev.stoa.engine.ModelLoadException as {@link Engine#load} */
    Engine load(Path file);
}
