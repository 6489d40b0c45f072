package dev.stoa.engine.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.golden.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each construct gives what Jinja itself gives; the expected texts are Jinja 3.1.6's, as Hugging Face sets it up. */
final class TemplateFeaturesTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-04T09:05:07Z"), ZoneOffset.UTC);
    private static final Map<String, Object> VARIABLES = Map.of(
            "add_generation_prompt",
            true,
            "messages",
            List.of(
                    Map.of("role", "system", "content", "S"),
                    Map.of("role", "user", "content", " hi <x> "),
                    Map.of("role", "assistant", "content", "<think>\nq\n</think>\n\nans"),
                    Map.of("role", "user", "content", "{{ 7*7 }}")));

    static Stream<Arguments> cases() throws IOException {
        try (InputStream in = Objects.requireNonNull(
                TemplateFeaturesTest.class.getResourceAsStream("/template/features.json"), "features.json")) {
            Map<?, ?> root = (Map<?, ?>)
                    Objects.requireNonNull(Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
            return ((List<?>) Objects.requireNonNull(root.get("cases")))
                    .stream()
                            .map(each -> (Map<?, ?>) each)
                            .map(each -> Arguments.of(each.get("name"), each.get("template"), each.get("expected")));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void givesWhatJinjaGives(String name, String template, String expected) {
        String rendered = ChatTemplate.parse(template, "<s>", "</s>", CLOCK).render(VARIABLES);
        assertThat(rendered).as(name).isEqualTo(expected);
    }
}
