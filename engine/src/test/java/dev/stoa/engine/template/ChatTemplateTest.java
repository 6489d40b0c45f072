package dev.stoa.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.engine.ChatMessage;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors, bounds, and whose text is whose. */
final class ChatTemplateTest {
    private static String render(String template) {
        return ChatTemplate.parse(template, "<s>", "</s>").render(Map.of());
    }

    @Test
    void aRefusalHasTheTemplatesOwnWords() {
        ChatTemplate template = ChatTemplate.parse(
                "{% if messages[0].role == 'user' %}\n{{ raise_exception('Say hello first') }}{% endif %}", "", "");
        assertThatThrownBy(() -> template.render(List.of(new ChatMessage("user", "x")), true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Say hello first");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "{% if x %}a # line 1: expected {% endif %}",
                "{% endfor %} # line 1: 'endfor' ends nothing",
                "{{ x # a tag isn't closed with }}",
                "{{ 'x }} # a string isn't closed",
                "{{ 1 + }} # expected an expression, found '}}'",
                "{{ a b }} # expected output end, found 'b'",
                "{% include 'x' %} # the statement 'include' is not supported",
                "{{ x.y.z }} # line 1: 'x' is undefined",
                "{{ x() }} # there is no function 'x'",
                "{{ 'a'|nope }} # there is no filter 'nope'",
                "{{ 'a' is nope(1) }} # there is no test 'nope'",
                "{{ 'a'.nope() }} # a string has no method 'nope'",
                "{{ 'a'.getClass() }} # a string has no method 'getClass'",
                "{{ 'a' + 1 }} # can't compute a string + a number",
                "{{ 1 / 0 }} # can't compute 1 / 0",
                "{{ 'a' + x }} # can't compute a string + 'x', which is undefined",
                "{{ ? }} # unexpected '?'",
                "{% set x.a = 1 %} # 'x' is not a namespace",
                "{% for a, b in [1] %}{% endfor %} # can't go through a number",
                "{{ 1 is divisibleby(0) }} # can't compute 1 % 0",
                "{% for a in [1] %}{{ loop.cycle(value=1) }}{% endfor %} # loop.cycle needs an argument",
                "{{ [1][::0] }} # a slice's step is 0",
                "{{ '\\uZZZZ' }} # a bad escape",
            })
    void saysWhatIsWrong(String template, String message) {
        assertThatThrownBy(() -> render(template))
                .isInstanceOf(TemplateException.class)
                .hasMessageStartingWith("chat template, line 1: ")
                .hasMessageContaining(message.strip());
    }

    @Test
    void namesTheLine() {
        assertThatThrownBy(() -> render("a\nb\n{{ x.y }}")).hasMessage("chat template, line 3: 'x' is undefined");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
                "{% set n = namespace(s='xxxxxxxxxx') %}{% for a in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}",
                "{% set n = namespace(s=[1]) %}{% for a in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}",
                "{{ 'x' * 99999999999 }}",
                "{{ range(99999999)|list }}",
                "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
                "{% set n = namespace(s=[]) %}{% for a in range(99999) %}{% set n.s = [n.s] %}{% endfor %}{{ n.s }}",
            })
    void aTemplateThatNeverEndsIsStopped(String template) {
        assertThatThrownBy(() -> render(template)).isInstanceOf(TemplateException.class);
    }

    @Test
    void deepNestingIsStopped() {
        assertThatThrownBy(() -> render("{{ " + "(".repeat(50_000) + "1" + ")".repeat(50_000) + " }}"))
                .hasMessageContaining("nested deeper");
        assertThatThrownBy(() -> render("{{ 1" + " + 1".repeat(50_000) + " }}")).hasMessageContaining("deeper");
        assertThatThrownBy(() -> render("{% if 1 %}".repeat(50_000))).hasMessageContaining("nested deeper");
        assertThatThrownBy(() -> render("{{ " + "not ".repeat(50_000) + "1 }}")).hasMessageContaining("nested deeper");
        assertThatThrownBy(() -> render("{{ " + "- ".repeat(50_000) + "1 }}")).hasMessageContaining("nested deeper");
    }

