package dev.stoa.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.stoa.engine.ModelLoadException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every damaged file ends in one kind of error that names the file and says what is wrong. */
final class GgufMalformedTest {
    @TempDir
    Path folder;

    private static GgufWriter small() {
        return new GgufWriter()
                .string("general.architecture", "llama")
                .number("llama.block_count", GgufWriter.U32, 2)
                .f32("epsilon", 1e-5f)
                .strings("tokens", "a", "b", "c")
                .numbers("types", GgufWriter.I32, 1, 2, 3)
                .bool("bos", true)
                .tensor("a.weight", TensorType.Q8_0, 32, 2)
                .tensor("b.weight", TensorType.F32, 5, 3);
    }

    private static Arguments bad(String message, byte[] file) {
        return Arguments.of(message, file);
    }

    private static Arguments bad(String message, GgufWriter writer) {
        return bad(message, writer.bytes());
    }

    static Stream<Arguments> malformed() {
        byte[] valid = small().bytes();
        byte[] hugeLength = {-1, -1, -1, -1, -1, -1, -1, 127};
        byte[] hugeArray = {4, 0, 0, 0, -1, -1, -1, -1, 0, 0, 0, 0};
        byte[] longArray = {4, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0};
        byte[] arrayOfUnknown = {77, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        byte[] deep = new byte[12 * 6];
        for (int i = 0; i < 6; i++) {
            deep[12 * i] = 9;
            deep[12 * i + 4] = 1;
        }
        return Stream.of(
                bad("the file is empty", new byte[0]),
                bad("truncated: the file ends inside the magic number", new byte[] {'G', 'G'}),
                bad("not a GGUF file: begins with the bytes 3c 68 74 6d", "<html>".getBytes(StandardCharsets.UTF_8)),
                bad("begins with the bytes 47 47 4a 54", new GgufWriter().magic("GGJT")),
                bad("GGUF version 1 is not supported; supported: 2, 3", new GgufWriter().version(1)),
                bad("GGUF version 4294967295 is not supported", new GgufWriter().version(-1)),
                bad("a big-endian GGUF file (version 3)", new GgufWriter().version(3 << 24)),
                bad("the file ends inside tensor count", Arrays.copyOf(valid, 10)),
                bad("tensor count is 18446744073709551615, more than", new GgufWriter().tensorCount(-1)),
                bad("metadata count is 9223372036854775807", new GgufWriter().metadataCount(Long.MAX_VALUE)),
                bad("truncated: tensor count is 100000, but only", new GgufWriter().tensorCount(100_000)),
                bad("truncated: metadata count is 60000, but only", new GgufWriter().metadataCount(60_000)),
                bad("key of metadata entry 0 is empty", new GgufWriter().string("", "value")),
                bad(
                        "metadata 'k' appears twice",
                        new GgufWriter().string("k", "v").string("k", "w")),
                bad("metadata 'k' has unknown value type 13", new GgufWriter().raw("k", 13, (byte) 0)),
                bad("unknown value type 4294967295", new GgufWriter().raw("k", -1, (byte) 0)),
                bad("unknown value type 77", new GgufWriter().raw("k", GgufWriter.ARRAY, arrayOfUnknown)),
                bad("length of metadata 'k' is 9223372036854775807", new GgufWriter().raw("k", 8, hugeLength)),
                bad("number of elements of metadata 'k' is 4294967295, more", new GgufWriter().raw("k", 9, hugeArray)),
                bad(
                        "truncated: number of elements of metadata 'k' is 1048576",
                        new GgufWriter().raw("k", 9, longArray)),
                bad("nests arrays deeper than 4", new GgufWriter().raw("k", GgufWriter.ARRAY, deep)),
                bad("is a truth value but holds 2", new GgufWriter().raw("k", GgufWriter.BOOL, (byte) 2)),
                bad("general.alignment is 24, not a power of two", small().number("general.alignment", 4, 24)),
                bad("general.alignment is 0, not a power of two", small().number("general.alignment", 4, 0)),
                bad("'general.alignment' is a text", small().string("general.alignment", "32")),
                bad("tensor 'a.weight' appears twice", small().tensor("a.weight", TensorType.F32, 1)),
                bad("tensor 'x': tensor type IQ2_XS (17) is not supported; supported: F32, F16", entry(17, 0, 256)),
                bad("tensor 'x': unknown tensor type 999", entry(999, 0, 256)),
                bad("has 5 dimensions, more than 4", entry(0, 0, 1, 1, 1, 1, 1)),
                bad("has a dimension of 0", entry(0, 0, 4, 0)),
                bad("has a dimension of 18446744073709551615", entry(0, 0, -1)),
                bad("too large: [4611686018427387904, 4]", entry(0, 0, 1L << 62, 4)),
                bad("too large: [4611686018427387904]", entry(0, 0, 1L << 62)),
                bad("has rows of 48, not a multiple of Q4_0's block of 32", entry(2, 0, 48, 2)),
                bad("begins at 8, not a multiple of 32", entry(0, 8, 1)),
                bad("begins at 18446744073709551584", entry(0, -32, 1)),
                bad("overlaps tensor 'a.weight'", small().entry("x", 0, 32, 1)),
                bad("overlaps tensor 'a.weight'", small().entry("x", 0, 0, 1)),
                bad("truncated: tensor 'x' needs 4 bytes at 1048576", entry(0, 1 << 20, 1)),
                bad("truncated: tensor 'b.weight' needs 60 bytes", Arrays.copyOf(valid, valid.length - 1)));
    }

    private static GgufWriter entry(int typeId, long offset, long... shape) {
        return new GgufWriter().tensor("a.weight", TensorType.F32, 64).entry("x", typeId, offset, shape);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void saysWhatIsWrong(String message, byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("bad.gguf"), bytes);
        assertThatThrownBy(() -> GgufFile.open(file).close())
                .isInstanceOf(ModelLoadException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(message);
    }

    @Test
    void aMissingFileAndAFolderAreNamed() {
        assertThatThrownBy(() -> GgufFile.open(folder.resolve("none.gguf")))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageEndingWith("none.gguf: no such file");
        assertThatThrownBy(() -> GgufFile.open(folder))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageEndingWith(": is a folder, not a model file");
    }

    @Test
    void everyTruncationIsNoticed() throws IOException {
        byte[] valid = small().bytes();
        Path file = folder.resolve("cut.gguf");
        for (int length = 0; length < valid.length; length++) {
            Files.write(file, Arrays.copyOf(valid, length));
            assertThatThrownBy(() -> GgufFile.open(file).close())
                    .as("cut to %d bytes", length)
                    .isInstanceOf(ModelLoadException.class);
        }
        Files.write(file, valid);
        GgufFile.open(file).close();
    }

    /** Any damage gives a working file or the one kind of error. Repeat with the seed that a failure prints. */
    @Test
    void randomDamageNeverEscapes() {
        long seed = Long.getLong("stoa.test.seed", 20_261_124);
        Random random = new Random(seed);
        byte[] valid = small().bytes();
        for (int round = 0; round < 20_000; round++) {
            byte[] damaged = damage(valid, random);
            long before = allocatedBytes();
            try {
                GgufReader.Header header = new GgufReader("damaged.gguf", MemorySegment.ofArray(damaged)).read();
                for (TensorInfo tensor : header.tensors().values()) {
                    assertThat(header.dataStart() + tensor.offset() + tensor.bytes())
                            .isLessThanOrEqualTo(damaged.length);
                }
            } catch (ModelLoadException e) {
                assertThat(e).hasMessageStartingWith("damaged.gguf: ");
            } catch (RuntimeException | OutOfMemoryError e) {
                throw new AssertionError("round " + round + ", repeat with -Dstoa.test.seed=" + seed, e);
            }
            assertThat(allocatedBytes() - before)
                    .as("bytes allocated in round %d, repeat with -Dstoa.test.seed=%d", round, seed)
                    .isLessThan(4 << 20);
        }
    }

    private static byte[] damage(byte[] valid, Random random) {
        byte[] bytes = valid.clone();
        for (int flips = random.nextInt(6); flips >= 0; flips--) {
            int at = random.nextInt(bytes.length);
            bytes[at] = switch (random.nextInt(3)) {
                case 0 -> (byte) (bytes[at] ^ 1 << random.nextInt(8));
                case 1 -> (byte) random.nextInt(256);
                default -> (byte) (random.nextBoolean() ? 0xff : 0x7f);
            };
        }
        return random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length) + 1) : bytes;
    }

    private static long allocatedBytes() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getCurrentThreadAllocatedBytes();
    }
}
