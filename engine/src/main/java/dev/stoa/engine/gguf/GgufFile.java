package dev.stoa.engine.gguf;

import dev.stoa.engine.ModelLoadException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;

/**
 * An open GGUF model file: its metadata, its tensors and their mapped bytes. See the package description for the format.
 *
 * <p>Guarantees: the header was checked as a whole, so {@link #data} always gives a segment of exactly
 * {@link TensorInfo#bytes()} bytes inside the file. The weights themselves are not read before they are used.
 *
 * <p>Thread-safe. The mapping belongs to this object: after {@link #close()} every segment from {@link #data} is invalid
 * and reading it throws {@link IllegalStateException}. Closing while another thread reads throws too, so stop readers
 * first.
 */
public final class GgufFile implements AutoCloseable {
    private final Path path;
    private final Arena arena;
    private final MemorySegment bytes;
    private final GgufReader.Header header;

    private GgufFile(Path path, Arena arena, MemorySegment bytes, GgufReader.Header header) {
        this.path = path;
        this.arena = arena;
        this.bytes = bytes;
        this.header = header;
    }

    /**
     * Maps the file and checks its header.
     *
     * @throws ModelLoadException if there is no such file, or it isn't a GGUF file that this engine can serve
     */
    // The arena becomes the open file's own; close() ends it, and so does every failure here.
    @SuppressWarnings("MustBeClosedChecker")
    public static GgufFile open(Path path) {
        if (Files.isDirectory(path)) {
            throw new ModelLoadException(path + ": is a folder, not a model file");
        }
        if (Files.notExists(path)) {
            throw new ModelLoadException(path + ": no such file");
        }
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try {
            MemorySegment bytes = map(path, arena);
            GgufFile file = new GgufFile(path, arena, bytes, new GgufReader(path.toString(), bytes).read());
            opened = true;
            return file;
        } catch (IOException e) {
            throw new ModelLoadException(path + ": can't be read: " + e.getMessage(), e);
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    private static MemorySegment map(Path path, Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size == 0) {
                throw new ModelLoadException(path + ": the file is empty");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
        }
    }

    public Path path() {
        return path;
    }

    /** The format's version: 2 or 3. */
    public int version() {
        return header.version();
    }

    /** Length of the file in bytes. */
    public long bytes() {
        return bytes.byteSize();
    }

    public GgufMetadata metadata() {
        return header.metadata();
    }

    /** The tensors by name, in the file's order. */
    public Map<String, TensorInfo> tensors() {
        return Collections.unmodifiableMap(header.tensors());
    }

    /** @throws ModelLoadException if the file has no tensor of that name */
    public TensorInfo tensor(String name) {
        TensorInfo tensor = header.tensors().get(name);
        if (tensor == null) {
            throw new ModelLoadException(path + ": has no tensor '" + name + "'");
        }
        return tensor;
    }

    /**
     * The tensor's bytes, read-only, valid until {@link #close()}.
     *
     * @param tensor one of this file's
     */
    public MemorySegment data(TensorInfo tensor) {
        return bytes.asSlice(header.dataStart() + tensor.offset(), tensor.bytes());
    }

    /** Unmaps the file; a second call does nothing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
