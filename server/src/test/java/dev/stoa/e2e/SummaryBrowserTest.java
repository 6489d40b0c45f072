package dev.stoa.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A thread that outgrows a small context: the real model summarises its older part, and the page shows it. */
class SummaryBrowserTest extends BrowserScene {
    private static final int CONTEXT = 2048;

    /** A dozen words; five of them in each of 22 messages are more than three quarters of the context. */
    private static final String SENTENCE = "The lighthouse keeper counted the ships that passed the rocks that night. ";

    /** In place of the scene's server, which has the model's own context. */
    @BeforeAll
    static void narrow() {
        server.close();
        server = StoaProcess.start(data, Map.of("STOA_ENGINE_CONTEXT_LENGTH", Integer.toString(CONTEXT)));
    }

    private void openLongThread() {
        Object id = page.evaluate("""
                (sentence) => fetch("/api/import", {
                  method: "POST",
                  headers: { "Content-Type": "application/json", "X-Stoa-Client": "web" },
                  body: JSON.stringify({ format: "stoa-conversation-1", id: crypto.randomUUID(), title: "Long",
                    messages: Array.from({ length: 22 }, (_, i) => ({
                      id: String(i), parent_id: i === 0 ? null : String(i - 1),
                      role: i % 2 === 0 ? "user" : "assistant", text: `Part ${i}. ` + sentence.repeat(5) })) }),
                }).then((answer) => answer.json()).then((body) => body.first)""", SENTENCE);
        page.navigate(server.uri("/#/c/" + id).toString());
        assertThat(answers()).hasCount(11);
    }

    @Test
    void theOlderPartOfALongThreadIsShownAsASummaryThatOpens() {
        signIn();
        openLongThread();
        Locator node = page.locator("details")
                .filter(new Locator.FilterOptions().setHasText("The model sees what came before in a few words"));
        assertThat(node).hasCount(0);
        ask("What did the keeper count?");
        assertThat(answers()).hasCount(12);
        awaitText();
        awaitEnd();
        assertThat(node).hasCount(1);
        Locator text = node.locator("p").first();
        assertThat(text).isHidden();
        node.locator("summary").focus();
        page.keyboard().press("Enter");
        assertThat(text).isVisible();
        assertThat(text).containsText(Pattern.compile("\\w+ \\w+"));
        // Nothing was deleted.
        assertThat(said(page, "Part 0.")).isVisible();
        Locator gauge = page.getByRole(
                AriaRole.IMG,
                new Page.GetByRoleOptions()
                        .setName(Pattern.compile("^The last answer used \\d+k? of 2k tokens of context \\(\\d+%\\)$")));
        assertThat(gauge).isVisible();
        screenshot("summary");
        noViolations();
        page.reload();
        assertThat(node).hasCount(1);
        assertThat(gauge).isVisible();
    }
}
