package dev.stoa.api;

import dev.stoa.inference.Reuse;
import dev.stoa.inference.TokenStream;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;

/** Tells whether an answer was there already: {@code x-stoa-cache: hit}, {@code shared} or {@code miss}. */
public final class CacheHeader {
    private static final String NAME = "x-stoa-cache";

    private CacheHeader() {}

    /** Sets it for an answer of these parts; not where no other answer was looked for. */
    public static void set(HttpServletResponse response, List<TokenStream> parts) {
        Reuse reuse = parts.stream().map(TokenStream::reuse).reduce(Reuse.NONE, Reuse::and);
        if (reuse != Reuse.NONE) {
            response.setHeader(NAME, reuse.label());
        }
    }
}
