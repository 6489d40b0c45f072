package dev.stoa.usage;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.PreparedStatementSetter;

/** Rows as arrays of their columns, for {@code unnest}: one statement for any number of them. Not thread-safe. */
final class Columns {
    private record Column(String type, @Nullable Object[] values) {}

    private final int rows;
    private final List<Column> columns = new ArrayList<>();

    Columns(int rows) {
        this.rows = rows;
    }

    private <T> void add(String type, List<? extends T> items, Function<T, @Nullable Object> value) {
        @Nullable Object[] values = new Object[rows];
        for (int i = 0; i < rows; i++) {
            values[i] = value.apply(items.get(i));
        }
        columns.add(new Column(type, values));
    }

    <T> void texts(List<? extends T> items, Function<T, @Nullable String> value) {
        add("text", items, value::apply);
    }

    <T> void times(List<? extends T> items, Function<T, Instant> value) {
        add("timestamptz", items, item -> value.apply(item).atOffset(ZoneOffset.UTC));
    }

    <T> void ids(List<? extends T> items, Function<T, java.util.UUID> value) {
        add("uuid", items, value::apply);
    }

    <T> void ints(List<? extends T> items, Function<T, @Nullable Integer> value) {
        add("int4", items, value::apply);
    }

    <T> void longs(List<? extends T> items, Function<T, Long> value) {
        add("int8", items, value::apply);
    }

    /** @param before parameters of the statement that stand before these */
    PreparedStatementSetter setter(int before) {
        return (PreparedStatement statement) -> {
            Connection connection = statement.getConnection();
            for (int i = 0; i < columns.size(); i++) {
                Array array = connection.createArrayOf(
                        columns.get(i).type(), columns.get(i).values());
                statement.setArray(before + i + 1, array);
            }
        };
    }
}
