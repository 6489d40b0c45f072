package dev.stoa.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import dev.stoa.document.TestPdf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is done with whole conversations, and with the files of their questions. */
class KeepingBrowserTest extends BrowserScene {

    private static Locator.GetByRoleOptions called(String name) {
        return new Locator.GetByRoleOptions().setName(name).setExact(true);
    }

    private Locator row(String title) {
        return page.getByRole(AriaRole.LINK, named(title));
    }

    private void begin(String question) {
        signIn();
        chooseModel(QUICK);
        ask(question);
        assertThat(page.getByRole(AriaRole.BUTTON, named("Answer again"))).isVisible();
    }

    @Test
    void aConversationIsPinnedDeletedAndTakenBack() {
        begin("Keep me on top.");
        optionsOfOpenConversation("Pin");
        assertThat(page.getByText("Pinned", new Page.GetByTextOptions().setExact(true)))
                .isVisible();
        page.reload();
        assertThat(page.getByText("Pinned", new Page.GetByTextOptions().setExact(true)))
                .isVisible();
        optionsOfOpenConversation("Unpin");
        optionsOfOpenConversation("Delete");
        assertThat(row("Keep me on top.")).hasCount(0);
        page.getByRole(AriaRole.BUTTON, named("Undo")).click();
        row("Keep me on top.").click();
        assertThat(said(page, "Keep me on top.")).isVisible();
        optionsOfOpenConversation("Delete");
        page.reload();
        assertThat(page.getByRole(AriaRole.TEXTBOX, named("Message"))).isVisible();
        assertThat(row("Keep me on top.")).hasCount(0);
    }

    @Test
    void aSharedCopyIsGoneOnWithAndItsLinkIsClosed() {
        begin("Worth passing on.");
        String original = page.url();
        optionsOfOpenConversation("Share");
        page.getByRole(AriaRole.BUTTON, named("Make a link")).click();
        String link = page.getByLabel("The link", new Page.GetByLabelOptions().setExact(true))
                .inputValue();
        Page reader = context.newPage();
        reader.navigate(link);
        reader.getByRole(AriaRole.BUTTON, named("Go on with it")).click();
        assertThat(said(reader, "Worth passing on.")).isVisible();
        reader.waitForURL(url -> url.contains("#/c/") && !url.equals(original));
        reader.getByRole(AriaRole.TEXTBOX, named("Message")).fill("Said in the copy alone.");
        reader.keyboard().press("Enter");
        assertThat(said(reader, "Said in the copy alone.")).isVisible();
        assertThat(said(page, "Said in the copy alone.")).hasCount(0);

        Locator links = page.getByRole(AriaRole.LIST, named("Links that work"));
        noViolations();
        links.getByRole(AriaRole.BUTTON, called("Close this link")).click();
        assertThat(links).hasCount(0);
        page.waitForFunction("() => fetch('/api/conversations/' + location.hash.slice(4) + '/shares')"
                + ".then((answer) => answer.json()).then((body) => body.shares.length === 0)");
        try (BrowserContext anybody = browser.newContext()) {
            Page late = anybody.newPage();
            late.navigate(link);
            assertThat(late.getByText("This link does not work any more.")).isVisible();
        }
    }

    @Test
    void filesOfAQuestionAreReadAndShown() throws IOException {
        signIn();
        chooseModel(QUICK);
        page.locator(".composer input[type=file]").setInputFiles(new FilePayload[] {
            new FilePayload("plan.pdf", "application/pdf", TestPdf.of("", "Columns of marble", "And a roof")),
            new FilePayload("hall.py", "text/x-python", "print('columns')".getBytes(StandardCharsets.UTF_8)),
            new FilePayload("picture.png", "image/png", new byte[] {(byte) 137, 80, 78, 71, 0, 1})
        });
        Locator draft = page.getByRole(AriaRole.LIST, named("Attached files"));
        assertThat(draft).containsText("2 pages");
        assertThat(draft).containsText("neither text nor PDF");
        noViolations();
        draft.getByRole(AriaRole.BUTTON, called("Remove picture.png")).click();
        ask("What do these say?");
        assertThat(page.getByRole(AriaRole.BUTTON, named("Answer again"))).isVisible();
        page.reload();
        Locator kept = page.getByRole(AriaRole.LIST, named("Messages"));
        kept.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(Pattern.compile("plan\\.pdf")))
                .click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        assertThat(dialog).containsText("Columns of marble");
        assertThat(dialog).containsText("And a roof");
        noViolations();
        dialog.getByRole(AriaRole.BUTTON, called("Close")).click();
        kept.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(Pattern.compile("hall\\.py")))
                .click();
        assertThat(dialog).containsText("print('columns')");
    }
}
