package dev.stoa.cli;

import dev.stoa.operations.OperatorException;
import dev.stoa.operations.SettingsLoader;
import dev.stoa.store.StoreException;
import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line. What only the operator can mend ends in one sentence, never in a stack trace. */
@Command(
        name = "stoa",
        description = "A self-hosted AI service: chat, developer API and inference engine in one process.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            ServeCommand.class,
            ChatCommand.class,
            PullCommand.class,
            ModelsCommand.class,
            DoctorCommand.class,
            PlanCommand.class
        },
        footer = {"", "Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted."})
public final class Main implements Runnable {
    /** The variable that has the trace printed below the sentence. */
    private static final String TRACE = "STOA_TRACE";

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    /** Runs one command and ends the process with its code. */
    public static void main(String[] arguments) {
        int code = commandLine().execute(arguments);
        if (code == ExitCode.FAILURE) {
            ClassCache.silenceAfterFailure();
        }
        System.exit(code);
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler(Main::explain)
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    private static int explain(Exception failure, CommandLine command, CommandLine.ParseResult line) throws Exception {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String sentence = sentence(cause);
            if (sentence != null) {
                command.getErr().println("stoa " + command.getCommandName() + ": " + sentence);
                if (System.getenv(TRACE) != null) {
                    failure.printStackTrace(command.getErr());
                }
                command.getErr().flush();
                return ExitCode.FAILURE;
            }
        }
        throw failure;
    }

    /** What the operator reads of it; null for a fault of ours. */
    private static @Nullable String sentence(Throwable cause) {
        return switch (cause) {
            case OperatorException e -> e.getMessage();
            case StoreException e -> e.getMessage();
            // A setting that is not Stoa's own, such as server.*: the others were bound before the start.
            case BindException e -> SettingsLoader.explain(e);
            case FileSystemException e ->
                "%s can't be used: %s. Check that it is there, that this user may use it, and that the disk has room."
                        .formatted(
                                e.getFile(),
                                e.getReason() == null ? e.getClass().getSimpleName() : e.getReason());
            default -> null;
        };
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "Which command? See below.");
        }
    }

    /** From the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"Stoa " + (version == null ? "(unpacked build)" : version), "Java " + Runtime.version()
            };
        }
    }
}
