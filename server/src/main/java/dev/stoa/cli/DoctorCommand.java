package dev.stoa.cli;

import dev.stoa.operations.SettingsLoader;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code stoa doctor}: checks that {@code stoa serve} with the same flags will work, and says what to do where not. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description =
                "Check settings and machine: JDK, CPU, memory, disk, port, database, tools; and Kafka, where usage goes there.",
        footer = {"", "Exit code 1 if something would keep `stoa serve` from working."})
public final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private SettingsFlags flags = new SettingsFlags();

    @Option(names = "--json", description = "One JSON object instead of a table.")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out =
                Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
        List<Finding> findings = checkup().run();
        boolean healthy = findings.stream().noneMatch(finding -> finding.level() == Finding.Level.FAIL);
        if (json) {
            out.println(JsonMapper.shared()
                    .writeValueAsString(Map.of(
                            "healthy",
                            healthy,
                            "checks",
                            findings.stream().map(DoctorCommand::json).toList())));
        } else {
            findings.forEach(finding -> print(out, finding));
            out.println();
            out.println(healthy ? "Ready: ./stoa serve" : "Something has to be mended first.");
        }
        out.flush();
        return healthy ? ExitCode.OK : ExitCode.FAILURE;
    }

    private Checkup checkup() {
        SettingsLoader loaded = flags.load();
        return new Checkup(loaded, System.getenv());
    }

    private static Map<String, String> json(Finding finding) {
        return Map.of(
                "check", finding.check(),
                "level", finding.level().name().toLowerCase(Locale.ROOT),
                "what", finding.what(),
                "advice", finding.advice());
    }

    private static void print(PrintWriter out, Finding finding) {
        String level = finding.level().name().toLowerCase(Locale.ROOT);
        out.printf(Locale.ROOT, "%-5s %-10s %s%n", level, finding.check(), indent(finding.what()));
        if (!finding.advice().isEmpty()) {
            out.printf(Locale.ROOT, "%-16s → %s%n", "", finding.advice());
        }
    }

    private static String indent(String text) {
        return text.lines().collect(Collectors.joining("\n" + " ".repeat(17)));
    }
}
