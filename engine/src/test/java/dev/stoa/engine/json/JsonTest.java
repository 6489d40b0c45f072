package dev.stoa.engine.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void readsEveryKindOfValue() {
        assertThat(Json.parse(
                        " {\"a\" : [1, -2.50, 1e3, true, false, null], \"b\\n\\u00e9\\ud83d\\ude00\": \"/\\/\"} "))
                .isEqualTo(Map.of(
                        "a",
                        List.of(BigDecimal.ONE, new BigDecimal("-2.50"), new BigDecimal("1e3"), true, false, Json.NULL),
                        "b\né😀",
                        "//"));
    }

    @Test
    void writesWhatItReads() {
        String text = "{\"a\":[1,-2.50,1000,true,null,{}],\"b\\n\\u0001\\\"\":\"é😀\"}";
        assertThat(Json.write(Json.parse(text))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[1,]",
                "{\"a\":1,}",
                "{a:1}",
                "01",
                "1.",
                ".5",
                "+1",
                "1e",
                "-",
                "tru",
                "\"\\x\"",
                "\"a\nb\"",
                "\"a",
                "1 2",
                "{\"a\":1,\"a\":2}",
                "NaN",
                "\"\\u12g4\"",
                "1e99999",
                "\u00a01",
                "['a']"
            })
    void refusesWhatIsNoJson(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(JsonException.class);
    }

    @Test
    void nestingIsBounded() {
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000))).hasMessageContaining("nested deeper");
    }
}
