package dev.stoa.engine.kernel.packed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kernels that the compiler must not inline are above its limit; the package documentation says why. */
final class KernelSizeTest {
    /** HotSpot's {@code FreqInlineSize}. */
    private static final int INLINED_UP_TO = 325;

    /** Where C2 was seen to compile kernels badly. */
    private static final int COMPILED_BADLY_FROM = 2_800;

    @ParameterizedTest
    @CsvSource({
        "VectorTiles, multiply",
        "OneToken, four",
        "OneToken, five",
        "OneToken, six",
        "OneToken, eight",
        "TileScales, halves",
        "TileScales, sixBit",
        "TileScales, signedBytes",
        "TileUnpacker, four",
        "TileUnpacker, five",
        "TileUnpacker, six",
        "TileUnpacker, eight",
        "ShortDots, fourByTwo",
        "FloatDots, fourByTwo",
        "Settling, add"
    })
    void isACompilationOfItsOwn(String type, String method) throws IOException {
        assertThat(bytecodes(type, method))
                .hasSize(1)
                .allSatisfy(
                        size -> assertThat(size).isGreaterThan(INLINED_UP_TO).isLessThan(COMPILED_BADLY_FROM));
    }

    private static List<Integer> bytecodes(String type, String method) throws IOException {
        try (InputStream in = TileKernels.class.getResourceAsStream(type + ".class")) {
            assertThat(in).as(type).isNotNull();
            return ClassFile.of().parse(in.readAllBytes()).methods().stream()
                    .filter(model -> model.methodName().equalsString(method))
                    .map(KernelSizeTest::size)
                    .toList();
        }
    }

    private static int size(MethodModel method) {
        return method.code().map(code -> ((CodeAttribute) code).codeLength()).orElse(0);
    }
}
