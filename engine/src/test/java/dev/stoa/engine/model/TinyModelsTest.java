package dev.stoa.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stoa.engine.KvType;
import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.cache.BlockPool;
import dev.stoa.engine.cache.KvSequence;
import dev.stoa.engine.cache.KvStorage;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.gguf.GgufWriter;
import dev.stoa.engine.gguf.TensorType;
import dev.stoa.engine.golden.Json;
import dev.stoa.engine.kernel.KernelChoice;
import dev.stoa.engine.kernel.Workers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every architecture against llama.cpp's logits, on float weights: nothing is rounded that would hide a mistake. */
class TinyModelsTest {
    private static final int[] POSITIONS = {0, 9, 39};
    /** Logits go to 40, and llama.cpp looks GELU up in a table of halves. The smallest mistake seen made 0.05. */
    private static final float TOLERANCE = 1e-2f;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void logitsAreTheReferences(TinyModels tiny) throws IOException {
        List<?> golden = golden(tiny);
        int[] prompt = TinyModels.prompt();
        try (GgufFile file = GgufFile.open(tiny.write(folder));
                Workers workers = new Workers(2)) {
            Model model = Model.load(file, workers);
            BlockPool pool = new BlockPool(4);
            KvStorage storage = new KvStorage(model.kvLayout(KvType.F32), 4);
            Transformer transformer =
                    new Transformer(model, KernelChoice.make().kernels(), workers, storage, prompt.length, 3);
            KvSequence sequence = new KvSequence(pool);
            assertThat(sequence.grow(prompt.length)).isTrue();
            StepBatch batch = new StepBatch(prompt.length);
            for (int i = 0; i < prompt.length; i++) {
                int position = i;
                batch.add(sequence, i, prompt[i], Arrays.stream(POSITIONS).anyMatch(each -> each == position));
            }
            transformer.forward(batch);
            for (int row = 0; row < POSITIONS.length; row++) {
                List<?> expected = (List<?>) golden.get(row);
                for (int token = 0; token < TinyModels.VOCABULARY; token++) {
                    assertThat((double) transformer.logits()[row * TinyModels.VOCABULARY + token])
                            .as("%s, position %d, token %d", tiny, POSITIONS[row], token)
                            .isCloseTo((Double) expected.get(token), within((double) TOLERANCE));
                }
            }
        }
    }

    private static List<?> golden(TinyModels tiny) throws IOException {
        try (InputStream in = Objects.requireNonNull(TinyModelsTest.class.getResourceAsStream("/golden/tiny.json"))) {
            Map<?, ?> root = (Map<?, ?>)
                    Objects.requireNonNull(Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
            return (List<?>) Objects.requireNonNull(root.get(tiny.name().toLowerCase(Locale.ROOT)));
        }
    }

    @Test
    void anArchitectureThatIsNotKnownIsRefusedByName() {
        Path path = new GgufWriter().string("general.architecture", "mamba").write(folder.resolve("m.gguf"));
        try (GgufFile file = GgufFile.open(path);
                Workers workers = new Workers(1)) {
            assertThatThrownBy(() -> Model.load(file, workers))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("'mamba'")
                    .hasMessageContaining("llama, qwen2, qwen3, gemma2, gemma3");
        }
    }

    @Test
    void aTensorThatWouldBeLeftOutIsRefused() {
        for (String name : List.of("blk.0.attn_output.bias", "blk.0.attn_q_norm.weight")) {
            GgufWriter writer = TinyModels.LLAMA.writer();
            writer.tensor(name, TensorType.F32, new byte[64 * 4], 64);
            try (GgufFile file = GgufFile.open(writer.write(folder.resolve("bias.gguf")));
                    Workers workers = new Workers(1)) {
                assertThatThrownBy(() -> Model.load(file, workers))
                        .isInstanceOf(ModelLoadException.class)
                        .hasMessageContaining(name);
            }
        }
    }
}
