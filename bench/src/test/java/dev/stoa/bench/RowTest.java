package dev.stoa.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RowTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void jsonHasTheDesignsFieldsInOrderAndLeavesOutAbsentOnes() {
        Report report = new Report(true, out);
        report.add(new Row("engine", "prefill 512", "tokens/s", 600, "llama.cpp", 300.0, 1200.0));
        report.add(new Row("engine", "decode batch 8", "tokens/s", 50.04, null, null, null));
        assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "{\"bench\":\"engine\",\"case\":\"prefill 512\",\"unit\":\"tokens/s\",\"value\":600.0,"
                                + "\"baseline_name\":\"llama.cpp\",\"baseline\":300.0,\"ratio\":2.0,"
                                + "\"limit\":1200.0,\"fraction_of_limit\":0.5}",
                        "{\"bench\":\"engine\",\"case\":\"decode batch 8\",\"unit\":\"tokens/s\",\"value\":50.04}");
    }

    @Test
    void theTableAlignsItsColumns() {
        Report report = new Report(false, out);
        report.add(new Row("engine", "prefill 512", "tokens/s", 600, "llama.cpp", 300.0, 1200.0));
        assertThat(bytes.toString(StandardCharsets.UTF_8)
                        .lines()
                        .map(line -> Math.max(line.indexOf("unit"), line.indexOf("tokens/s"))))
                .hasSize(2)
                .allSatisfy(column -> assertThat(column).isEqualTo(48));
    }

    @Test
    void medianOfEvenAndOddCounts() {
        assertThat(EngineBenchmark.median(new double[] {3, 1, 2})).isEqualTo(2);
        assertThat(EngineBenchmark.median(new double[] {4, 1, 2, 3})).isEqualTo(2.5);
    }
}
