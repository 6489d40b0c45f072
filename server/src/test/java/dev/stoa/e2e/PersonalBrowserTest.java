package dev.stoa.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.FileChooser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is a person's own: instructions, memory, presets, projects, opinions, the archive, what is to leave no trace. */
class PersonalBrowserTest extends BrowserScene {

    private static Locator.GetByRoleOptions called(String name) {
        return new Locator.GetByRoleOptions().setName(name).setExact(true);
    }

    @Test
    void instructionsMemoryAndPresetsAreThereAfterAReload() {
        signIn();
        openSettings();
        page.getByRole(AriaRole.TAB, named("For the model")).click();
        page.getByLabel("About you, and how to answer").fill("Call me Ada.");
        page.getByRole(AriaRole.BUTTON, named("Save")).click();
        page.getByRole(AriaRole.TEXTBOX, named("Something to remember")).fill("Lives in Delft.");
        page.keyboard().press("Enter");
        Locator memory = page.getByRole(AriaRole.TEXTBOX, named("Memory 1"));
        assertThat(memory).hasValue("Lives in Delft.");
        memory.fill("Lives in Leiden.");
        memory.press("Enter");
        assertThat(page.getByText("Saved.").first()).isVisible();
        noViolations();
        screenshot("personal");
        page.getByRole(AriaRole.TAB, named("Presets")).click();
        page.getByRole(AriaRole.BUTTON, named("New preset")).click();
        fill("Name", "Poet");
        fill("Instructions", "Answer in rhyme.");
        page.getByRole(AriaRole.TABPANEL)
                .getByRole(AriaRole.BUTTON, called("Save"))
                .click();
        assertThat(page.getByRole(AriaRole.BUTTON, named("Remove Poet"))).isVisible();
        noViolations();

        page.reload();
        page.getByRole(AriaRole.BUTTON, named("Preset: No preset")).click();
        page.getByRole(AriaRole.MENUITEMRADIO, named("Poet")).click();
        choosePacedModel();
        ask("A question for the poet.");
        awaitText();
        Object instructions = page.evaluate(
                "() => fetch('/api/conversations/' + location.hash.slice(4)).then(a => a.json()).then(b => b.conversation.instructions)");
        assertThat(instructions).isEqualTo("Answer in rhyme.");
        openSettings();
        page.getByRole(AriaRole.TAB, named("For the model")).click();
        assertThat(page.getByRole(AriaRole.TEXTBOX, named("Memory 1"))).hasValue("Lives in Leiden.");
        assertThat(page.getByLabel("About you, and how to answer")).hasValue("Call me Ada.");
    }

    @Test
    void whatIsSavedAsAFileComesBackFromIt() throws IOException {
        signIn();
        openSettings();
        page.getByRole(AriaRole.TAB, named("For the model")).click();
        Locator fresh = page.getByRole(AriaRole.TEXTBOX, named("Something to remember"));
        fresh.fill("Keeps bees.");
        fresh.press("Enter");
        Locator remove = page.getByRole(AriaRole.BUTTON, named("Remove Keeps bees."));
        assertThat(remove).isVisible();
        Download file = page.waitForDownload(
                () -> page.getByRole(AriaRole.LINK, named("Save as a file")).click());
        assertThat(file.suggestedFilename()).isEqualTo("stoa-personal.json");
        assertThat(Files.readString(file.path())).contains("stoa-personal-1", "Keeps bees.");
        remove.click();
        assertThat(remove).hasCount(0);
        page.getByRole(AriaRole.BUTTON, named("Close settings")).click();
        FileChooser chooser = page.waitForFileChooser(() -> {
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Account of")))
                    .click();
            page.getByRole(AriaRole.MENUITEM, named("Import conversations")).click();
        });
        chooser.setFiles(file.path());
        assertThat(page.getByText(Pattern.compile("1 of your instructions, memories")))
                .isVisible();
        openSettings();
        page.getByRole(AriaRole.TAB, named("For the model")).click();
        assertThat(remove).isVisible();
        remove.click();
        assertThat(remove).hasCount(0);
    }

