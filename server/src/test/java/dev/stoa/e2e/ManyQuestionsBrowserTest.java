package dev.stoa.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.FileChooser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A question while another is answered: it waits, takes its place, or joins in; and versions within a group. */
class ManyQuestionsBrowserTest extends BrowserScene {
    /** A minute of answer, so that only what the person does ends it. */
    private static final String LONG = "mock-100-50-1200";

    private static Locator.GetByRoleOptions called(String name) {
        return new Locator.GetByRoleOptions().setName(name).setExact(true);
    }

    private static LocatorAssertions.HasCountOptions soon() {
        return new LocatorAssertions.HasCountOptions().setTimeout(30_000);
    }

    /** Begins a conversation with an answer that goes on, and says what is to become of the next question. */
    private void whileAnswering(String policy) {
        signIn();
        beginWith(LONG);
        ask("The first question.");
        awaitText();
        choosePolicy(policy);
    }

    /** A mock model that the menu does not list is named at the conversation's begin. */
    private void beginWith(String model) {
        Object id = page.evaluate("""
                (model) => {
                  const id = crypto.randomUUID();
                  return fetch("/api/conversations", {
                    method: "POST",
                    headers: { "Content-Type": "application/json", "X-Stoa-Client": "web" },
                    body: JSON.stringify({ id, model }),
                  }).then(() => id);
                }""", model);
        page.navigate(server.uri("/#/c/" + id).toString());
        page.reload();
    }

    private void choosePolicy(String name) {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("the next question")))
                .click();
        page.getByRole(AriaRole.MENUITEMRADIO, new Page.GetByRoleOptions().setName(Pattern.compile("^" + name)))
                .click();
    }

    private List<String> questions() {
        return page.getByRole(AriaRole.LIST, named("Messages"))
                .locator(".bubble")
                .allInnerTexts();
    }

    @Test
    void whatWaitsIsMovedTakenBackRemovedAndAskedInItsOrder() {
        whileAnswering("Answer after");
        ask("Waits one.");
        ask("Waits two.");
        ask("Waits three.");
        Locator queue = page.getByRole(AriaRole.REGION, named("Waiting questions"));
        Locator items = queue.getByRole(AriaRole.LISTITEM);
        assertThat(items).hasCount(3);
        assertThat(answers()).hasCount(1);
        noViolations();
        items.nth(1).getByRole(AriaRole.BUTTON, called("Move up")).click();
        assertThat(items.first()).containsText("Waits two.");

        // It waits on the server: another look finds it as it is.
        page.reload();
        assertThat(items).hasCount(3);
        assertThat(items.first()).containsText("Waits two.");
        screenshot("queue");
        items.nth(1).getByRole(AriaRole.BUTTON, called("Back to the box")).click();
        Locator box = page.getByRole(AriaRole.TEXTBOX, named("Message"));
        assertThat(box).hasValue("Waits one.");
        box.fill("");
        assertThat(items).hasCount(2);

        page.getByRole(AriaRole.BUTTON, named("Stop answering")).click();
        assertThat(answers()).hasCount(2, soon());
        assertThat(items).hasCount(1);
        assertThat(questions()).containsExactly("The first question.", "Waits two.");
        items.first().getByRole(AriaRole.BUTTON, called("Remove")).click();
        assertThat(queue).hasCount(0);
        page.getByRole(AriaRole.BUTTON, named("Stop answering")).click();
        assertThat(answers().last()).containsText("You stopped this answer.");
        page.reload();
        assertThat(answers()).hasCount(2);
        assertThat(queue).hasCount(0);
    }

    @Test
    void insteadStopsWhatIsWrittenAndIsAnswered() {
        whileAnswering("Answer instead");
        ask("Answer this instead.");
        assertThat(answers()).hasCount(2, soon());
        assertThat(answers().first()).containsText("You stopped this answer.");
        assertThat(answers().last().locator(".prose")).containsText(Pattern.compile("\\w+ \\w+"));
        page.getByRole(AriaRole.BUTTON, named("Stop answering")).click();
        page.reload();
        assertThat(answers()).hasCount(2);
        assertThat(questions()).containsExactly("The first question.", "Answer this instead.");
    }

    @Test
    void steerEndsTheSentenceAndGoesOnWithBothInView() {
        whileAnswering("Steer");
        ask("Say it shorter.");
        assertThat(answers()).hasCount(2, soon());
        assertThat(answers().first().locator(".prose")).containsText(Pattern.compile("\\.$"));
        assertThat(answers().first().locator(".message-note")).isVisible();
        assertThat(answers().last().locator(".prose")).containsText(Pattern.compile("\\w+ \\w+"));
        noViolations();
        page.getByRole(AriaRole.BUTTON, named("Stop answering")).click();
        assertThat(questions()).containsExactly("The first question.", "Say it shorter.");
    }

    /** The version that is chosen in a group is shown on, goes into the export, and comes back with the import. */
    @Test
    void aVersionChosenInAGroupSurvivesAReloadAndAnExport() {
        signIn();
        chooseModel(QUICK);
        page.getByRole(AriaRole.TEXTBOX, named("Message"))
                .fill("About Paris:\n1. How old is it?\n2. Explain its name\n3. What should one eat there?");
        page.keyboard().press("Enter");
        Locator group = page.getByRole(AriaRole.REGION, named("3 questions answered together"));
        Locator again = group.getByRole(AriaRole.BUTTON, called("Answer again"));
        assertThat(again).hasCount(3, soon());
        String first = answers().first().locator(".prose").innerText();
        String second = answers().nth(1).locator(".prose").innerText();
        again.first().click();
        Locator version = answers().first().getByRole(AriaRole.GROUP, called("Versions"));
        assertThat(version).containsText("2/2");
        assertThat(again).hasCount(3, soon());
        String other = answers().first().locator(".prose").innerText();
        assertThat(other).isNotEqualTo(first);
        assertThat(answers().nth(1).locator(".prose")).hasText(second);

        page.reload();
        assertThat(version).containsText("2/2");
        assertThat(answers()).hasCount(3);
        assertThat(answers().first().locator(".prose")).hasText(other);
        answers().first().getByRole(AriaRole.BUTTON, called("Previous version")).click();
        assertThat(answers().first().locator(".prose")).hasText(first);
        answers().first().getByRole(AriaRole.BUTTON, called("Next version")).click();
        assertThat(answers().first().locator(".prose")).hasText(other);

        Download file = page.waitForDownload(() -> optionsOfOpenConversation("Export as JSON"));
        FileChooser chooser = page.waitForFileChooser(() -> {
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Account of")))
                    .click();
            page.getByRole(AriaRole.MENUITEM, named("Import conversations")).click();
        });
        String before = page.url();
        chooser.setFiles(file.path());
        page.waitForURL(url -> !url.equals(before));
        assertThat(group).isVisible();
        assertThat(answers()).hasCount(3);
        assertThat(version).containsText("2/2");
        assertThat(answers().first().locator(".prose")).hasText(other);
        assertThat(answers().nth(1).locator(".prose")).hasText(second);
    }
}
