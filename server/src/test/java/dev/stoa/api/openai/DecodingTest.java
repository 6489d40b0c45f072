package dev.stoa.api.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.entry;

import dev.stoa.api.Fields;
import dev.stoa.api.GivenDocuments;
import dev.stoa.api.GivenDocumentsFixture;
import dev.stoa.engine.Constraint;
import dev.stoa.engine.Priority;
import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolChoice;
import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Message;
import dev.stoa.inference.Prompt;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Ids;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class DecodingTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Ids IDS = new Ids(new Random(7));
    private static final GivenDocuments.Reader READER = GivenDocumentsFixture.withoutFiles();

    private static CompletionRequest chat(String more) {
        String body = "{'model':'m','messages':[{'role':'user','content':'hi'}]" + more + "}";
        return ChatDecoder.decode(JSON.readTree(body.replace('\'', '"')), IDS, READER);
    }

    private static CompletionRequest text(String body) {
        return TextDecoder.decode(JSON.readTree(body.replace('\'', '"')), IDS);
    }

    @Test
    void readsAChatWithAllItSays() {
        CompletionRequest request = chat(",'max_completion_tokens':9,'n':2,'seed':5,'temperature':0.5,'top_p':0.9,"
                + "'presence_penalty':-1,'frequency_penalty':2,'stop':['a','b'],'logprobs':true,'top_logprobs':3,"
                + "'stream':true,'stream_options':{'include_usage':true},'user':'u','metadata':{'k':'v'}");
        assertThat(request.prompts())
                .containsExactly(new Prompt.Conversation(List.of(Message.text(Message.Role.USER, "hi"))));
        assertThat(request.maxTokens()).isEqualTo(9);
        assertThat(request.sampling().temperature()).isEqualTo(0.5f);
        assertThat(request.sampling().presencePenalty()).isEqualTo(-1);
        assertThat(request.stops()).containsExactly("a", "b");
        assertThat(request.topLogprobs()).isEqualTo(3);
        assertThat(request.includeUsage()).isTrue();
        List<GenerationRequest> parts = request.parts("req_1");
        assertThat(parts).hasSize(2);
        assertThat(parts.get(0).sampling().seed()).isEqualTo(5);
        assertThat(parts.get(1).sampling().seed()).isNotEqualTo(5);
        assertThat(parts.get(0).prompt()).isSameAs(parts.get(1).prompt());
    }

    @Test
    void readsTheFormOfTheAnswerAndBiases() {
        CompletionRequest request =
                chat(",'response_format':{'type':'json_schema','json_schema':{'name':'n','strict':true,"
                        + "'schema':{'type':'integer'}}},'logit_bias':{'7':-100,'8':1.5},'service_tier':'flex'");
        assertThat(request.control().constraint()).contains(new Constraint.JsonSchema("{\"type\":\"integer\"}"));
        assertThat(request.control().logitBias()).containsOnly(entry(7, -100f), entry(8, 1.5f));
        assertThat(request.parts("r").getFirst().scheduling().priority()).isEqualTo(Priority.BATCH);
        assertThat(chat(",'response_format':{'type':'json_object'}").control().constraint())
                .contains(new Constraint.JsonSchema("{\"type\":\"object\"}"));
    }

    @Test
    void readsToolsCallsAndResults() {
        String body = """
                {'model':'m','reasoning_effort':'low','parallel_tool_calls':false,
                 'tools':[{'type':'function','function':{'name':'a'}},{'type':'function','function':{'name':'b'}}],
                 'tool_choice':{'type':'allowed_tools','allowed_tools':{'mode':'required',
                   'tools':[{'type':'function','function':{'name':'b'}}]}},
                 'messages':[{'role':'user','content':'hi'},
                   {'role':'assistant','content':null,'parsed':null,'reasoning_content':'hm','tool_calls':[
                     {'id':'c1','type':'function','function':{'name':'a','arguments':''}},
                     {'id':'c2','type':'function','function':{'name':'b','arguments':'{ }','parsed_arguments':null}}]},
                   {'role':'tool','tool_call_id':'c1','content':'1'},
                   {'role':'tool','tool_call_id':'c2','content':[{'type':'text','text':'2'}]}]}
                """;
        CompletionRequest request = ChatDecoder.decode(JSON.readTree(body.replace('\'', '"')), IDS, READER);
        Prompt.Conversation chat = (Prompt.Conversation) request.prompts().getFirst();
        assertThat(chat.thinking()).contains(true);
        assertThat(chat.tools().choice()).isEqualTo(ToolChoice.ANY);
        assertThat(chat.tools().parallel()).isFalse();
        assertThat(chat.tools().tools()).extracting(Tool::name).containsExactly("b");
        assertThat(chat.messages().subList(1, 3))
                .containsExactly(
                        new Message(
                                Message.Role.ASSISTANT,
                                List.of(
                                        new ContentBlock.ToolUse("c1", "a", "{}"),
                                        new ContentBlock.ToolUse("c2", "b", "{}"))),
                        new Message(
                                Message.Role.USER,
                                List.of(
                                        new ContentBlock.ToolResult("c1", "1", false),
                                        new ContentBlock.ToolResult("c2", "2", false))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{bad}", "[1", "[1]", "7"})
    void showsAModelWhatItWroteInPlaceOfArguments(String arguments) {
        String call =
                "{\"call_id\":\"c1\",\"type\":\"function_call\",\"name\":\"a\",\"arguments\":\"" + arguments + "\"}";
        String result = "{\"call_id\":\"c1\",\"type\":\"function_call_output\",\"output\":\"no JSON\"}";
        Fields body = Fields.of(JSON.readTree("{\"input\":[" + call + "," + result + "]}"), "");
        assertThat(ResponseItems.decode(body, List.of(), new FileParts(READER)))
                .contains(new Message(
                        Message.Role.ASSISTANT,
                        List.of(new ContentBlock.ToolUse("c1", "a", "{\"INVALID_JSON\":\"" + arguments + "\"}"))));
    }

    @Test
    void whatAModelSaysBehindItsCallIsOfTheSameTurn() {
        String call = "{'type':'function_call','call_id':'c1','name':'a','arguments':'{}'}";
        String said = "{'type':'message','role':'assistant','content':'One moment.'}";
        String result = "{'type':'function_call_output','call_id':'c1','output':'1'}";
        for (List<String> items : List.of(List.of(call, said, result), List.of(said, call, result))) {
            String body = "{'input':[" + String.join(",", items) + "]}";
            List<Message> messages = ResponseItems.decode(
                    Fields.of(JSON.readTree(body.replace('\'', '"')), ""), List.of(), new FileParts(READER));
            assertThat(messages).hasSize(2);
            assertThat(messages.getFirst().content())
                    .containsExactlyInAnyOrder(
                            new ContentBlock.Text("One moment."), new ContentBlock.ToolUse("c1", "a", "{}"));
        }
    }

    @Test
    void takesARefusalAsTheAnswersText() {
        String body = """
                {'model':'m','messages':[{'role':'user','content':'hi'},
                  {'role':'assistant','content':null,'refusal':'I can not do that.'},{'role':'user','content':'why?'}]}
                """;
        CompletionRequest request = ChatDecoder.decode(JSON.readTree(body.replace('\'', '"')), IDS, READER);
        assertThat(((Prompt.Conversation) request.prompts().getFirst()).messages())
                .contains(Message.text(Message.Role.ASSISTANT, "I can not do that."));
    }

    @Test
    void theSameSeedGivesTheSameSeedsToAllChoices() {
        assertThat(chat(",'seed':11,'n':4").parts("a").stream()
                        .map(part -> part.sampling().seed()))
                .isEqualTo(chat(",'seed':11,'n':4").parts("b").stream()
                        .map(part -> part.sampling().seed())
                        .toList())
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                ",'temperature':2.1 | temperature | between 0 and 2",
                ",'temperature':'hot' | temperature | a number, not a string",
                ",'n':0 | n | between 1 and 16",
                ",'max_tokens':1,'max_completion_tokens':1 | max_tokens | can't go with",
                ",'max_tokens':0 | max_tokens | between 1",
                ",'stop':['a','b','c','d','e'] | stop | at most 4",
                ",'stop':'' | stop | 1 to 1000",
                ",'top_logprobs':3 | top_logprobs | needs logprobs",
                ",'logprobs':true,'top_logprobs':21 | top_logprobs | between 0 and 20",
                ",'stream_options':{'include_usage':true} | stream_options | only for streams",
                ",'response_format':{'type':'xml'} | response_format.type | json_schema",
                ",'response_format':{'type':'json_schema'} | response_format.json_schema | required",
                ",'response_format':{'type':'json_schema','json_schema':{'name':'n','schema':1}} | response_format.json_schema.schema | an object",
                ",'tools':[{'type':'function'}] | tools[0].function | required",
                ",'tools':[{'type':'custom'}] | tools[0].type | only",
                ",'tools':[{'type':'function','function':{'name':'a b'}}] | tools[0].function.name | 1 to 64",
                ",'tools':[{'type':'function','function':{'name':'a'}},{'type':'function','function':{'name':'a'}}] | tools | two functions",
                ",'tools':[{'type':'function','function':{'name':'a','parameters':{'type':'array'}}}] | tools[0].function.parameters.type | object",
                ",'tool_choice':'required' | tool_choice | without tools",
                ",'tool_choice':{'type':'function','function':{'name':'a'}} | tool_choice.function.name | none of the tools",
                ",'tools':[{'type':'function','function':{'name':'a'}}],'logprobs':true | logprobs | may call tools",
                ",'messages':[{'role':'tool','tool_call_id':'c','content':'x'}] | messages | must answer a preceding",
                ",'messages':[{'role':'assistant','tool_calls':[{'id':'c','type':'function','function':{'name':'a','arguments':'{}'}}]},{'role':'user','content':'x'}] | messages | must be followed",
                ",'logit_bias':{'1':200} | logit_bias | between -100 and 100",
                ",'logit_bias':{'one':2} | logit_bias | ids of tokens",
                ",'seed':1.5 | seed | whole number",
                ",'metadata':{'a':1} | metadata.a | a string",
                ",'service_tier':'gold' | service_tier | one of",
                ",'frobnicate':1 | frobnicate | not known",
                ",'messages':[] | messages | between 1",
                ",'messages':[{'role':'king','content':'x'}] | messages[0].role | must be",
                ",'messages':[{'role':'user','content':[{'type':'image_url','image_url':{}}]}] | messages[0].content[0].type | can't see",
                ",'messages':[{'role':'user'}] | messages[0].content | required",
            })
    void namesTheFieldThatIsWrong(String more, String param, String problem) {
        // A field named twice can't be parsed here, so the tests of messages replace the good ones.
        String body = more.startsWith(",'messages'")
                ? "{'model':'m'" + more + "}"
                : "{'model':'m','messages':[{'role':'user','content':'hi'}]" + more + "}";
        StoaException refusal = catchThrowableOfType(
                StoaException.class, () -> ChatDecoder.decode(JSON.readTree(body.replace('\'', '"')), IDS, READER));
        assertThat(refusal.kind()).isEqualTo(ErrorKind.INVALID_REQUEST);
        assertThat(refusal.param()).isEqualTo(param);
        assertThat(refusal).hasMessageContaining(problem);
    }

    @Test
    void readsSeveralPromptsOfPlainText() {
        CompletionRequest request = text("{'model':'m','prompt':['a','b'],'n':2,'logprobs':0}");
        assertThat(request.parts("r").stream().map(GenerationRequest::prompt))
                .containsExactly(
                        new Prompt.Text("a"), new Prompt.Text("a"), new Prompt.Text("b"), new Prompt.Text("b"));
        assertThat(request.maxTokens()).isEqualTo(16);
        assertThat(request.topLogprobs()).isZero();
        assertThat(GenerationRequest.countsPrompt(request.parts("r"))).containsExactly(true, false, true, false);
        StoaException refusal =
                catchThrowableOfType(StoaException.class, () -> text("{'model':'m','prompt':['a','b','c'],'n':6}"));
        assertThat(refusal.param()).isEqualTo("n");
        assertThat(catchThrowableOfType(StoaException.class, () -> text("{'model':'m','prompt':[1,2]}")))
                .hasMessageContaining("token ids");
    }

    @Test
    void writesDurationsAsTheProtocolDoes() {
        assertThat(RateLimitHeaders.duration(Duration.ofMillis(20))).isEqualTo("20ms");
        assertThat(RateLimitHeaders.duration(Duration.ofMillis(1500))).isEqualTo("1.500s");
        assertThat(RateLimitHeaders.duration(Duration.ofMinutes(6))).isEqualTo("6m0s");
    }
}