    @Test
    void aModelProposesWhatToRememberAndThePersonDecides() throws IOException {
        signIn();
        try (ToolUpstream upstream = new ToolUpstream()) {
            post(
                    "/v1/organizations/upstreams",
                    Map.of("name", "tools", "url", upstream.url().toString()));
            post(
                    "/v1/organizations/models",
                    Map.of(
                            "id",
                            "knows-tools",
                            "capabilities",
                            List.of("tools"),
                            "deployments",
                            List.of(Map.of("upstream", "tools", "model", "any"))));
            page.reload();
            chooseModel("knows-tools");
            ask("I live in Delft. Where may one row?");
            Locator proposals = page.getByRole(AriaRole.REGION, named("To remember"));
            assertThat(proposals).containsText("Lives in Delft.");
            noViolations();
            screenshot("proposal");
            // It waits for the person, also after a reload, and is no memory yet.
            page.reload();
            assertThat(proposals).containsText("Lives in Delft.");
            assertThat(answers()).hasCount(1);
            proposals
                    .getByRole(AriaRole.BUTTON, called("No, don’t remember: Lives in Delft."))
                    .click();
            assertThat(proposals).hasCount(0);
            ask("I live in Leiden, truly.");
            proposals
                    .getByRole(AriaRole.BUTTON, called("Remember: Lives in Leiden."))
                    .click();
            assertThat(page.getByText("Remembered.")).isVisible();
            openSettings();
            page.getByRole(AriaRole.TAB, named("For the model")).click();
            assertThat(page.getByRole(AriaRole.BUTTON, named("Remove Lives in Leiden.")))
                    .isVisible();
            assertThat(page.getByRole(AriaRole.BUTTON, named("Remove Lives in Delft.")))
                    .hasCount(0);
            Locator wanted = page.getByLabel(Pattern.compile("propose what to remember"));
            wanted.click();
            assertThat(wanted).not().isChecked();
            page.getByRole(AriaRole.BUTTON, named("Close settings")).click();
            page.reload();
            ask("I live in Haarlem now.");
            assertThat(answers()).hasCount(3);
            openSettings();
            page.getByRole(AriaRole.TAB, named("For the model")).click();
            assertThat(wanted).not().isChecked();
            wanted.click();
            assertThat(wanted).isChecked();
            page.getByRole(AriaRole.BUTTON, named("Remove Lives in Leiden.")).click();
            assertThat(page.getByRole(AriaRole.BUTTON, named("Remove Lives in Leiden.")))
                    .hasCount(0);
            page.getByRole(AriaRole.BUTTON, named("Close settings")).click();
            ask("I live in Utrecht by now.");
            assertThat(proposals).containsText("Lives in Utrecht.");
            assertThat(proposals).not().containsText("Haarlem");
        }
    }

    private void post(String path, Map<String, ?> body) {
        Object status = page.evaluate("""
                ([path, body]) => fetch(path, {
                  method: "POST",
                  headers: { "Content-Type": "application/json", "X-Stoa-Client": "web" },
                  body: JSON.stringify(body),
                }).then((answer) => answer.status)""", List.of(path, body));
        assertThat(status).isEqualTo(200);
    }

    @Test
    void aProjectHoldsFilesAndConversations() {
        signIn();
        page.getByRole(AriaRole.BUTTON, named("New project")).click();
        fill("Name", "The hall");
        fill("Instructions for all its conversations", "Speak of columns.");
        page.locator("#project-form input[type=file]")
                .setInputFiles(new FilePayload(
                        "plan.txt", "text/plain", "Build it of marble.".getBytes(StandardCharsets.UTF_8)));
        assertThat(page.getByText("plan.txt")).isVisible();
        noViolations();
        screenshot("project");
        page.getByRole(AriaRole.BUTTON, named("Begin a conversation")).click();
        assertThat(page.getByRole(AriaRole.BUTTON, named("Project: The hall"))).isVisible();
        choosePacedModel();
        ask("How many columns?");
        awaitText();
        page.reload();
        page.getByRole(AriaRole.BUTTON, named("The hall")).click();
        Locator inside = page.getByRole(AriaRole.REGION, named("Conversations"));
        assertThat(inside.getByRole(AriaRole.BUTTON)).hasCount(1);
        assertThat(page.getByText("plan.txt")).isVisible();
        page.getByRole(AriaRole.BUTTON, named("Remove project")).click();
        assertThat(page.getByRole(AriaRole.BUTTON, named("The hall"))).hasCount(0);
        assertThat(answers()).hasCount(1);
    }

    @Test
    void anOpinionIsKeptAndTakenBack() {
        signIn();
        choosePacedModel();
        ask("Judge this.");
        awaitText();
        page.getByRole(AriaRole.BUTTON, named("Stop answering")).click();
        page.getByRole(AriaRole.BUTTON, named("Bad answer")).click();
        page.getByLabel("What was it? (optional)").fill("It says nothing.");
        noViolations();
        page.getByRole(AriaRole.BUTTON, named("Send")).click();
        Locator down = page.getByRole(AriaRole.BUTTON, named("Bad answer"));
        assertThat(down).hasAttribute("aria-pressed", "true");
        page.reload();
        assertThat(down).hasAttribute("aria-pressed", "true");
        Object export = page.evaluate("() => fetch('/v1/organizations/feedback').then(a => a.text())");
        assertThat(String.valueOf(export)).contains("It says nothing.", "Judge this.");
        down.click();
        assertThat(down).hasAttribute("aria-pressed", "false");
        page.reload();
        assertThat(down).hasAttribute("aria-pressed", "false");
    }

