package dev.stoa.cli;

import dev.stoa.operations.SettingsLoader;
import dev.stoa.operations.StoaSettings;
import dev.stoa.shared.Folders;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stoa chat}: a conversation with a running server, or one question. */
@Command(
        name = "chat",
        mixinStandardHelpOptions = true,
        description = "Chat with a running server in the terminal.",
        footer = {
            "",
            "Examples:",
            "  stoa chat",
            "  stoa chat \"Why is the sky blue?\"",
            "  git diff | stoa chat \"Explain this change:\" -",
            "",
            "The key is --key, else STOA_API_KEY, else STOA_ADMIN_KEY, else the file admin.key in the data folder",
            "(for a server on this machine only)."
        })
public final class ChatCommand implements Callable<Integer> {
    /** Of a question piped in: more than any model's context holds. */
    static final int INPUT_BYTES_MAX = 8 << 20;

    @Parameters(
            arity = "0..*",
            paramLabel = "QUESTION",
            description = "Ask this and end; “-” stands for standard input.")
    private List<String> question = new ArrayList<>();

    @Option(names = "--url", description = "The server (default: where `stoa serve` listens with the same settings).")
    private @Nullable URI givenUrl;

    @Option(names = "--key", description = "API key.")
    private @Nullable String key;

    @Option(names = "--model", description = "Model to ask (default: the server's first).")
    private @Nullable String model;

    @Option(names = "--system", defaultValue = "", description = "System prompt.")
    private String system = "";

    @Option(names = "--max-tokens", defaultValue = "1024", description = "Longest answer (default: ${DEFAULT-VALUE}).")
    private int maxTokens = 1024;

    @Option(names = "--start", description = "Start a server if none runs, and stop it at the end.")
    private boolean start;

    @Option(names = "--data", paramLabel = "DIR", description = "Data folder (STOA_DATA).")
    private @Nullable Path data;

    @Spec
    private @Nullable CommandSpec spec;

    private final Map<String, String> environment;
    private final InputStream in;
    /** Where the server is; set when the command runs. */
    private URI url = URI.create("http://localhost");

    /** Reads the process's own environment and input. */
    public ChatCommand() {
        this(System.getenv(), System.in);
    }

    ChatCommand(Map<String, String> environment, InputStream in) {
        this.environment = environment;
        this.in = in;
    }

    @Override
    public Integer call() {
        CommandSpec given = Objects.requireNonNull(spec, "picocli sets it");
        PrintWriter out = given.commandLine().getOut();
        PrintWriter err = given.commandLine().getErr();
        url = givenUrl == null ? configuredUrl() : givenUrl;
        if (url.getHost() == null || maxTokens < 1) {
            err.println("stoa chat: --url is a web address, and --max-tokens at least 1");
            return ExitCode.USAGE;
        }
        try {
            return ProgressBar.onTerminal() && question.isEmpty() ? interactive(err) : once(out, err);
        } catch (ChatException e) {
            err.println("stoa chat: " + e.getMessage());
            return ExitCode.FAILURE;
        } catch (IOException e) {
            err.println("stoa chat: the terminal or the input cannot be read: " + e.getMessage());
            return ExitCode.FAILURE;
        } catch (InterruptedException e) {
            return ExitCode.INTERRUPTED;
        }
    }

    private int once(PrintWriter out, PrintWriter err) throws ChatException, IOException, InterruptedException {
        String text = questionText();
        if (text.isBlank()) {
            err.println("stoa chat: nothing to ask");
            return ExitCode.USAGE;
        }
        try (ServerChild _ = serverOrNull(err, _ -> start);
                ChatClient client = new ChatClient(url, keyOrNull())) {
            new ChatSession(client, out, modelOf(client), system, maxTokens).ask(text);
            out.flush();
            return ExitCode.OK;
        }
    }

    private int interactive(PrintWriter err) throws ChatException, IOException, InterruptedException {
        try (ChatTerminal terminal = new ChatTerminal();
                ServerChild _ = serverOrNull(err, question -> start || terminal.confirm(question));
                ChatClient client = new ChatClient(url, keyOrNull())) {
            String chosen = modelOf(client);
            terminal.run(out -> new ChatSession(client, out, chosen, system, maxTokens), url);
            return ExitCode.OK;
        }
    }

    /** @throws dev.stoa.operations.OperatorException if a setting is wrong */
    private URI configuredUrl() {
        Map<String, String> flags = data == null ? Map.of() : Map.of("data", data.toString());
        StoaSettings settings = SettingsLoader.load(flags, null).settings();
        return URI.create("http://" + Welcome.host(settings.bind()) + ":" + settings.port());
    }

    /** Says whether a server may be started. */
    private interface Consent {
        boolean to(String question);
    }

    /** Starts a server if none answers, one may be started, and the address is the one it would have. */
    private @Nullable ServerChild serverOrNull(PrintWriter err, Consent consent)
            throws ChatException, IOException, InterruptedException {
        boolean ours = givenUrl == null && ServerChild.possible(environment);
        if (!ours || answers() || !consent.to("No server runs at " + url + ". Start one?")) {
            return null;
        }
        // A new server tells its first key to its log; with one of ours both sides know it from the start.
        KeyFile keyFile = new KeyFile(dataFolder());
        String adminKey = keyOrNull() == null ? keyFile.make() : keyFile.read();
        ServerChild child = ServerChild.start(environment, dataFolder(), adminKey);
        boolean ready = false;
        try {
            err.println("Starting a server (its output is in " + child.log() + ") …");
            err.flush();
            child.awaitReady(url);
            ready = true;
            return child;
        } finally {
            if (!ready) {
                child.close();
            }
        }
    }

    private boolean answers() throws InterruptedException {
        try (ChatClient probe = new ChatClient(url, keyOrNull())) {
            probe.models();
            return true;
        } catch (ChatException e) {
            return !e.unreachable(); // a refusal is an answer too
        }
    }

    private String modelOf(ChatClient client) throws ChatException, InterruptedException {
        if (model != null) {
            return model;
        }
        return client.models().stream()
                .findFirst()
                .orElseThrow(() -> new ChatException("The server at " + url + " offers no model.", false, null));
    }

    private String questionText() throws IOException {
        if (!question.isEmpty() && !question.contains("-")) {
            return String.join(" ", question);
        }
        byte[] read = in.readNBytes(INPUT_BYTES_MAX + 1);
        if (read.length > INPUT_BYTES_MAX) {
            throw new IOException("it is longer than " + INPUT_BYTES_MAX + " bytes");
        }
        String input = new String(read, StandardCharsets.UTF_8).strip();
        List<String> parts = new ArrayList<>(question.isEmpty() ? List.of("-") : question);
        parts.replaceAll(part -> part.equals("-") ? "\n" + input : part);
        return String.join(" ", parts).strip();
    }

    private @Nullable String keyOrNull() {
        String given = key;
        if (given != null) {
            return given;
        }
        for (String name : List.of("STOA_API_KEY", "STOA_ADMIN_KEY")) {
            String value = environment.getOrDefault(name, "").strip();
            if (!value.isEmpty()) {
                return value;
            }
        }
        return isThisMachine() ? new KeyFile(dataFolder()).read() : null;
    }

    /** The key in the file opens everything: it is never sent to another machine. */
    private boolean isThisMachine() {
        try {
            InetAddress address = InetAddress.getByName(url.getHost());
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (UnknownHostException | SocketException e) {
            return false;
        }
    }

    private Path dataFolder() {
        Path given = data;
        return given == null ? Folders.data(environment) : given;
    }
}
