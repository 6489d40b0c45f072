package dev.stoa.inference.upstream;

import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Model;
import dev.stoa.inference.ModelCard;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.Wire;
import dev.stoa.inference.Worker;
import dev.stoa.inference.upstream.UpstreamSettings.Upstream;
import dev.stoa.inference.upstream.UpstreamSettings.UpstreamModel;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** One upstream server as a worker. Thread-safe; {@link #close} ends what runs. */
final class UpstreamWorker implements Worker, AutoCloseable {
    /** English has four characters a token, other scripts fewer; an estimate shall be rather too high. */
    private static final int BYTES_PER_TOKEN = 3;
    /** Markers around a turn. */
    private static final int TOKENS_PER_MESSAGE = 8;

    private final Upstream upstream;
    private final Protocol protocol;
    private final String key;
    private final HttpClient http;
    private final UpstreamStream.Terms terms;
    private final List<Model> models;

    /** @param key sent to the upstream; empty for none */
    UpstreamWorker(Upstream upstream, String key, Clock clock) {
        this.upstream = upstream;
        this.key = key;
        this.protocol = switch (upstream.protocol()) {
            case OPENAI -> new OpenAiProtocol(upstream.maxTokensField());
            case ANTHROPIC -> new AnthropicProtocol();
        };
        this.terms = new UpstreamStream.Terms(
                upstream.name(),
                upstream.firstTokenTimeout(),
                upstream.idleTimeout(),
                (int) upstream.lineMax().toBytes(),
                upstream.onDisconnect(),
                clock);
        // Model servers of Python answer an offer of HTTP/2 without TLS with a warning for every connection.
        boolean plain = "http".equals(upstream.url().getScheme());
        this.http = HttpClient.newBuilder()
                .connectTimeout(upstream.connectTimeout())
                .version(plain ? HttpClient.Version.HTTP_1_1 : HttpClient.Version.HTTP_2)
                .followRedirects(HttpClient.Redirect.NEVER)
                // What comes is only put into an inbox: handing it to another thread would cost more than that.
                .executor(Runnable::run)
                .build();
        Instant now = clock.instant();
        this.models = upstream.models().stream()
                .map(model -> new Model(
                        model.name(),
                        model.aliases(),
                        model.name(),
                        now,
                        model.contextLength(),
                        true,
                        ModelCard.ofLongest(model.maxOutputTokens())))
                .toList();
    }

    @Override
    public List<Model> models() {
        return models;
    }

    @Override
    public boolean remote() {
        return true;
    }

    @Override
    public boolean passes(String model, Wire wire) {
        return protocol.wire() == wire;
    }

    /** What the server there does behind the name, only its operator knows. */
    @Override
    public String revision(String model) {
        return upstream.url() + " " + nameThere(model);
    }

    /** By length: only the upstream has the tokenizer. */
    @Override
    public int countTokens(GenerationRequest request) {
        return switch (request.prompt()) {
            case Prompt.Text(String text) -> tokens(text);
            case Prompt.Original original ->
                original.words().stream().mapToInt(UpstreamWorker::tokens).sum();
            case Prompt.Conversation conversation ->
                TOKENS_PER_MESSAGE * conversation.messages().size()
                        + conversation.texts().mapToInt(UpstreamWorker::tokens).sum();
        };
    }

    private static int tokens(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
        }
        return (int) ((bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN);
    }

    @Override
    public TokenStream start(GenerationRequest request) {
        if (!request.begun().isEmpty()) {
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST, "This model can't go on with an answer that was cut off.");
        }
        String model = nameThere(request.model());
        Tally tally = new Tally(countTokens(request), request.maxTokens());
        AnswerReader reader = protocol.reader(request, tally);
        if (request.prompt() instanceof Prompt.Original original) {
            if (original.wire() != protocol.wire()) {
                throw Prompt.Original.notHere();
            }
            HttpRequest call =
                    call(original.path(), protocol.body(original, model), original.stream(), original.headers());
            return UpstreamStream.passed(terms, http, call, reader, tally, original.stream());
        }
        HttpRequest call = call(protocol.path(request), protocol.body(request, model), true, Map.of());
        return new UpstreamStream(terms, http, call, reader, tally);
    }

    private HttpRequest call(String path, byte[] body, boolean stream, Map<String, String> more) {
        HttpRequest.Builder call = HttpRequest.newBuilder(URI.create(base() + path))
                .header("content-type", "application/json")
                .header("accept", stream ? "text/event-stream" : "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        protocol.headers(key).forEach(call::setHeader);
        more.forEach(call::setHeader);
        return call.build();
    }

    private String base() {
        String url = upstream.url().toString();
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    private String nameThere(String nameOrAlias) {
        return upstream.models().stream()
                .filter(model ->
                        model.name().equals(nameOrAlias) || model.aliases().contains(nameOrAlias))
                .findFirst()
                .map(UpstreamModel::nameThere)
                .orElse(nameOrAlias);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