    /** A template cut short or scrambled parses or fails in the one way. Repeat with the seed that a failure prints. */
    @Test
    void randomDamageNeverEscapes() {
        long seed = Long.getLong("stoa.test.seed", 20_261_124);
        Random random = new Random(seed);
        String good = "{%- for m in messages if m.role != 'x' -%}{{ '<|' + m['role'] ~ m.content|trim + \"|>\" }}"
                + "{% set a, b = [1, {'k': 2.5}], (m.content.split('\\n')[-1][::2] or none) %}{# c #}{% endfor %}"
                + "{% macro f(x, y=1) %}{{ x if y is defined and not y in [1] else y // 2 ** 2 }}{% endmacro %}"
                + "{{ f(1, y=messages|length) }}{% raw %}{{{% endraw %}{% if a %}{% elif b %}{% else %}{% endif %}";
        List<ChatMessage> messages = List.of(new ChatMessage("user", "hi\nthere"));
        ChatTemplate.parse(good, "", "").render(messages, true);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder damaged = new StringBuilder(good);
            for (int i = random.nextInt(4); i >= 0 && !damaged.isEmpty(); i--) {
                int at = random.nextInt(damaged.length());
                switch (random.nextInt(3)) {
                    case 0 -> damaged.setCharAt(at, good.charAt(random.nextInt(good.length())));
                    case 1 -> damaged.deleteCharAt(at);
                    default -> damaged.setLength(at + 1);
                }
            }
            try {
                ChatTemplate.parse(damaged.toString(), "", "").render(messages, true);
            } catch (TemplateException e) {
                assertThat(e.getMessage()).isNotBlank();
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError(
                        "round " + round + ", repeat with -Dstoa.test.seed=" + seed + ": " + damaged, e);
            }
        }
    }

    /** Whatever a template does to a message, its chars stay foreign and the template's stay trusted. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "T{{ m }}T",
                "{{ 'T' + m + 'T' }}",
                "{{ 'T' ~ m|trim ~ 'T' }}",
                "{{ m.strip() }}T{{ m[2:] }}{{ m[::-1] }}",
                "{{ m.split('\n')[-1] }}T{{ m.split(' ')|join('T') }}",
                "{{ m|replace(' ', 'T') }}",
                "{{ 'TxT'|replace('x', m) }}",
                "{{ m|tojson }}{{ {'T': m}|tojson(indent=2) }}{{ [m] }}",
                "{% set x %}T{{ m }}{% endset %}{{ x }}",
                "{% macro f(a) %}T{{ a }}{% endmacro %}{{ f(m) }}",
                "{% for c in m %}{{ c }}T{% endfor %}",
                "{{ m|first }}{{ m|last }}{{ m|indent }}{{ m|list|join('T') }}",
                "{% for k, v in {'T': m}.items() %}{{ k }}{{ v }}{% endfor %}",
                "{{ [m, 'T']|sort|join }}{{ [m, m]|unique|first }}T",
                "{{ 'T' if m else '' }}{{ m or 'T' }}{{ m|default('T') }}{{ m|string }}{{ m * 2 }}",
            })
    void foreignCharsStayForeign(String source) {
        // The message has only 'f' and white space, the template writes no 'f'.
        Text text = rendered(source, " ff\nfff ");
        String value = text.toString();
        assertThat(value).contains("f");
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) == 'f') {
                assertThat(text.isTrusted(i, i + 1))
                        .as("char %d of %s", i, value)
                        .isFalse();
            } else if (value.charAt(i) == 'T') {
                assertThat(text.isTrusted(i, i + 1))
                        .as("char %d of %s", i, value)
                        .isTrue();
            }
        }
    }

    @Test
    void changingCaseKeepsCharsForeign() {
        Text text = rendered("{{ (m ~ 'T')|lower|upper|title|capitalize }}", "straße");
        assertThat(text.isTrusted(0, 1)).isFalse();
        assertThat(text.isForeign()).isTrue();
    }

    /** Published templates cut each message so. */
    @Test
    void aMessageMayBeLongerThanAListMayBe() {
        String message = "😀" + "x".repeat(TemplateLimits.LIST_ELEMENTS_MAX) + "é";
        assertThat(rendered("{{ m[:1] }}{{ m[-2:] }}{{ m[0] }}{{ m[-1] }}{{ m[5:2] }}", message)
                        .toString())
                .isEqualTo("😀xé😀é");
        assertThat(rendered("{{ m[0:] }}", message).toString()).isEqualTo(message);
        assertThat(rendered("{{ m[99999999:] }}{{ m[-99999999:1] }}", message).toString())
                .isEqualTo("😀");
        assertThat(rendered("{{ m[99999999] is defined }}", message).toString()).isEqualTo("False");
        assertThatThrownBy(() -> rendered("{{ m[::-1] }}", message)).hasMessageContaining("a list has more");
    }

    private static Text rendered(String source, String message) {
        Map<String, Object> variables = Map.of("m", Text.foreign(message));
        return Interpreter.run(Parser.parse(source), variables, Clock.systemUTC());
    }

    @Test
    void rolesAreForeignToo() {
        List<ChatMessage> messages = new ArrayList<>(List.of(new ChatMessage("<|x|>", "c")));
        String text = ChatTemplate.parse("{% for m in messages %}{{ m.role }}{% endfor %}", "", "")
                .render(messages, false);
        assertThat(text).isEqualTo("<|x|>");
    }
}
