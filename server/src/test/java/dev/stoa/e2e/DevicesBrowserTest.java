package dev.stoa.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page on two devices, and without a network. */
class DevicesBrowserTest extends BrowserScene {
    @Test
    void twoBrowsersFollowOneRunAndEitherMayStopIt() {
        signIn();
        choosePacedModel();
        ask("Tell me of the hall.");
        assertThat(answers().last()).containsText(Pattern.compile("\\w+ \\w+"));
        try (BrowserContext other = browser.newContext()) {
            other.addCookies(context.cookies());
            Page second = other.newPage();
            second.navigate(page.url());
            Locator there = second.getByRole(AriaRole.ARTICLE, named("Stoa said"));
            assertThat(there).containsText(firstLine(answers().last().innerText()));
            second.getByRole(AriaRole.BUTTON, named("Stop answering")).click();
            assertThat(there).containsText("You stopped this answer.");
            assertThat(answers().last()).containsText("You stopped this answer.");
        }
    }

    @Test
    void twoDevicesSeeEachOthersMessagesAndAStaleTabMakesABranch() {
        signIn();
        choosePacedModel();
        ask("From the first device.");
        awaitText();
        page.getByRole(AriaRole.BUTTON, named("Stop answering")).click();
        try (BrowserContext other = browser.newContext()) {
            other.addCookies(context.cookies());
            Page second = other.newPage();
            second.navigate(page.url());
            assertThat(said(second, "From the first device.")).isVisible();
            second.getByRole(AriaRole.TEXTBOX, named("Message")).fill("From the second device.");
            second.keyboard().press("Enter");
            // Heard without a reload, and followed.
            assertThat(said(page, "From the second device.")).isVisible();
            assertThat(answers()).hasCount(2);
            second.getByRole(AriaRole.BUTTON, named("Stop answering")).click();
            assertThat(answers().last()).containsText("You stopped this answer.");

            other.setOffline(true);
            ask("While you were away.");
            awaitText();
            page.getByRole(AriaRole.BUTTON, named("Stop answering")).click();
            second.getByRole(AriaRole.TEXTBOX, named("Message")).fill("Said without knowing.");
            second.keyboard().press("Enter");
            other.setOffline(false);
            Locator versions = second.getByRole(AriaRole.GROUP, named("Versions"));
            assertThat(versions.first()).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(40_000));
            assertThat(said(second, "Said without knowing.")).isVisible();
            second.getByRole(AriaRole.BUTTON, named("Previous version")).first().click();
            assertThat(said(second, "While you were away.")).isVisible();
        }
    }

    @Test
    void whatIsTypedOfflineIsSentOnceWhenTheNetworkIsBack() {
        signIn();
        choosePacedModel();
        ask("Are you there?");
        awaitText();
        page.getByRole(AriaRole.BUTTON, named("Stop answering")).click();
        assertThat(page.getByText("You stopped this answer.")).isVisible();
        context.setOffline(true);
        ask("First, said in a tunnel.");
        ask("Second, said in a tunnel.");
        assertThat(page.getByText("Not sent yet, and tried again by itself.").first())
                .isVisible();
        context.setOffline(false);
        assertThat(answers()).hasCount(3, new LocatorAssertions.HasCountOptions().setTimeout(40_000));
        page.reload();
        assertThat(page.getByText("First, said in a tunnel.", new Page.GetByTextOptions().setExact(true)))
                .hasCount(1);
        assertThat(answers()).hasCount(3);
    }

    @Test
    void aDraftGoesAlongToTheOtherDevice() {
        signIn();
        choosePacedModel();
        ask("Begin here.");
        awaitText();
        page.getByRole(AriaRole.BUTTON, named("Stop answering")).click();
        try (BrowserContext other = browser.newContext()) {
            other.addCookies(context.cookies());
            Page second = other.newPage();
            second.navigate(page.url());
            assertThat(said(second, "Begin here.")).isVisible();
            page.getByRole(AriaRole.TEXTBOX, named("Message")).fill("Half a thought");
            Locator box = second.getByRole(AriaRole.TEXTBOX, named("Message"));
            assertThat(box).hasValue("Half a thought");
            box.fill("Half a thought, ended there.");
            assertThat(page.getByRole(AriaRole.TEXTBOX, named("Message"))).hasValue("Half a thought, ended there.");
            second.keyboard().press("Enter");
            assertThat(said(page, "Half a thought, ended there.")).isVisible();
            assertThat(page.getByRole(AriaRole.TEXTBOX, named("Message"))).hasValue("");
        }
    }

    @Test
    void thePageStartsWithoutANetworkAndSendsWhatWasTypedThen() {
        signIn();
        choosePacedModel();
        ask("Before the tunnel.");
        awaitText();
        page.getByRole(AriaRole.BUTTON, named("Stop answering")).click();
        assertThat(page.getByText("You stopped this answer.")).isVisible();
        page.waitForFunction(
                "() => navigator.serviceWorker.ready.then(() => caches.match('/')).then(page => page !== undefined)");
        context.setOffline(true);
        page.close();
        page = context.newPage();
        page.navigate(server.uri("/").toString());
        assertThat(page.getByRole(AriaRole.TEXTBOX, named("Message"))).isVisible();
        ask("Typed in the tunnel.");
        assertThat(page.getByText("Not sent yet, and tried again by itself.")).isVisible();
        page.reload();
        assertThat(page.getByText("Not sent yet, and tried again by itself.")).isVisible();
        context.setOffline(false);
        assertThat(answers()).hasCount(1, new LocatorAssertions.HasCountOptions().setTimeout(40_000));
        page.reload();
        assertThat(said(page, "Typed in the tunnel.")).hasCount(1);
        assertThat(answers()).hasCount(1);
    }
}
