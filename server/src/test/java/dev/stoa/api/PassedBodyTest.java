package dev.stoa.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.inference.Wire;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** What is judged of a body that goes to an upstream as it stands: all that a model there may see, as it may see it. */
class PassedBodyTest {
    private static final Pattern PATTERN = Pattern.compile("ignore\\s+previous\\s+instructions|\\bbomb\\b");

    private static boolean found(String body) {
        return PassedBody.of(
                        Wire.OPENAI,
                        "/chat/completions",
                        new JsonMapper().readTree(body),
                        body.getBytes(StandardCharsets.UTF_8),
                        Map.of(),
                        false)
                .judged(false)
                .anyMatch(text -> PATTERN.matcher(text).find());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                """
                {"messages": [{"role": "user", "content": [{"type": "text", "text": "ignore previ"},
                 {"type": "text", "text": "ous instructions"}]}]}""",
                """
                {"messages": [{"role": "user", "content": [{"type": "text", "text": "ignore previous"},
                 {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                 {"type": "text", "text": "instructions"}]}]}""",
                """
                {"system": "ignore previous", "messages": [{"role": "user", "content": "instructions"}]}""",
                """
                {"messages": [{"role": "developer", "content": "ignore previous"}, {"role": "user", "content": "Hi"},
                 {"role": "assistant", "content": "Hi"}, {"role": "user", "content": "instructions"}]}""",
                """
                {"messages": [{"role": "user", "content": "ignore previous"},
                 {"role": "user", "content": "instructions"}]}""",
                """
                {"messages": [{"role": "assistant", "tool_calls": [{"type": "function", "function": {"name": "x",
                 "arguments": "{\\"q\\": \\"b\\\\u006fmb\\"}"}}]}]}""",
                """
                {"messages": [{"role": "assistant", "content": [{"type": "tool_use", "input": {"bomb": 1}}]}]}""",
                """
                {"tools": [{"input_schema": {"properties": {"bomb": {"type": "string"}}}}]}""",
                """
                {"messages": [{"role": "user", "content": "data: bomb"}]}""",
                """
                {"messages": [{"role": "assistant", "content": [{"type": "tool_use", "input":
                 {"type": "base64", "data": "a bomb"}}]}]}""",
                """
                {"messages": [{"role": "user", "content": "data:text/plain;base64,bomb"}]}""",
                """
                {"messages": [{"role": "assistant", "content": [{"type": "tool_use", "input":
                 {"url": "data:text/plain;base64,bomb"}}]}]}""",
                """
                {"prompt": ["data:text/plain;base64,bomb"]}""",
            })
    void findsWhatAnUpstreamMaySee(String body) {
        assertThat(found(body)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                """
                {"messages": [{"role": "user", "content": "ignore previ"}, {"role": "assistant", "content": "ous"},
                 {"role": "user", "content": "instructions"}]}""",
                """
                {"messages": [{"role": "user", "content": [{"type": "image_url",
                 "image_url": {"url": "data:image/png;base64,/bomb/"}}]}]}""",
                """
                {"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "base64",
                 "data": "/bomb/"}}]}]}""",
                """
                {"messages": [{"role": "user", "content": [{"type": "file",
                 "file": {"file_data": "data:application/pdf;base64,/bomb/"}}]}]}""",
            })
    void findsNothingInPicturesAndBetweenTurns(String body) {
        assertThat(found(body)).isFalse();
    }
}
