package dev.stoa.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Threads of hundreds of messages, all of them on the page, of which the browser leaves out what is far from the screen;
 * and longer ones, of which a stretch is on the page that moves with the reader.
 */
class LongThreadBrowserTest extends BrowserScene {
    /** As many as there may be on the page. */
    private static final int MESSAGES = 400;
    /** As many as are shown at first: what fills a screen or two, in whole chunks. */
    private static final int SHOWN = 120;

    private static final int LONG = 1_000;

    @BeforeEach
    void enter() {
        signIn();
    }

    private void openThread(int messages) {
        openThread(messages, Map.of());
    }

    /** @param special what some of the messages say instead, by their place */
    private void openThread(int messages, Map<String, String> special) {
        Object id = page.evaluate("""
                ({ count, special }) => fetch("/api/import", {
                  method: "POST",
                  headers: { "Content-Type": "application/json", "X-Stoa-Client": "web" },
                  body: JSON.stringify({ format: "stoa-conversation-1", id: crypto.randomUUID(), title: "Long",
                    messages: Array.from({ length: count }, (_, at) => ({
                      id: String(at), parent_id: at === 0 ? null : String(at - 1),
                      role: at % 2 === 0 ? "user" : "assistant",
                      text: at % 2 === 0 ? special[at] ?? `Question number ${at}?` : `## Part ${at}\\n\\nIt is **answered** here.`,
                    })) }),
                }).then((answer) => answer.json()).then((body) => body.first)""", Map.of("count", messages, "special", special));
        page.navigate(server.uri("/#/c/" + id).toString());
        assertThat(all()).not().hasCount(0);
    }

    private void openAll() {
        openThread(MESSAGES);
        toBeginning();
        assertThat(all()).hasCount(MESSAGES);
    }

