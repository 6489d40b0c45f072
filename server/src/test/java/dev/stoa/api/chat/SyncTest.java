package dev.stoa.api.chat;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.chat.ChatClient.Event;
import dev.stoa.api.chat.ChatClient.EventReader;
import dev.stoa.conversation.Search;
import dev.stoa.identity.TestMembers;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What other devices of a member hear, pages of branches, pins and deletions, search. */
class SyncTest {
    /** What only styles an emoji is a mark by Unicode, and in no word. */
    private static final Pattern WORD =
            Pattern.compile("[\\p{L}\\p{M}\\p{N}&&[^\\x{FE00}-\\x{FE0F}\\x{E0100}-\\x{E01EF}\\x{20E3}]]");

    private static ChatServer server;
    private static ChatServer twin;
    private static ChatClient client;
    private static ChatClient other;

    @BeforeAll
    static void start() {
        server = ChatServer.start("--stoa.database=shared");
        twin = server.twin("--stoa.database=shared");
        client = new ChatClient(server, server.key());
        other = new ChatClient(twin, server.key());
    }

    @AfterAll
    static void stop() {
        twin.close();
        server.close();
    }

    private static JsonNode read(UUID conversation, String query) {
        return client.get("/api/conversations/" + conversation + query).body();
    }

    private static JsonNode patch(UUID conversation, String body) {
        return client.send("PATCH", "/api/conversations/" + conversation, body, Map.of())
                .body();
    }

    /** The next event that names a conversation. */
    private static JsonNode heard(EventReader events, UUID conversation) {
        while (true) {
            Event event = requireNonNull(events.next());
            for (JsonNode one : event.data().path("conversations")) {
                if (one.get("id").asString().equals(conversation.toString())) {
                    return one;
                }
            }
        }
    }

    private static List<String> texts(JsonNode thread) {
        List<String> texts = new ArrayList<>();
        thread.get("messages").forEach(message -> texts.add(message.get("text").asString()));
        return texts;
    }

    @Test
    void everyChangeIsHeardOnTheOtherServerAndFetchedAlone() {
        try (EventReader events = other.events("/api/events", Map.of())) {
            assertThat(requireNonNull(events.next()).name()).isEqualTo("ready");
            UUID conversation = client.newConversation();
            long version = heard(events, conversation).get("version").asLong();
            UUID reply = client.ask(conversation, null, "heard");
            client.follow(reply, 0);
            JsonNode now = heard(events, conversation);
            while (now.get("version").asLong()
                    < read(conversation, "").get("conversation").get("version").asLong()) {
                now = heard(events, conversation);
            }
            assertThat(texts(read(conversation, "?since=" + version))).containsExactly("heard", "You said: heard");
            assertThat(texts(read(conversation, "?since=" + now.get("version").asLong())))
                    .isEmpty();
            patch(conversation, "{\"title\":\"renamed\"}");
            assertThat(heard(events, conversation).get("title").asString()).isEqualTo("renamed");
            client.send("DELETE", "/api/conversations/" + conversation, null, Map.of());
            assertThat(heard(events, conversation).get("deleted").asBoolean()).isTrue();
        }
    }

    @Test
    void aStreamThatComesBackHearsWhatItMissed() {
        UUID before = client.newConversation();
        long version = read(before, "").get("conversation").get("version").asLong();
        UUID missed = client.newConversation();
        try (EventReader events = other.events("/api/events", Map.of("Last-Event-ID", Long.toString(version)))) {
            assertThat(heard(events, missed).get("version").asLong()).isGreaterThan(version);
        }
        assertThat(client.get("/api/events?after=x").errorType()).isEqualTo("invalid_request");
    }

