package dev.stoa.bench;

import dev.stoa.bench.batch.BatchCommand;
import dev.stoa.bench.chat.ChatCommand;
import dev.stoa.bench.gateway.GatewayCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of {@code ./stoa bench}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures Stoa beside its peers and the machine's limits.",
        subcommands = {
            EngineCommand.class,
            ServingCommand.class,
            FormsCommand.class,
            SpeculationCommand.class,
            GatewayCommand.class,
            ChatCommand.class,
            BatchCommand.class
        })
public final class BenchMain {
    private BenchMain() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BenchMain()).execute(arguments));
    }
}
