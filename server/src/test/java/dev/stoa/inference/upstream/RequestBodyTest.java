package dev.stoa.inference.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.engine.Constraint;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Sampling;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Message;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.ToolSet;
import dev.stoa.shared.StoaException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What upstreams are sent. */
class RequestBodyTest {
    private static final Protocol OPENAI = new OpenAiProtocol("max_tokens");
    private static final Protocol ANTHROPIC = new AnthropicProtocol();

    private static GenerationRequest.Builder asking(int maxTokens, boolean thinking) {
        Prompt prompt = new Prompt.Conversation(
                List.of(Message.text(Message.Role.USER, "Hi.")), ToolSet.NONE, Optional.of(thinking));
        return GenerationRequest.builder("req_1", "model", prompt, maxTokens, Sampling.GREEDY, "test");
    }

    private static JsonNode body(Protocol protocol, GenerationRequest.Builder request) {
        return Json.MAPPER.readTree(protocol.body(request.build(), "there"));
    }

    private static GenerationRequest.Builder held(Constraint.JsonSchema form) {
        return asking(50, false).control(OutputControl.NONE.withConstraint(form));
    }

    @Test
    void anOpenAiUpstreamIsSentABoundOnlyWhereTheCallerNamesOne() {
        assertThat(body(OPENAI, asking(50, false)).get("max_tokens").intValue()).isEqualTo(50);
        assertThat(body(OPENAI, asking(GenerationRequest.AS_FITS, false)).has("max_tokens"))
                .isFalse();
    }

    @Test
    void anAnthropicUpstreamWantsABoundAndGetsOneThatItsModelsTake() {
        assertThat(body(ANTHROPIC, asking(50, false)).get("max_tokens").intValue())
                .isEqualTo(50);
        JsonNode open = body(ANTHROPIC, asking(GenerationRequest.AS_FITS, true));
        assertThat(open.get("max_tokens").intValue()).isEqualTo(8192);
        assertThat(open.at("/thinking/budget_tokens").intValue()).isEqualTo(4096);
    }

    @Test
    void anyObjectIsAskedForByItsOwnNameWhereThereIsOne() {
        assertThat(body(OPENAI, held(Constraint.JsonSchema.ANY_OBJECT)).get("response_format"))
                .isEqualTo(Json.MAPPER.readTree("{\"type\":\"json_object\"}"));
        assertThatThrownBy(() -> body(ANTHROPIC, held(Constraint.JsonSchema.ANY_OBJECT)))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("json_object");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "true  | {'type':'object','properties':{'a':{'type':'string'}},'required':['a'],'additionalProperties':false}",
                "true  | {'type':'object','properties':{},'additionalProperties':false}",
                "false | {'type':'object','properties':{'a':{'type':'string'}},'additionalProperties':false}",
                "false | {'type':'object','properties':{'a':{'type':'string'}},'required':['a']}",
                "false | {'type':'array','items':{'type':'string'}}",
                "false | {'type':'object','properties':{'a':{'type':'object'}},'required':['a'],'additionalProperties':false}",
                "false | {'type':'object','properties':{'a':{'type':['object','null']}},'required':['a'],'additionalProperties':false}",
                "false | {'type':'object','properties':{'a':{'items':{'allOf':[]}}},'required':['a'],'additionalProperties':false}",
                "false | {'type':'object','properties':{'a':{'anyOf':[{'type':'string'},{'properties':{}}]}},'required':['a'],'additionalProperties':false}",
                "false | {'type':'object','properties':{'a':{'$ref':'#/$defs/b'}},'required':['a'],'additionalProperties':false,'$defs':{'b':{'type':'object'}}}",
                "true  | {'type':'object','properties':{'a':{'$ref':'#/$defs/b'}},'required':['a'],'additionalProperties':false,'$defs':{'b':{'anyOf':[{'type':'string'},{'type':'null'}]}}}",
                "false | {'type':'object','properties':{'a':true},'required':['a'],'additionalProperties':false}",
            },
            quoteCharacter = '"')
    void aSchemaIsStrictWhereTheVendorTakesItSo(boolean strict, String schema) {
        JsonNode format = body(OPENAI, held(new Constraint.JsonSchema(schema.replace('\'', '"'))))
                .get("response_format");
        assertThat(format.get("type").stringValue()).isEqualTo("json_schema");
        assertThat(format.at("/json_schema/strict").booleanValue()).isEqualTo(strict);
        assertThat(format.at("/json_schema/schema")).isEqualTo(Json.MAPPER.readTree(schema.replace('\'', '"')));
    }
}
