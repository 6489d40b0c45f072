package dev.stoa.cli;

import dev.stoa.operations.OperatorException;
import dev.stoa.store.StoreException;
import org.jspecify.annotations.Nullable;
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
    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    /** Runs one command and ends the process with its code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler(Main::explain)
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    private static int explain(Exception failure, CommandLine command, CommandLine.ParseResult line) throws Exception {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof OperatorException || cause instanceof StoreException) {
                command.getErr().println("stoa " + command.getCommandName() + ": " + cause.getMessage());
                command.getErr().flush();
                return ExitCode.FAILURE;
            }
        }
        throw failure;
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