    /** As a reader would, page after page. */
    private void toBeginning() {
        page.waitForFunction("""
                () => {
                  document.querySelector(".thread-scroll").scrollTo(0, 0);
                  return document.querySelector(".older") === null;
                }""");
        assertThat(page.getByText("Question number 0?", new Page.GetByTextOptions().setExact(true)))
                .isInViewport();
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
        openAll();
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
    void whoComesToTheVeryTopStaysWithWhatStandsThere() {
        openThread(LONG);
        int before = onPage();
        Object first = page.evaluate("() => document.querySelector('[data-message]').dataset.message");
        String place = "(id) => document.querySelector(`[data-message='${id}']`).getBoundingClientRect().top";
        Object was = page.evaluate(
                "(id) => { document.querySelector('.thread-scroll').scrollTo(0, 0); return (" + place + ")(id) }",
                first);
        page.waitForFunction("(first) => document.querySelector('[data-message]').dataset.message !== first", first);
        // What came next would have come by now.
        page.waitForTimeout(1_000);
        assertThat(((Number) page.evaluate(place, first)).doubleValue())
                .isCloseTo(((Number) was).doubleValue(), offset(4.0));
        assertThat(onPage()).isBetween(before + 1, before + SHOWN / 2);
    }

    @Test
    void heightsStayWhenAThreadIsScrolledThroughAgain() {
        openAll();
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
        openAll();
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
        openAll();
        Locator editor = beginToEditTheFirst();
        toEnd();
        isDrawn(1, false);
        assertThat(editor).hasValue("Said differently");
        page.evaluate("() => document.querySelector('.thread-scroll').scrollTo(0, 0)");
        assertThat(editor).isInViewport();
        assertThat(editor).hasValue("Said differently");
    }

    private Locator beginToEditTheFirst() {
        all().first().hover();
        all().first()
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Edit"))
                .click();
        Locator editor = page.locator(".editor textarea");
        editor.fill("Said differently");
        page.getByRole(AriaRole.TEXTBOX, named("Message")).focus();
        return editor;
    }

    private int onPage() {
        return all().count();
    }

    /** Page after page. @return how many messages were on the page on the way */
    private Object downToTheEnd() {
        return page.waitForFunction("""
                () => {
                  const box = document.querySelector(".thread-scroll");
                  const seen = (globalThis.seen ??= new Set());
                  document.querySelectorAll("[data-message]").forEach((one) => seen.add(one.dataset.message));
                  const more = document.querySelector(".later") !== null;
                  box.scrollTo(0, box.scrollHeight);
                  return more ? 0 : seen.size;
                }""").jsonValue();
    }

    @Test
    void ofAVeryLongThreadAStretchIsOnThePageThatMovesWithTheReader() {
        openThread(LONG);
        assertThat(onPage()).isLessThanOrEqualTo(SHOWN);
        toBeginning();
        assertThat(onPage()).isGreaterThanOrEqualTo(MESSAGES).isLessThan(MESSAGES + SHOWN);
        assertThat(page.getByText("Part " + (LONG - 1))).hasCount(0);

        assertThat(downToTheEnd()).isEqualTo(LONG);
        assertThat(page.getByText("Part " + (LONG - 1))).isInViewport();
        assertThat(onPage()).isLessThan(MESSAGES + SHOWN);

        toBeginning();
        page.getByRole(AriaRole.BUTTON, named("Jump to latest")).click();
        assertThat(page.getByText("Part " + (LONG - 1))).isInViewport();
        assertThat(onPage()).isLessThanOrEqualTo(SHOWN);
    }

    @Test
    void whoIsAtTheEndOfAThreadHasNotAllOfItOnThePage() {
        openThread(LONG);
        toBeginning();
        downToTheEnd();
        page.waitForFunction("(most) => document.querySelectorAll('[data-message]').length <= most", MESSAGES);
        assertThat(page.getByText("Part " + (LONG - 1))).isInViewport();

        // What keeps all of it there, and what does no longer.
        toBeginning();
        Locator editor = beginToEditTheFirst();
        downToTheEnd();
        // The first is in the editor.
        assertThat(onPage()).isEqualTo(LONG - 1);
        editor.press("Escape");
        chooseModel(QUICK);
        ask("And now?");
        assertThat(answers().last()).isInViewport();
        page.waitForFunction("(most) => document.querySelectorAll('[data-message]').length <= most", SHOWN + 2);
    }

    @Test
    void aQuestionFromFarAboveIsAnsweredAtTheEnd() {
        openThread(LONG);
        toBeginning();
        chooseModel(QUICK);
        ask("Are you still there?");
        Locator asked = said(page, "Are you still there?");
        assertThat(asked).isInViewport();
        assertThat(answers().last()).isInViewport();
        awaitEnd();
        assertThat(onPage()).isLessThanOrEqualTo(SHOWN + 2);
    }

    @Test
    void aSearchHitIsShownWhereverItStands() {
        Map<String, String> hits = Map.of("2", "Which zebra?", "346", "Which heron?", "902", "Which otter?");
        openThread(LONG, hits);
        for (String hit : hits.values()) {
            page.keyboard().press("Control+k");
            String word = hit.replaceAll("Which |\\?", "");
            page.getByRole(AriaRole.COMBOBOX).fill(word);
            page.getByRole(AriaRole.OPTION, new Page.GetByRoleOptions().setName(Pattern.compile(word)))
                    .first()
                    .click();
            assertThat(page.locator(".found")).containsText(hit);
            assertThat(said(page, hit)).isInViewport();
            assertThat(page.locator(".found")).hasCount(0);
            assertThat(said(page, hit)).isInViewport();
        }
    }

    @Test
    void whatIsWrittenFarAboveIsNotLetGoOf() {
        openThread(LONG);
        toBeginning();
        Locator editor = beginToEditTheFirst();
        downToTheEnd();
        assertThat(page.getByText("Part " + (LONG - 1))).isInViewport();
        assertThat(editor).hasValue("Said differently");
    }
}
