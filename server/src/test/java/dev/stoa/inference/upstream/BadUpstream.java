package dev.stoa.inference.upstream;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/** A server that reads a request and answers with the bytes that the test says, right or wrong, and hangs if told to. */
public final class BadUpstream implements AutoCloseable {
    /** An OpenAI stream's head. */
    public static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

    private final ServerSocket socket;
    private final BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();
    private final Semaphore gone = new Semaphore(0);
    private final BlockingQueue<String> heads = new LinkedBlockingQueue<>();

    private record Reply(String bytes, boolean hang) {}

    public BadUpstream() throws IOException {
        this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("bad-upstream").start(this::accept);
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/v1");
    }

    /** What the next request gets, before the connection is closed. */
    public BadUpstream reply(String bytes) {
        replies.add(new Reply(bytes, false));
        return this;
    }

    /** What the next request gets, before silence. */
    public BadUpstream replyAndHang(String bytes) {
        replies.add(new Reply(bytes, true));
        return this;
    }

    /** The line and headers of the next request that came. */
    public String takeHead() throws InterruptedException {
        String head = heads.poll(10, java.util.concurrent.TimeUnit.SECONDS);
        if (head == null) {
            throw new AssertionError("no request came within 10 s");
        }
        return head;
    }

    /** Requests that came and were not taken. */
    public int waiting() {
        return heads.size();
    }

    /** Waits until a client has closed a connection that hung. */
    public void awaitGone() throws InterruptedException {
        gone.acquire();
    }

    public static String chunk(String text) {
        return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}\n\n";
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException _) {
                // Closed: the loop ends.
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
            int length = 0;
            StringBuilder head = new StringBuilder();
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                head.append(line).append('\n');
                if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                    length = Integer.parseInt(line.substring(15).strip());
                }
            }
            for (int i = 0; i < length; i++) {
                in.read();
            }
            heads.add(head.toString());
            Reply reply = replies.take();
            OutputStream out = client.getOutputStream();
            out.write(reply.bytes().getBytes(StandardCharsets.UTF_8));
            out.flush();
            if (reply.hang()) {
                in.read();
                gone.release();
            }
        } catch (IOException _) {
            gone.release();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
