package dev.stoa.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A person's way through the page, in Chromium, on the real model. */
class BrowserTest extends BrowserScene {
    @Test
    void signInAskSeeItStreamReloadStillThere() {
        signIn();
        ask("What is the capital of France?");
        Locator answer = answers().last();
        assertThat(answer).containsText(Pattern.compile("\\w+"), within(ANSWER_LIMIT_MS));
        awaitEnd();
        String text = answer.innerText();
        screenshot("answered");

        page.reload();

        assertThat(answers().last()).containsText(firstLine(text), within(20_000));
        assertThat(page.getByRole(AriaRole.LIST, named("Messages"))).containsText("What is the capital of France?");
        noViolations();
    }

    @Test
    void aReloadInMidAnswerMissesNothing() {
        signIn();
        ask(LONG_QUESTION);
        assertThat(answers().last()).containsText(Pattern.compile("\\w+ \\w+"), within(ANSWER_LIMIT_MS));
        String seen = firstLine(answers().last().innerText());

        page.reload();

        assertThat(answers().last()).containsText(seen, within(20_000));
        page.getByRole(AriaRole.BUTTON, named("Stop answering")).click();
        assertThat(page.getByText("You stopped this answer.")).isVisible();
    }

    @Test
    void stopEndsTheAnswerAndKeepsItsText() {
        signIn();
        ask(LONG_QUESTION);
        assertThat(answers().last()).containsText(Pattern.compile("\\w+ \\w+"), within(ANSWER_LIMIT_MS));
        page.getByRole(AriaRole.BUTTON, named("Stop answering")).click();
        assertThat(page.getByText("You stopped this answer.")).isVisible();
        assertThat(answers().last().innerText()).isNotBlank();
        page.getByRole(AriaRole.BUTTON, named("Go on")).click();
        assertThat(said(page, "Go on where you stopped.")).isVisible();
        assertThat(answers()).hasCount(2);
        assertThat(answers().last()).containsText(Pattern.compile("\\w+"), within(ANSWER_LIMIT_MS));
        assertThat(page.getByRole(AriaRole.BUTTON, named("Go on"))).hasCount(0);
    }

    @Test
    void threeQuestionsOfOneMessageAreAnsweredTogether() {
        signIn();
        choosePacedModel();
        page.getByRole(AriaRole.TEXTBOX, named("Message"))
                .fill("About Paris:\n1. How old is it?\n2. Explain its name\n3. What should one eat there?");
        assertThat(page.getByText("3 questions, answered together")).isVisible();
        page.keyboard().press("Enter");
        Locator group = page.getByRole(AriaRole.REGION, named("3 questions answered together"));
        Locator stops = group.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Stop this answer"));
        assertThat(stops).hasCount(3);
        assertThat(answers().nth(2)).containsText(Pattern.compile("\\w+ \\w+"));
        screenshot("together");
        stops.first().click();
        assertThat(stops).hasCount(2);

        page.reload();

        assertThat(stops).hasCount(2);
        noViolations();
        assertThat(stops).hasCount(0, new LocatorAssertions.HasCountOptions().setTimeout(20_000));
        assertThat(answers()).hasCount(3);
        assertThat(answers().first()).containsText("You stopped this answer.");
        ask("And now?");
        assertThat(answers()).hasCount(4);
    }

    @Test
    void searchLeadsToTheMessage() {
        signIn();
        choosePacedModel();
        ask("Where do pangolins sleep?");
        awaitText();
        page.keyboard().press("Control+Shift+o");
        page.keyboard().press("Control+k");
        page.getByRole(AriaRole.COMBOBOX).fill("pangol");
        Locator hit = page.getByRole(
                AriaRole.OPTION, new Page.GetByRoleOptions().setName(Pattern.compile("Where do pangolins sleep")));
        assertThat(hit.last()).isVisible();
        screenshot("palette");
        noViolations();
        hit.last().click();
        assertThat(answers()).hasCount(1);
    }

    @Test
    void aLinkShowsACopyAndAnExportComesBackAsAnImport() {
        signIn();
        choosePacedModel();
        ask("Words worth sharing.");
        awaitText();
        page.getByRole(AriaRole.BUTTON, named("Stop answering")).click();
        assertThat(page.getByText("You stopped this answer.")).isVisible();
        String seen = firstLine(answers().last().innerText());
        optionsOfOpenConversation("Share");
        page.getByRole(AriaRole.BUTTON, named("Make a link")).click();
        String link = page.getByLabel("The link", new Page.GetByLabelOptions().setExact(true))
                .inputValue();
        try (BrowserContext anybody = browser.newContext()) {
            Page reader = anybody.newPage();
            reader.navigate(link);
            assertThat(reader.getByText("Words worth sharing.").last()).isVisible();
            assertThat(reader.getByText(seen)).isVisible();
        }
        page.getByRole(AriaRole.BUTTON, named("Close")).click();

        com.microsoft.playwright.Download file =
                page.waitForDownload(() -> optionsOfOpenConversation("Export as JSON"));
        com.microsoft.playwright.FileChooser chooser = page.waitForFileChooser(() -> {
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Account of")))
                    .click();
            page.getByRole(AriaRole.MENUITEM, named("Import conversations")).click();
        });
        String before = page.url();
        chooser.setFiles(file.path());
        assertThat(page.getByText("1 conversation imported")).isVisible();
        page.waitForURL(url -> !url.equals(before));
        assertThat(answers().last()).containsText(seen);
    }