    @Test
    void othersHearNothingAndFindNothing() {
        ChatClient stranger = new ChatClient(server, TestMembers.add(server.jdbc()));
        try (EventReader events = stranger.events("/api/events?after=0", Map.of())) {
            requireNonNull(events.next());
            UUID conversation = client.newConversation();
            client.follow(client.ask(conversation, null, "zebra crossing"), 0);
            UUID theirs = stranger.newConversation();
            Event event = requireNonNull(events.next());
            assertThat(event.data().get("conversations")).hasSize(1);
            assertThat(event.data().get("conversations").get(0).get("id").asString())
                    .isEqualTo(theirs.toString());
            assertThat(stranger.get("/api/search?q=zebra").body().get("hits")).isEmpty();
            assertThat(client.get("/api/search?q=zebra").body().get("hits")).hasSize(2);
            assertThat(stranger.post("/api/conversations/" + conversation + "/restore", "")
                            .status())
                    .isEqualTo(404);
        }
    }

    @Test
    void aLongBranchIsReadInPagesWithItsVersions() {
        UUID conversation = client.newConversation();
        UUID parent = null;
        List<UUID> replies = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            parent = client.ask(conversation, parent, "turn " + i);
            client.follow(parent, 0);
            replies.add(parent);
        }
        JsonNode end = read(conversation, "?limit=4");
        assertThat(texts(end)).containsExactly("turn 4", "You said: turn 4", "turn 5", "You said: turn 5");
        assertThat(end.get("more").asBoolean()).isTrue();
        String first = end.get("messages").get(0).get("id").asString();
        JsonNode above = read(conversation, "?limit=100&before=" + first);
        assertThat(texts(above)).hasSize(8).startsWith("turn 0").endsWith("You said: turn 3");
        assertThat(above.get("more").asBoolean()).isFalse();
        // A branch at the third turn: the newest one is shown; the older one is found under its own messages.
        UUID branch = client.ask(conversation, replies.get(1), "another turn 2");
        client.follow(branch, 0);
        JsonNode newest = read(conversation, "?limit=2");
        assertThat(texts(newest)).containsExactly("another turn 2", "You said: another turn 2");
        JsonNode versions = newest.get("versions")
                .get(newest.get("messages").get(0).get("id").asString());
        assertThat(versions).hasSize(2);
        JsonNode old = read(conversation, "?limit=2&under=" + versions.get(0).asString());
        assertThat(texts(old)).contains("turn 2").endsWith("turn 5", "You said: turn 5");
        assertThat(client.get("/api/conversations/" + conversation + "?limit=0").errorType())
                .isEqualTo("invalid_request");
    }

    @Test
    void pinnedArchivedAndDeletedOnesStandWhereTheyShould() {
        UUID conversation = client.newConversation();
        assertThat(patch(conversation, "{\"pinned\":true}").get("pinned").asBoolean())
                .isTrue();
        String id = conversation.toString();
        JsonNode list = client.get("/api/conversations").body();
        assertThat(list.get("pinned").toString()).contains(id);
        assertThat(list.get("conversations").toString()).doesNotContain(id);
        patch(conversation, "{\"pinned\":false,\"archived\":true}");
        assertThat(client.get("/api/conversations").raw().body()).doesNotContain(id);
        assertThat(client.get("/api/conversations?archived=true").raw().body()).contains(id);
        client.send("DELETE", "/api/conversations/" + conversation, null, Map.of());
        assertThat(client.get("/api/conversations?archived=true").raw().body()).doesNotContain(id);
        assertThat(client.get("/api/conversations/" + conversation).status()).isEqualTo(404);
        assertThat(client.post("/api/conversations/" + conversation + "/restore", "")
                        .body()
                        .get("archived")
                        .asBoolean())
                .isTrue();
        server.jdbc()
                .sql("UPDATE conversation SET deleted_at = now() - interval '31 days' WHERE id = :id")
                .param("id", conversation)
                .update();
        server.bean(dev.stoa.conversation.RunsLook.class).look();
        assertThat(client.post("/api/conversations/" + conversation + "/restore", "")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void searchFindsWordsAndTheirBeginningsAndTakesNothingForAnOperator() {
        UUID conversation = client.newConversation();
        client.follow(client.ask(conversation, null, "The wombat's burrow, at dusk"), 0);
        JsonNode hits = client.get("/api/search?q=WOMBAT%20bur").body().get("hits");
        assertThat(hits).hasSize(2);
        assertThat(hits.get(0).get("conversation_id").asString()).isEqualTo(conversation.toString());
        assertThat(hits.get(0).get("snippet").asString()).contains("\u0002wombat\u0003");
        for (String odd : List.of(
                "", "%20", "'%20%26%20!(", "%22%3A*", "wombat%20unicorn", "%00%F0%9F%8E%89%E2%9D%A4%EF%B8%8F")) {
            assertThat(client.get("/api/search?q=" + odd).body().get("hits"))
                    .as(odd)
                    .isEmpty();
        }
        assertThat(client.get("/api/search?q=" + "x".repeat(201)).errorType()).isEqualTo("invalid_request");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            set it in server.properties, then start | server.prop     | ␂server␃.␂properties␃,
            set it in server2.properties as well    | properties serv | ␂server2␃.␂properties␃
            write to anna@example.com               | anna@example.co | ␂anna␃@␂example␃.␂com␃
            pi is 3.14159                           | 3.14            | ␂3␃.␂14159␃
            of release v2.7.1-rc_final              | V2.7.1-RC_      | ␂v2␃.␂7␃.␂1␃-␂rc␃_final
            commit 93e7d1bc and no other            | 93e7d1          | ␂93e7␃␂d1bc␃
            it said “numbat” twice                  | numbat          | ␂numbat␃” twice
            a quokka—den under the fig              | den             | ␂den␃ under
            a «kiwi», they wrote                    | "kiwi"          | ␂kiwi␃», they
            你好，世界。                            | 世界            | ，␂世界␃
            अब हिन्दी में                               | हिन्दी            | ␂हिन्दी␃
            Здравствуй, МИР!                        | здравствуй мир  | ␂Здравствуй␃, ␂МИР␃
            all done🎉 and dusted                   | dusted 🎉 done  | ␂done␃🎉 and ␂dusted␃
            <b>bilby</b> &amp; <!-- echidna -->     | bilby echidna   | ␂bilby␃</b> &amp; <!-- ␂echidna␃
            """)
    void searchFindsWordsWhateverStandsBesideThem(String text, String asked, String found) {
        UUID conversation = client.newConversation();
        client.follow(client.ask(conversation, null, text), 0);
        assertThat(snippets(asked, conversation))
                .isNotEmpty()
                .allSatisfy(snippet -> assertThat(snippet)
                        .contains(found.replace('␂', Search.HIT_BEGIN).replace('␃', Search.HIT_END)));
    }

    private static List<String> snippets(String asked, UUID conversation) {
        String q = URLEncoder.encode(asked, StandardCharsets.UTF_8);
        return client.get("/api/search?limit=50&q=" + q)
                .body()
                .get("hits")
                .valueStream()
                .filter(hit -> hit.get("conversation_id").asString().equals(conversation.toString()))
                .map(hit -> hit.get("snippet").asString())
                .toList();
    }

    /** Newer versions of Java know letters and symbols that the database's function was not told of. */
    @Test
    @EnabledForJreRange(max = JRE.JAVA_25)
    void lettersMarksAndDigitsAreWordsAndAllElseStandsBetweenThem() {
        Set<Integer> between =
                new HashSet<>(server.jdbc().sql("""
                        SELECT c FROM generate_series(1, 1114111) c
                        WHERE c NOT BETWEEN 55296 AND 57343 AND stoa_between_words(chr(c), '') = ''
                        """).query(Integer.class).list());
        assertThat(IntStream.rangeClosed(1, Character.MAX_CODE_POINT)
                        .filter(c -> Character.getType(c) != Character.UNASSIGNED
                                && Character.getType(c) != Character.SURROGATE)
                        .filter(c -> between.contains(c)
                                == WORD.matcher(Character.toString(c)).matches())
                        .mapToObj(Integer::toHexString))
                .isEmpty();
    }
}
