package dev.stoa.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoa.engine.ModelLoadException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GgufFileTest {
    @TempDir
    Path folder;

    private GgufFile open(GgufWriter writer) {
        return GgufFile.open(writer.write(folder.resolve("model.gguf")));
    }

    @Test
    void readsEveryKindOfValue() {
        GgufWriter writer = new GgufWriter()
                .number("u8", GgufWriter.U8, 200)
                .number("i8", GgufWriter.I8, -5)
                .number("u16", GgufWriter.U16, 60_000)
                .number("i16", GgufWriter.I16, -600)
                .number("u32", GgufWriter.U32, 4_000_000_000L)
                .number("i32", GgufWriter.I32, -7)
                .f32("f32", 1.5f)
                .bool("bool", true)
                .string("string", "Grüße 🌍")
                .number("u64", GgufWriter.U64, 1L << 40)
                .number("u64 large", GgufWriter.U64, -1)
                .number("i64", GgufWriter.I64, -9)
                .f64("f64", 0.1);
        try (GgufFile file = open(writer)) {
            assertThat(file.metadata().asMap())
                    .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                            Map.entry("u8", 200L),
                            Map.entry("i8", -5L),
                            Map.entry("u16", 60_000L),
                            Map.entry("i16", -600L),
                            Map.entry("u32", 4_000_000_000L),
                            Map.entry("i32", -7L),
                            Map.entry("f32", 1.5f),
                            Map.entry("bool", true),
                            Map.entry("string", "Grüße 🌍"),
                            Map.entry("u64", 1L << 40),
                            Map.entry("u64 large", new BigInteger("18446744073709551615")),
                            Map.entry("i64", -9L),
                            Map.entry("f64", 0.1)));
            assertThat(file.metadata().asMap().keySet())
                    .startsWith("u8", "i8", "u16")
                    .endsWith("f64");
        }
    }

    @Test
    void readsEveryKindOfArray() {
        byte[] nested = {
            9, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, // two arrays
            0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, // of u8: [7]
            8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // of strings: []
        };
        GgufWriter writer = new GgufWriter()
                .numbers("u8", GgufWriter.U8, 255, 1)
                .numbers("i8", GgufWriter.I8, -1)
                .numbers("u16", GgufWriter.U16, 65535)
                .numbers("i16", GgufWriter.I16, -2)
                .numbers("u32", GgufWriter.U32, 1, 2)
                .numbers("u32 large", GgufWriter.U32, 1, 4_000_000_000L, 3)
                .numbers("i32", GgufWriter.I32, -3)
                .floats("f32", 0.5f, -1)
                .numbers("bool", GgufWriter.BOOL, 1, 0)
                .strings("string", "a", "", "ž")
                .numbers("u64", GgufWriter.U64, 1L << 33)
                .numbers("i64", GgufWriter.I64, -4)
                .numbers("f64", GgufWriter.F64, Double.doubleToRawLongBits(0.25))
                .raw("nested", GgufWriter.ARRAY, nested);
        try (GgufFile file = open(writer)) {
            GgufMetadata metadata = file.metadata();
            assertThat(metadata.integers("u8")).containsExactly(255, 1);
            assertThat(metadata.integers("i8")).containsExactly(-1);
            assertThat(metadata.integers("u16")).containsExactly(65535);
            assertThat(metadata.integers("i16")).containsExactly(-2);
            assertThat(metadata.integers("u32")).containsExactly(1, 2);
            assertThat(metadata.asMap().get("u32 large")).isEqualTo(new long[] {1, 4_000_000_000L, 3});
            assertThat(metadata.integers("i32")).containsExactly(-3);
            assertThat(metadata.decimals("f32")).containsExactly(0.5f, -1);
            assertThat(metadata.bools("bool")).containsExactly(true, false);
            assertThat(metadata.strings("string")).containsExactly("a", "", "ž");
            assertThat(metadata.asMap().get("u64")).isEqualTo(new long[] {1L << 33});
            assertThat(metadata.asMap().get("i64")).isEqualTo(new long[] {-4});
            assertThat(metadata.asMap().get("f64")).isEqualTo(new double[] {0.25});
            assertThat((List<?>) metadata.asMap().get("nested")).hasSize(2).satisfies(list -> {
                assertThat(list.get(0)).isEqualTo(new int[] {7});
                assertThat(list.get(1)).isEqualTo(new String[0]);
            });
        }
    }

    @Test
    void typedGettersSayWhatIsWrong() {
        GgufWriter writer = new GgufWriter()
                .string("name", "x")
                .number("big", GgufWriter.U64, 1L << 40)
                .number("whole", GgufWriter.U32, 3);
        try (GgufFile file = open(writer)) {
            GgufMetadata metadata = file.metadata();
            assertThatThrownBy(() -> metadata.integer("name"))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageEndingWith("model.gguf: metadata 'name' is a text, not a whole number");
            assertThatThrownBy(() -> metadata.integer("big")).hasMessageContaining("out of range: 1099511627776");
            assertThatThrownBy(() -> metadata.strings("none")).hasMessageContaining("'none' is missing");
            assertThat(metadata.integer("none", 7)).isEqualTo(7);
            assertThat(metadata.string("none", "y")).isEqualTo("y");
            assertThat(metadata.decimal("whole")).isEqualTo(3);
            assertThat(metadata.longInteger("big", 0)).isEqualTo(1L << 40);
            assertThat(metadata.bool("none", true)).isTrue();
        }
    }

    @Test
    void givesTensorsTheirOwnBytes() {
        byte[] second = {1, 2, 3, 4, 5, 6, 7, 8};
        GgufWriter writer = new GgufWriter()
                .alignment(64)
                .tensor("a.weight", TensorType.Q4_1, 64, 3)
                .tensor("b.weight", TensorType.F16, second, 2, 2);
        try (GgufFile file = open(writer)) {
            TensorInfo a = file.tensor("a.weight");
            TensorInfo b = file.tensor("b.weight");
            assertThat(file.tensors().keySet()).containsExactly("a.weight", "b.weight");
            assertThat(a.shape()).containsExactly(64, 3);
            assertThat(a.bytes()).isEqualTo(3 * 2 * 20);
            assertThat(a.elements()).isEqualTo(192);
            assertThat(b.offset()).isEqualTo(128);
            assertThat(b.dimension(1)).isEqualTo(2);
            assertThat(b.dimension(3)).isEqualTo(1);
            MemorySegment data = file.data(b);
            assertThat(data.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(second);
            assertThat(data.isReadOnly()).isTrue();
            assertThatThrownBy(() -> file.tensor("c")).hasMessageContaining("has no tensor 'c'");
        }
    }

    @Test
    void aClosedFileGivesNothing() {
        GgufFile file = open(new GgufWriter().tensor("a", TensorType.F32, 4));
        MemorySegment data = file.data(file.tensor("a"));
        file.close();
        file.close();
        assertThatThrownBy(() -> data.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void readsVersionTwoAndFilesWithoutTensors() {
        try (GgufFile file = open(new GgufWriter().version(2).string("k", "v"))) {
            assertThat(file.version()).isEqualTo(2);
            assertThat(file.tensors()).isEmpty();
        }
    }

    @Test
    void readsTheRealModels() {
        assumeTrue(TestModels.present(), "set -Dstoa.test.models to a folder with the test models");
        try (GgufFile smollm = GgufFile.open(TestModels.smollm2());
                GgufFile gemma = GgufFile.open(TestModels.gemma3())) {
            assertThat(smollm.tensors()).hasSize(272);
            assertThat(smollm.metadata().string("general.architecture")).isEqualTo("llama");
            assertThat(smollm.metadata().strings("tokenizer.ggml.tokens")).hasSize(49_152);
            assertThat(smollm.tensor("token_embd.weight").shape()).containsExactly(576, 49_152);
            assertThat(gemma.tensors()).hasSize(236);
            assertThat(gemma.metadata().integer("gemma3.block_count")).isEqualTo(18);
            assertThat(gemma.tensors().values().stream()
                            .mapToLong(TensorInfo::elements)
                            .sum())
                    .isBetween(260_000_000L, 280_000_000L);
        }
    }
}
