package dev.stoa.file;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What organizations send to this server at the moment and has not become a file: it takes up their room from its first
 * byte on, so that many uploads at once can't go over it together. Thread-safe.
 */
final class Uploads {
    private final Map<UUID, AtomicLong> bytes = new ConcurrentHashMap<>();

    /** What a new upload and all others of its organization may have together. */
    interface Room {
        /** @throws dev.stoa.shared.StoaException PERMISSION if it is more than there is */
        void require(long unfinished);
    }

    private long add(UUID organization, long more) {
        return bytes.computeIfAbsent(organization, _ -> new AtomicLong()).addAndGet(more);
    }

    /** One upload; it gives its room back once. */
    final class Share {
        private final UUID organization;
        private final AtomicBoolean open = new AtomicBoolean(true);
        private long taken;

        Share(UUID organization) {
            this.organization = organization;
        }

        /** The upload's bytes, counted as they come; an upload that is too much ends by the exception of {@code room}. */
        InputStream counting(InputStream in, Room room) {
            return new FilterInputStream(in) {
                @Override
                public int read() throws IOException {
                    int value = super.read();
                    if (value >= 0) {
                        take(1);
                    }
                    return value;
                }

                @Override
                public int read(byte[] into, int offset, int length) throws IOException {
                    int n = super.read(into, offset, length);
                    if (n > 0) {
                        take(n);
                    }
                    return n;
                }

                private void take(int n) {
                    taken += n;
                    room.require(add(organization, n));
                }
            };
        }

        /** It has become a file, or nothing. Any number of times. */
        void end() {
            if (open.compareAndSet(true, false) && taken > 0) {
                add(organization, -taken);
            }
        }
    }

    /** A content that holds its share until it is closed or has become a file. */
    static final class Counted implements BlobStore.Staged {
        private final BlobStore.Staged inner;
        private final Share share;

        Counted(BlobStore.Staged inner, Share share) {
            this.inner = inner;
            this.share = share;
        }

        void end() {
            share.end();
        }

        @Override
        public String hash() {
            return inner.hash();
        }

        @Override
        public long bytes() {
            return inner.bytes();
        }

        @Override
        public void publish() throws IOException {
            inner.publish();
        }

        @Override
        public void close() throws IOException {
            share.end();
            inner.close();
        }
    }
}
