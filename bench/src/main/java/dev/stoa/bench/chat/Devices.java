package dev.stoa.bench.chat;

import dev.stoa.bench.StoaServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Devices that follow one person's changes, all on one thread. Not thread-safe. */
final class Devices implements AutoCloseable {
    private static final long WAIT_NANOS_MAX = 30_000_000_000L;

    private final Selector selector = Selector.open();
    private final List<SocketChannel> channels = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(64 << 10);

    /** What one has heard and not yet told of. */
    private static final class Device {
        private String tail = "";
        private boolean heard;
    }

    /** Connects so many; each has been told that it follows. */
    Devices(StoaServer server, int count) throws IOException {
        byte[] request = ("GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:" + server.port() + "\r\nAuthorization: Bearer "
                        + StoaServer.KEY + "\r\nAccept: text/event-stream\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", server.port()));
            channel.write(ByteBuffer.wrap(request));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, new Device());
            channels.add(channel);
        }
        hear("ready", System.nanoTime());
    }

    /**
     * Waits until each has heard a word.
     *
     * @return milliseconds since then, for each
     */
    double[] hear(String word, long thenNanos) throws IOException {
        List<Double> millis = new ArrayList<>();
        selector.keys().forEach(key -> ((Device) key.attachment()).heard = false);
        while (millis.size() < channels.size()) {
            if (System.nanoTime() - thenNanos > WAIT_NANOS_MAX) {
                throw new IOException(millis.size() + " of " + channels.size() + " devices have heard “" + word + "”");
            }
            selector.select(1000);
            for (SelectionKey key : selector.selectedKeys()) {
                Device device = (Device) key.attachment();
                String text = device.tail + read((SocketChannel) key.channel());
                if (!device.heard && text.contains(word)) {
                    device.heard = true;
                    millis.add((System.nanoTime() - thenNanos) / 1e6);
                }
                device.tail = text.substring(Math.max(0, text.length() - word.length()));
            }
            selector.selectedKeys().clear();
        }
        return millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }

    private String read(SocketChannel channel) throws IOException {
        buffer.clear();
        if (channel.read(buffer) < 0) {
            throw new IOException("the server ended a device's connection");
        }
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
        selector.close();
    }
}
