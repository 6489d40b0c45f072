package dev.stoa.api.admin;

import dev.stoa.api.Fields;
import dev.stoa.api.Query;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Lists in pages, and parameters of the query. */
final class Pages {
    /** The protocol's own page sizes. */
    private static final int LIMIT_DEFAULT = 20;

    private static final int LIMIT_MAX = 1000;
    private static final JsonMapper JSON = new JsonMapper();

    private Pages() {}

    static int limit(HttpServletRequest request) {
        return Query.limit(request, LIMIT_DEFAULT, LIMIT_MAX);
    }

    /** A page of all there is, by {@code after_id}, {@code before_id} and {@code limit}. */
    static <T> ObjectNode of(
            HttpServletRequest request, List<T> all, Function<T, @Nullable String> id, Function<T, ObjectNode> json) {
        int limit = limit(request);
        String after = request.getParameter("after_id");
        String before = request.getParameter("before_id");
        if (after != null && before != null) {
            throw Fields.invalid("before_id", "can't go with after_id");
        }
        int from = after == null ? 0 : place(all, id, after, "after_id") + 1;
        int to = before == null ? all.size() : place(all, id, before, "before_id");
        boolean more = to - from > limit;
        if (more && before != null) {
            from = to - limit;
        } else if (more) {
            to = from + limit;
        }
        return page(all.subList(from, to), more, id, json);
    }

    /**
     * A page of all there is, by {@code page} (the id of the last one that was told) and {@code limit}, as newer routes
     * of the protocol have it.
     *
     * @param otherwise its length where none is asked for
     */
    static <T> ObjectNode next(
            HttpServletRequest request,
            List<T> all,
            int otherwise,
            Function<T, String> id,
            Function<T, ObjectNode> json) {
        int limit = request.getParameter("limit") == null ? otherwise : limit(request);
        String page = request.getParameter("page");
        int from = page == null ? 0 : place(all, id::apply, page, "page") + 1;
        int to = (int) Math.min(all.size(), (long) from + limit);
        ObjectNode told = JSON.createObjectNode();
        ArrayNode data = told.putArray("data");
        all.subList(from, to).forEach(item -> data.add(json.apply(item)));
        return told.put("next_page", to < all.size() ? id.apply(all.get(to - 1)) : null);
    }

    static <T> ObjectNode page(
            List<T> items, boolean more, Function<T, @Nullable String> id, Function<T, ObjectNode> json) {
        ObjectNode page = JSON.createObjectNode();
        ArrayNode data = page.putArray("data");
        items.forEach(item -> data.add(json.apply(item)));
        return page.put("has_more", more)
                .put("first_id", items.isEmpty() ? null : id.apply(items.getFirst()))
                .put("last_id", items.isEmpty() ? null : id.apply(items.getLast()));
    }

    private static <T> int place(List<T> all, Function<T, @Nullable String> id, String wanted, String parameter) {
        for (int i = 0; i < all.size(); i++) {
            if (wanted.equals(id.apply(all.get(i)))) {
                return i;
            }
        }
        throw Fields.invalid(parameter, "names nothing in this list");
    }

    /** A time of the query, RFC 3339; null if it is absent. */
    static @Nullable Instant time(@Nullable String text, String parameter) {
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw Fields.invalid(parameter, "must be a time such as 2026-11-25T00:00:00Z");
        }
    }
}