    /** Another device's question moves its conversation up the list, past the one whose menu is open. */
    @Test
    void aMenuStaysOpenWhileTheListIsSortedAnew() {
        signIn();
        choosePacedModel();
        ChatClient elsewhere = new ChatClient(server);
        String older = elsewhere.newConversation();
        elsewhere.awaitEnd(older, elsewhere.ask(older, "Words of another device."));
        ask("Words of this device.");
        awaitText();
        page.getByRole(AriaRole.BUTTON, named("Stop answering")).click();
        assertThat(page.locator(".row").first()).hasClass(Pattern.compile("current"));
        page.locator(".row.current").getByRole(AriaRole.BUTTON).click();
        Locator rename = page.getByRole(AriaRole.MENUITEM, named("Rename"));
        assertThat(rename).isVisible();

        elsewhere.ask(older, "And some more.");

        assertThat(page.locator(".row").nth(1)).hasClass(Pattern.compile("current"));
        assertThat(rename).isVisible();
        rename.click();
        assertThat(page.locator(".row-input")).isFocused();
    }

    @Test
    void editingAQuestionMakesABranchAndTheFirstOneStays() {
        signIn();
        choosePacedModel();
        ask("The first wording.");
        awaitText();
        page.getByRole(AriaRole.BUTTON, named("Edit")).click(new Locator.ClickOptions().setForce(true));
        page.getByRole(AriaRole.TEXTBOX, named("Edit your message")).fill("The second wording.");
        page.keyboard().press("Control+Enter");
        assertThat(page.getByText("2/2")).isVisible();
        assertThat(said(page, "The first wording.")).isHidden();
        page.getByRole(AriaRole.BUTTON, named("Previous version")).first().click();
        assertThat(said(page, "The first wording.")).isVisible();
    }

    @Test
    void aWrongKeyIsRefusedInPlainWords() {
        chooseKey();
        page.getByLabel("API key", new Page.GetByLabelOptions().setExact(true)).fill("sk-stoa-wrong");
        page.getByRole(AriaRole.BUTTON, named("Sign in")).click();
        assertThat(page.getByText("This key is not known here")).isVisible();
        noViolations();
    }

    @Test
    void worksByKeyboardAlone() {
        page.getByRole(AriaRole.BUTTON, named("Use an API key instead")).focus();
        page.keyboard().press("Enter");
        assertThat(page.getByLabel("API key", new Page.GetByLabelOptions().setExact(true)))
                .isFocused();
        page.keyboard().insertText(StoaProcess.ADMIN_KEY);
        page.keyboard().press("Enter");
        assertThat(page.getByRole(AriaRole.TEXTBOX, named("Message"))).isFocused();
        page.keyboard().type("Name one river.");
        page.keyboard().press("Enter");
        assertThat(answers().last()).containsText(Pattern.compile("\\w+"), within(ANSWER_LIMIT_MS));
        page.keyboard().press("Escape");
        awaitEnd();
        page.keyboard().press("Control+k");
        assertThat(page.getByRole(AriaRole.COMBOBOX)).isFocused();
        page.keyboard().press("Enter");
        assertThat(page.getByRole(
                        AriaRole.HEADING, new Page.GetByRoleOptions().setName(Pattern.compile("on your mind"))))
                .isVisible();
    }

    @Test
    void worksOnAPhoneInTheDark() {
        context.close();
        context = browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(390, 844)
                .setColorScheme(ColorScheme.DARK)
                .setHasTouch(true));
        page = context.newPage();
        page.navigate(server.uri("/").toString());
        signIn();
        page.getByRole(AriaRole.TEXTBOX, named("Message")).fill("Name one river.");
        page.getByRole(AriaRole.BUTTON, named("Send message")).tap();
        assertThat(answers().last()).containsText(Pattern.compile("\\w+"), within(ANSWER_LIMIT_MS));
        awaitEnd();
        screenshot("phone-dark");
        assertThat((Boolean) page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
                .as("nothing is wider than the phone")
                .isTrue();
        noViolations();
    }
}
