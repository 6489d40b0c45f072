package dev.stoa.inference.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.shared.StoaException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Only the bytes that must change do. */
class SpliceTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String replaced(String object, String value) {
        return new String(Splice.replace(bytes(object), "model", value), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "{\"model\":\"a\"}|{\"model\":\"new\"}",
                "{ \"x\" : 1.50,\"model\" :  \"a\\u00e9\\\"b\" , \"y\":[ ] }|{ \"x\" : 1.50,\"model\" :  \"new\" , \"y\":[ ] }",
                "{\"a\":{\"model\":\"in\"},\"b\":[{\"model\":1}],\"model\":\"a\"}|{\"a\":{\"model\":\"in\"},\"b\":[{\"model\":1}],\"model\":\"new\"}",
                "{\"é„🜂\":\"\\ud83d\\ude00\",\"model\":\"ü🜂\",\"z\":\"🜂\"}|{\"é„🜂\":\"\\ud83d\\ude00\",\"model\":\"new\",\"z\":\"🜂\"}",
                "{\"\\u006dodel\":\"a\",\"t\":1e5}|{\"\\u006dodel\":\"new\",\"t\":1e5}",
                "{\"model\":12,\"t\":true}|{\"model\":\"new\",\"t\":true}"
            })
    void aNameIsPutInPlaceOfAnother(String before, String after) {
        assertThat(replaced(before, "new")).isEqualTo(after);
    }

    @Test
    void whatIsThereAlreadyStaysAsItIsWritten() {
        byte[] same = bytes("{\"model\":\"n\\u0065w\"}");
        assertThat(Splice.replace(same, "model", "new")).isSameAs(same);
    }

    @Test
    void aNameIsWrittenAsJson() {
        assertThat(replaced("{\"model\":\"a\"}", "q\"\\\n")).isEqualTo("{\"model\":\"q\\\"\\\\\\n\"}");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "{\"a\":{}} |{\"a\":{},\"b\":{\"c\":1}} ",
                "{\"b\": null, \"a\":1}|{\"b\": {\"c\":1}, \"a\":1}",
                "{\"a\":{\"b\":1}}|{\"a\":{\"b\":1},\"b\":{\"c\":1}}",
                "{ }|{ \"b\":{\"c\":1}}",
            })
    void aFieldIsPutInPlaceOfItsValueOrBehindAllOthers(String before, String after) {
        assertThat(Splice.put(bytes(before), "b", bytes("{\"c\":1}"))).isEqualTo(bytes(after));
    }

    @Test
    void aValueIsTakenOutAsItIsWritten() {
        assertThat(Splice.value(bytes("{\"a\":{\"b\":1},\"b\": { \"c\" : 1.0 } }"), "b"))
                .isEqualTo(bytes("{ \"c\" : 1.0 }"));
        assertThat(Splice.value(bytes("{\"a\":{\"b\":1}}"), "b")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"a\":{\"model\":1}}", "{\"model\":\"a", "{\"a\":,\"model\":\"a\"}"})
    void whatHasNoModelOrIsNoJsonIsRefused(String object) {
        assertThatThrownBy(() -> replaced(object, "new")).isInstanceOf(StoaException.class);
    }

    @Test
    void anotherEncodingIsRefused() {
        byte[] wide = "{\"model\":\"a\"}".getBytes(StandardCharsets.UTF_16BE);
        assertThatThrownBy(() -> Splice.replace(wide, "model", "new")).hasMessageContaining("UTF-8");
    }
}
