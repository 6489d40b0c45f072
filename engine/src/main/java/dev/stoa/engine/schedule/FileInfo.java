package dev.stoa.engine.schedule;

import dev.stoa.engine.ModelInfo;
import dev.stoa.engine.Pooling;
import dev.stoa.engine.dialect.ChatDialect;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.gguf.TensorInfo;
import dev.stoa.engine.gguf.TensorType;
import dev.stoa.engine.model.ModelConfig;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Describes a loaded file. */
final class FileInfo {
    /** As llama.cpp numbers them in GGUF files: 0 none, 1 mean, 2 first, 3 last, 4 rank. */
    private static final int POOLING_LAST = 3;

    private FileInfo() {}

    static ModelInfo of(
            GgufFile file, ModelConfig config, int contextLength, Optional<ChatDialect> dialect, String kernels) {
        String fileName = String.valueOf(file.path().getFileName());
        return new ModelInfo(
                file.metadata().string("general.name", fileName),
                config.architecture(),
                mainType(file).name(),
                file.tensors().values().stream().mapToLong(TensorInfo::elements).sum(),
                file.bytes(),
                contextLength,
                config.contextLength(),
                config.vocabulary(),
                config.width(),
                pooling(file, config.architecture()),
                dialect.isPresent(),
                dialect.map(ChatDialect::knowsTools).orElse(false),
                kernels);
    }

    private static Pooling pooling(GgufFile file, String architecture) {
        return file.metadata().integer(architecture + ".pooling_type", 1) == POOLING_LAST ? Pooling.LAST : Pooling.MEAN;
    }

    /** The type of most of the matrices' weights; the embeddings of a small model would outweigh all layers. */
    private static TensorType mainType(GgufFile file) {
        Map<TensorType, Long> weights = new EnumMap<>(TensorType.class);
        for (TensorInfo tensor : file.tensors().values()) {
            if (tensor.name().startsWith("blk.")) {
                weights.merge(tensor.type(), tensor.elements(), Long::sum);
            }
        }
        return weights.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(TensorType.F32);
    }
}
