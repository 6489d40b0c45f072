package dev.stoa.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A thread of hundreds of messages: all of them are here, and the browser leaves out what is far from the screen. */
class LongThreadBrowserTest extends BrowserScene {
    private static final int MESSAGES = 400;

    @BeforeEach
    void openAll() {
        signIn();
        Object id = page.evaluate("""
                (count) => fetch("/api/import", {
                  method: "POST",
                  headers: { "Content-Type": "application/json", "X-Stoa-Client": "web" },
                  body: JSON.stringify({ format: "stoa-conversation-1", id: crypto.randomUUID(), title: "Long",
                    messages: Array.from({ length: count }, (_, at) => ({
                      id: String(at), parent_id: at === 0 ? null : String(at - 1),
                      role: at % 2 === 0 ? "user" : "assistant",
                      text: at % 2 === 0 ? `Question number ${at}?` : `## Part ${at}\\n\\nIt is **answered** here.`,
                    })) }),
                }).then((answer) => answer.json()).then((body) => body.first)""", MESSAGES);
        page.navigate(server.uri("/#/c/" + id).toString());
        assertThat(all()).not().hasCount(0);
        // As a reader would, page after page.
        page.waitForFunction("""
                (count) => {
                  document.querySelector(".thread-scroll").scrollTo(0, 0);
                  return document.querySelectorAll("[data-message]").length === count;
                }""", MESSAGES);
        assertThat(page.getByText("Question number 0?")).isInViewport();
    }

    private Locator all() {
        return page.locator("[data-message]");
    }

    private void toEnd() {
        page.evaluate("() => document.querySelector('.thread-scroll').scrollTo(0, 1e9)");
        assertThat(all().last()).isInViewport();
    }

    /** Chunks take their own height when they come near, so again until it is there. */
    private void show(int message) {
        page.waitForFunction("""
                (at) => {
                  const message = document.querySelectorAll("[data-message]")[at];
                  message.scrollIntoView({ block: "center" });
                  return message.checkVisibility({ contentVisibilityAuto: true });
                }""", message);
        assertThat(all().nth(message)).isInViewport();
    }

    /** Waits until the browser draws a message, or leaves it out. */
    private void isDrawn(int message, boolean drawn) {
        page.waitForFunction(
                "({ at, drawn }) => document.querySelectorAll('[data-message]')[at]"
                        + ".checkVisibility({ contentVisibilityAuto: true }) === drawn",
                Map.of("at", message, "drawn", drawn));
    }

    @Test
    void whatIsFarIsHereAndLeftOutByTheBrowser() {
        isDrawn(0, true);
        isDrawn(199, false);
        assertThat(all().nth(199).locator("h2")).hasText("Part 199");
        show(199);
        assertThat(all().nth(199).getByRole(AriaRole.HEADING)).isVisible();
        isDrawn(0, false);
        toEnd();
        isDrawn(199, false);
        isDrawn(MESSAGES - 1, true);
    }

    @Test
    void heightsStayWhenAThreadIsScrolledThroughAgain() {
        for (int to = 1; to < MESSAGES; to += 16) {
            show(to);
        }
        toEnd();
        Object tall = page.evaluate("() => document.querySelector('.thread-scroll').scrollHeight");
        page.evaluate("() => document.querySelector('.thread-scroll').scrollTo(0, 0)");
        assertThat(all().first()).isInViewport();
        isDrawn(0, true);
        assertThat(page.evaluate("() => document.querySelector('.thread-scroll').scrollHeight"))
                .isEqualTo(tall);
    }

    @Test
    void findingInThePageReachesWhatIsFar() {
        isDrawn(256, false);
        // Case, direction, and on from the beginning, as nothing is selected.
        page.evaluate("() => document.activeElement.blur()");
        assertThat(page.evaluate("() => window.find('Question number 256?', false, false, true)"))
                .isEqualTo(true);
        isDrawn(256, true);
        assertThat(page.evaluate("() => getSelection().toString()")).isEqualTo("Question number 256?");
        show(257);
        assertThat(all().nth(257).getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Answer again")))
                .isVisible();
    }

    @Test
    void whatIsTypedFarAboveTheEndStays() {
        all().first().hover();
        all().first()
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Edit"))
                .click();
        Locator editor = page.locator(".editor textarea");
        editor.fill("Said differently");
        page.getByRole(AriaRole.TEXTBOX, named("Message")).focus();
        toEnd();
        isDrawn(1, false);
        assertThat(editor).hasValue("Said differently");
        page.evaluate("() => document.querySelector('.thread-scroll').scrollTo(0, 0)");
        assertThat(editor).isInViewport();
        assertThat(editor).hasValue("Said differently");
    }
}
