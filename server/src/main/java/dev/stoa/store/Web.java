package dev.stoa.store;

import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * GET requests that follow redirects. Done here and not by the client, so that a token goes to the hub alone, never to
 * where the hub sends us, and so that what the hub says of the file on the way is not lost.
 */
final class Web implements AutoCloseable {
    private final PullSettings settings;
    private final HttpClient client;

    Web(PullSettings settings, Map<String, String> environment) {
        this.settings = settings;
        this.client = HttpClient.newBuilder()
                // One long body each: HTTP/2's flow control only slows it.
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(settings.connectTimeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(new EnvironmentProxies(environment, ProxySelector.getDefault()))
                .build();
    }

    /**
     * The last answer on the way.
     *
     * @param hubSha256 the file's SHA-256 as the hub told it on the way, if it did
     */
    record Answer(
            HttpResponse<TimedBody> response, @Nullable String hubSha256) implements AutoCloseable {
        int status() {
            return response.statusCode();
        }

        @Nullable String header(String name) {
            return response.headers().firstValue(name).orElse(null);
        }

        TimedBody body() {
            return response.body();
        }

        @Override
        public void close() {
            body().close();
        }
    }

    /**
     * Sends a request and waits for the head of its answer, whatever its status.
     *
     * @throws IOException if no answer comes
     * @throws StoreException CORRUPT for a redirect that leads nowhere
     */
    Answer get(URI start, Map<String, String> headers) throws IOException, InterruptedException {
        URI uri = start;
        String hubSha256 = null;
        for (int hop = 0; hop <= settings.redirectsMax(); hop++) {
            HttpResponse<TimedBody> response = send(uri, headers);
            if (isHub(uri)) {
                String sha256 =
                        sha256(response.headers().firstValue("X-Linked-Etag").orElse(""));
                hubSha256 = sha256 == null ? hubSha256 : sha256;
            }
            String location = response.headers().firstValue("Location").orElse(null);
            if (location == null || response.statusCode() < 300 || response.statusCode() >= 400) {
                return new Answer(response, hubSha256);
            }
            response.body().close();
            uri = follow(uri, location);
        }
        throw new StoreException(StoreException.Kind.CORRUPT, start.getHost() + " redirects without end.");
    }

    private HttpResponse<TimedBody> send(URI uri, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("User-Agent", "stoa");
        headers.forEach(request::header);
        String token = settings.hubToken();
        if (token != null && isHub(uri)) {
            request.header("Authorization", "Bearer " + token);
        }
        CompletableFuture<HttpResponse<TimedBody>> answer = client.sendAsync(request.build(), _ -> new TimedBody());
        try {
            return answer.get(settings.answerTimeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new HttpTimeoutException(
                    "no answer for " + settings.answerTimeout().toSeconds() + " s");
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
    }

    private static URI follow(URI from, String location) {
        try {
            URI next = from.resolve(location);
            boolean web = "http".equals(next.getScheme()) || "https".equals(next.getScheme());
            boolean downgrade = "https".equals(from.getScheme()) && !"https".equals(next.getScheme());
            if (web && !downgrade && next.getHost() != null) {
                return next;
            }
        } catch (IllegalArgumentException e) {
            throw new StoreException(
                    StoreException.Kind.CORRUPT, from.getHost() + " redirects to what is no address.", e);
        }
        throw new StoreException(
                StoreException.Kind.CORRUPT, from.getHost() + " redirects to an address that is not safe.");
    }

    private boolean isHub(URI uri) {
        URI hub = settings.hub();
        return hub.getHost().equalsIgnoreCase(uri.getHost())
                && hub.getPort() == uri.getPort()
                && hub.getScheme().equals(uri.getScheme());
    }

    /** The hub's ETag of a large file is its SHA-256; of a small one it is Git's SHA-1. */
    private static @Nullable String sha256(String etag) {
        String bare = etag.replace("\"", "");
        return bare.matches("[0-9a-f]{64}") ? bare : null;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
