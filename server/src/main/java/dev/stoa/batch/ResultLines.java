package dev.stoa.batch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/** Results as the bytes of lines, read from the database a page at a time. One reader. */
final class ResultLines extends InputStream {
    static final int PAGE = 200;

    private final IntFunction<List<ItemResult>> pages;
    private final Predicate<ItemState> which;
    private final Function<ItemResult, String> line;
    private byte[] ready = {};
    private int at;
    private int next;
    private boolean over;

    /** @param pages results from a position on; empty behind the last */
    ResultLines(IntFunction<List<ItemResult>> pages, Predicate<ItemState> which, Function<ItemResult, String> line) {
        this.pages = pages;
        this.which = which;
        this.line = line;
    }

    private boolean fill() {
        while (at == ready.length && !over) {
            List<ItemResult> page = pages.apply(next);
            next += page.size();
            over = page.isEmpty();
            StringBuilder text = new StringBuilder();
            page.stream()
                    .filter(result -> which.test(result.state()))
                    .forEach(result -> text.append(line.apply(result)).append('\n'));
            ready = text.toString().getBytes(StandardCharsets.UTF_8);
            at = 0;
        }
        return at < ready.length;
    }

    @Override
    public int read() throws IOException {
        return fill() ? ready[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, ready.length - at);
        System.arraycopy(ready, at, into, offset, count);
        at += count;
        return count;
    }
}
