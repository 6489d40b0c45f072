package dev.stoa.api.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events of streams in all forms that server-sent events may have, wherever their bytes are cut. */
class PlayedResponseTest {
    private static final String LAST = "{\"last\":\"ü\"}";

    private static List<String> told(String stream, int piece) throws IOException {
        List<String> told = new ArrayList<>();
        PlayedResponse response = new PlayedResponse(new PlayedResponse.Listener() {
            @Override
            public void begun(int status, Map<String, String> headers) {
                told.add("begun");
            }

            @Override
            public void event(String data) {
                told.add(data);
            }
        });
        response.setContentType("text/event-stream; charset=utf-8");
        byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
        OutputStream out = response.getOutputStream();
        for (int from = 0; from < bytes.length; from += piece) {
            out.write(bytes, from, Math.min(piece, bytes.length - from));
        }
        return told;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "event: one\ndata: {\"n\":1}\n\n",
                "event: one\r\ndata: {\"n\":1}\r\n\r\n",
                "event: one\rdata: {\"n\":1}\r\r",
                "data:{\"n\":1}\n\n",
                ": a comment\n\ndata: [DONE]\n\nid: 7\ndata: {\"n\":1}\nretry: 9\n\n",
            })
    void eachEventIsTold(String event) throws IOException {
        String stream = event + "data: " + LAST + "\n\n";
        for (int piece : new int[] {1, 7, stream.length() * 2}) {
            assertThat(told(stream, piece)).containsExactly("begun", "{\"n\":1}", LAST);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void linesOfOneEventAreToldTogether(String end) throws IOException {
        String stream = "data: {\"n\":" + end + "data: 1}" + end + end;
        assertThat(told(stream, 3)).containsExactly("begun", "{\"n\":\n1}");
    }
}