    @Test
    void anArchivedConversationComesBack() {
        signIn();
        choosePacedModel();
        ask("Put me away.");
        awaitText();
        page.getByRole(AriaRole.BUTTON, named("Stop answering")).click();
        optionsOfOpenConversation("Archive");
        page.getByRole(AriaRole.BUTTON, named("Archived")).click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        assertThat(dialog).containsText("Put me away.");
        noViolations();
        dialog.getByRole(AriaRole.BUTTON, called("Take out: Put me away.")).click();
        assertThat(dialog).containsText("Nothing is archived.");
        dialog.getByRole(AriaRole.BUTTON, called("Close")).click();
        assertThat(page.getByRole(AriaRole.LINK, named("Put me away."))).isVisible();
    }

    @Test
    void aTemporaryConversationIsInNoListAndNotInTheBrowser() {
        signIn();
        page.getByRole(AriaRole.BUTTON, named("Temporary conversation")).click();
        assertThat(page.getByText("Nothing said here is kept")).isVisible();
        chooseModel(THINKING);
        ask("A secret about quaggas.");
        assertThat(answers().last().locator("details")).isVisible();
        assertThat(answers().last().locator(".prose")).containsText(Pattern.compile("\\w+ \\w+"));
        awaitEnd();
        ask("And another secret.");
        assertThat(answers()).hasCount(2);
        assertThat(answers().last().locator(".prose")).containsText(Pattern.compile("\\w+"));
        screenshot("temporary");
        noViolations();
        page.getByRole(AriaRole.TEXTBOX, named("Message")).fill("A draft about quaggas.");
        Object kept = page.evaluate("() => JSON.stringify({...localStorage, ...sessionStorage})");
        assertThat(String.valueOf(kept)).doesNotContain("quagga");
        page.getByRole(AriaRole.BUTTON, named("End it")).click();
        assertThat(page.getByRole(
                        AriaRole.HEADING, new Page.GetByRoleOptions().setName(Pattern.compile("on your mind"))))
                .isVisible();
        page.reload();
        assertThat(page.getByRole(AriaRole.TEXTBOX, named("Message"))).hasValue("");
        page.keyboard().press("Control+k");
        page.getByRole(AriaRole.COMBOBOX).fill("quaggas");
        assertThat(page.getByText("Nothing found")).isVisible();
    }

    @Test
    void twoModelsAnswerOneQuestionSideBySide() {
        signIn();
        choosePacedModel();
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Model: ")))
                .click();
        page.getByRole(AriaRole.GROUP, named("Compare with"))
                .getByRole(AriaRole.MENUITEMRADIO, called(THINKING))
                .click();
        ask("Who says it better?");
        assertThat(answers()).hasCount(2);
        assertThat(answers().last().locator("details")).isVisible();
        screenshot("compare");
        Locator compared = page.getByRole(AriaRole.REGION, named("2 models, one question"));
        assertThat(compared.getByText("Who says it better?")).hasCount(1);
        assertThat(compared.getByRole(AriaRole.HEADING).first()).hasText(PACED);
        assertThat(compared.getByRole(AriaRole.HEADING).last()).hasText(THINKING);
        Locator keep = compared.getByRole(AriaRole.BUTTON, called("Keep this answer of " + THINKING));
        assertThat(keep).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(20_000));

        // Another answer in the place of the first leaves the second where it is.
        answers()
                .first()
                .getByRole(AriaRole.BUTTON, called("Answer with another model"))
                .click();
        page.getByRole(AriaRole.MENUITEM, named(THINKING)).click();
        assertThat(answers().first()).containsText("2/2");
        assertThat(answers()).hasCount(2);
        answers().first().getByRole(AriaRole.BUTTON, called("Previous version")).click();
        assertThat(compared.getByRole(AriaRole.HEADING).first()).hasText(PACED);
        noViolations();

        // Kept, it is one more answer to the question, and the thread goes on from it alone.
        keep.click();
        assertThat(answers()).hasCount(1);
        assertThat(answers().first()).containsText("3/3");
        assertThat(answers().first().locator(".message-meta")).hasText(THINKING);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Models: ")))
                .click();
        page.getByRole(AriaRole.MENUITEMRADIO, named("No other")).click();
        ask("And now?");
        assertThat(answers()).hasCount(2);
        page.reload();
        assertThat(answers()).hasCount(2);
        answers().first().getByRole(AriaRole.BUTTON, called("Previous version")).click();
        answers().first().getByRole(AriaRole.BUTTON, called("Previous version")).click();
        assertThat(compared).isVisible();
    }
}
