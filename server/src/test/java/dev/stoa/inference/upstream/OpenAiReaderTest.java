package dev.stoa.inference.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream.CallArguments;
import dev.stoa.inference.TokenStream.CallEnd;
import dev.stoa.inference.TokenStream.CallStart;
import dev.stoa.inference.TokenStream.Event;
import dev.stoa.inference.TokenStream.Finished;
import dev.stoa.inference.TokenStream.TextDelta;
import dev.stoa.inference.TokenStream.ThinkingDelta;
import dev.stoa.shared.EventData;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chunks as servers write them, right and otherwise. */
class OpenAiReaderTest {
    private final OpenAiReader reader = new OpenAiReader(100, true, false, new Tally(3, 100));
    private final List<Event> events = new ArrayList<>();

    private static String single(String json) {
        return json.replace('\'', '"');
    }

    private void chunk(String json) {
        byte[] bytes = single(json).getBytes(StandardCharsets.UTF_8);
        reader.event(new EventData(bytes, 0, bytes.length), events::add);
    }

    private void delta(String delta) {
        chunk("{'choices':[{'index':0,'delta':" + delta + "}]}");
    }

    /** The end with its reason; what came before it is left in {@link #events}. */
    private StopReason finish(String reason) {
        chunk("{'choices':[{'index':0,'delta':{},'finish_reason':'" + reason + "'}]}");
        reader.bodyEnded(events::add);
        return ((Finished) events.removeLast()).reason();
    }

    @Test
    void aRefusalIsTheTextAndTheReason() {
        delta("{'role':'assistant','content':'','refusal':null}");
        delta("{'content':null,'refusal':'I can not do that.'}");
        assertThat(finish("stop")).isEqualTo(StopReason.REFUSAL);
        assertThat(events).containsExactly(new TextDelta("I can not do that."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "{'name':'','arguments':''}"})
    void anEmptyFunctionCallIsNone(String none) {
        delta("{'content':'Hi.','function_call':" + none + "}");
        assertThat(finish("stop")).isEqualTo(StopReason.END_TURN);
        assertThat(events).containsExactly(new TextDelta("Hi."));
    }

    @Test
    void aCallIsOneWhateverTheModelWroteAsItsArguments() {
        delta("{'tool_calls':[{'index':0,'id':'a','function':{'name':'one','arguments':'{bad}'}}]}");
        assertThat(finish("tool_calls")).isEqualTo(StopReason.TOOL_USE);
        assertThat(events).endsWith(new CallArguments(0, "{bad}"), new CallEnd(0, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'length'", "'stop','stop_reason':'}'"})
    void aCallThatWasCutOffIsNone(String finish) {
        delta("{'tool_calls':[{'index':0,'id':'a','function':{'name':'one','arguments':'{'}}]}");
        chunk("{'choices':[{'index':0,'delta':{},'finish_reason':" + finish + "}]}");
        assertThat(events).endsWith(new CallEnd(0, false));
    }

    @Test
    void whatIsSaidBetweenPartsOfACallComesBehindIt() {
        delta("{'tool_calls':[{'index':0,'id':'a','function':{'name':'one','arguments':''}}]}");
        delta("{'content':' ','tool_calls':[{'index':0,'function':{'arguments':'{'}}]}");
        delta("{'reasoning_content':'Hm.','content':'So','tool_calls':[{'index':0,'function':{'arguments':'}'}}]}");
        assertThat(finish("tool_calls")).isEqualTo(StopReason.TOOL_USE);
        assertThat(events)
                .containsExactly(
                        new CallStart(0, "a", "one"),
                        new CallArguments(0, "{"),
                        new CallArguments(0, "}"),
                        new CallEnd(0, true),
                        new ThinkingDelta("Hm."),
                        new TextDelta("So"));
    }

    @Test
    void whatIsSaidBehindAWholeCallDoesNotWait() {
        delta("{'tool_calls':[{'index':0,'id':'a','function':{'name':'one','arguments':'{}'}}]}");
        delta("{'content':'Done.'}");
        assertThat(events).endsWith(new CallEnd(0, true), new TextDelta("Done."));
        // Some servers end each call with nothing more.
        delta("{'tool_calls':[{'index':0,'function':{'arguments':''}}]}");
        assertThat(finish("tool_calls")).isEqualTo(StopReason.TOOL_USE);
    }

    @Test
    void aFunctionCallOfOldIsACall() {
        delta("{'content':null,'function_call':{'name':'one','arguments':''}}");
        delta("{'function_call':{'arguments':'{'}}");
        delta("{'function_call':{'arguments':'}'}}");
        assertThat(reader.untold()).isEmpty();
        assertThat(finish("function_call")).isEqualTo(StopReason.TOOL_USE);
        assertThat(events)
                .containsExactly(
                        new CallStart(0, null, "one"),
                        new CallArguments(0, "{"),
                        new CallArguments(0, "}"),
                        new CallEnd(0, true));
    }

    @Test
    void textsOfWhichNoEventTellsAreKnown() {
        delta("{'role':'assistant','content':'a','refusal':'b','reasoning':'c','function_call':null,"
                + "'tool_calls':[{'index':0,'id':'d','type':'function','function':{'name':'e','arguments':'{}'}}]}");
        assertThat(reader.untold()).isEmpty();
        delta("{'content':[{'type':'text','text':'a'}],'reasoning':'b','reasoning_content':'c',"
                + "'annotations':[{'url_citation':{'title':'d \\\\u0065'}}],'image':'" + "Ab+/".repeat(99) + "=='}");
        assertThat(reader.untold())
                .containsOnly(
                        entry("delta.content.0.text", "a"),
                        entry("delta.reasoning", "b"),
                        entry("delta.annotations.0.url_citation.title", "d \\u0065"),
                        entry("delta.annotations.0.url_citation.title unescaped", "d e"));
        // What waits for the end of a call is not told yet.
        delta("{'tool_calls':[{'index':1,'function':{'name':'f','arguments':'{'}}]}");
        delta("{'content':'g'}");
        assertThat(reader.untold()).containsOnly(entry("delta.content", "g"));
        chunk("{'choices':[],'usage':{}}");
        assertThat(reader.untold()).isEmpty();
    }

    @Test
    void callsThatAllHaveTheSameIndexAreSeveral() {
        delta("{'tool_calls':[{'index':0,'id':'a','function':{'name':'one','arguments':'{}'}}]}");
        delta("{'tool_calls':[{'index':0,'id':'b','function':{'name':'two','arguments':'{'}}]}");
        // What goes on may name its call again.
        delta("{'tool_calls':[{'index':0,'id':'b','function':{'name':'two','arguments':'}'}}]}");
        assertThat(finish("tool_calls")).isEqualTo(StopReason.TOOL_USE);
        assertThat(events)
                .containsExactly(
                        new CallStart(0, "a", "one"),
                        new CallArguments(0, "{}"),
                        new CallEnd(0, true),
                        new CallStart(1, "b", "two"),
                        new CallArguments(1, "{"),
                        new CallArguments(1, "}"),
                        new CallEnd(1, true));
    }
}
