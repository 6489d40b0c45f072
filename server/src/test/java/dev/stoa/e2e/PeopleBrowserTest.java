package dev.stoa.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Accounts and the console. */
class PeopleBrowserTest extends BrowserScene {
    /** From the first start to a second person: set-up, devices, invitation, signing in again. */
    @Test
    void accountsFromSetUpToASecondPerson() {
        assertThat(page.getByRole(AriaRole.HEADING, named("Set up Stoa"))).isVisible();
        noViolations();
        fill("API key", StoaProcess.ADMIN_KEY);
        fill("Name", "Ada");
        fill("E-mail address", "ada@example.org");
        fill("Password", "short");
        page.getByRole(AriaRole.BUTTON, named("Create account")).click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("at least 15 characters");
        fill("Password", "three blue herons wade");
        page.getByRole(AriaRole.BUTTON, named("Create account")).click();
        assertThat(page.getByRole(AriaRole.TEXTBOX, named("Message"))).isVisible();

        try (BrowserContext elsewhere = browser.newContext(new Browser.NewContextOptions().setViewportSize(390, 844))) {
            Page phone = elsewhere.newPage();
            phone.navigate(server.uri("/").toString());
            fill(phone, "E-mail address", "ADA@example.org");
            fill(phone, "Password", "not the one");
            phone.keyboard().press("Enter");
            assertThat(phone.getByRole(AriaRole.ALERT)).containsText("password is wrong");
            fill(phone, "Password", "three blue herons wade");
            phone.keyboard().press("Enter");
            assertThat(phone.getByRole(AriaRole.TEXTBOX, named("Message"))).isVisible();

            openSettings();
            page.getByRole(AriaRole.TAB, named("Devices")).click();
            assertThat(page.getByText("This device")).isVisible();
            noViolations();
            screenshot("devices");
            page.getByRole(AriaRole.BUTTON, named("Sign out all other devices")).click();
            phone.reload();
            assertThat(phone.getByLabel("E-mail address")).isVisible();
        }
        page.keyboard().press("Escape");

        String path = inviteInTheConsole("grace@example.org");
        try (BrowserContext elsewhere = browser.newContext(new Browser.NewContextOptions().setLocale("de-DE"))) {
            Page guest = elsewhere.newPage();
            guest.navigate(server.uri(path).toString());
            assertThat(guest.getByRole(AriaRole.HEADING, named("Willkommen bei Stoa")))
                    .isVisible();
            fill(guest, "Dein Name", "Grace");
            fill(guest, "Passwort", "four brown owls hooting");
            guest.keyboard().press("Enter");
            assertThat(guest.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Konto von Grace")))
                    .isVisible();
            guest.navigate(server.uri(path).toString());
            guest.reload();
            assertThat(guest.getByRole(AriaRole.HEADING, named("Dieser Link gilt nicht mehr")))
                    .isVisible();
            // The console is for those who administer.
            guest.navigate(server.uri("/#/console/people").toString());
            guest.reload();
            assertThat(guest.getByRole(AriaRole.TEXTBOX, named("Nachricht"))).isVisible();
        }
        page.reload();
        assertThat(page.getByRole(AriaRole.ROW).filter(new Locator.FilterOptions().setHasText("grace@example.org")))
                .containsText("Grace");
        makeAKeyInTheConsole();
        page.getByRole(AriaRole.LINK, named("People")).click();
        signOnThroughTheProvider(invite("linus@example.org"));
        passkeyFromMakingToEnd();
    }

    /** The provider is another site, so what it sends back must get along with the cookies' rules. */
    private void signOnThroughTheProvider(String path) {
        issuer.person = Map.of("sub", "linus", "name", "Linus");
        Page console = page;
        try (BrowserContext elsewhere = browser.newContext()) {
            page = elsewhere.newPage();
            String address = "http://localhost:" + server.port;
            page.navigate(address + "/");
            Locator enter = page.getByRole(AriaRole.BUTTON, named("Continue with Example"));
            enter.click();
            assertThat(page.getByRole(AriaRole.ALERT).first()).containsText("You are not invited yet");
            noViolations();
            screenshot("sign-on");
            page.navigate(address + path);
            page.reload();
            enter.click();
            assertThat(page.getByRole(AriaRole.BUTTON, named("Account of Linus")))
                    .isVisible();
            openSettings();
            assertThat(page.getByRole(AriaRole.LIST, named("Single sign-on"))).containsText("Linus");
            signOut();
            enter.click();
            assertThat(page.getByRole(AriaRole.BUTTON, named("Account of Linus")))
                    .isVisible();
        }
        page = console;
    }

    /** With Chromium's own authenticator, which has a key and a person who touches it. */
    private void passkeyFromMakingToEnd() {
        try (BrowserContext elsewhere = browser.newContext()) {
            Page own = elsewhere.newPage();
            CDPSession authenticators = elsewhere.newCDPSession(own);
            authenticators.send("WebAuthn.enable");
            JsonObject options = new JsonObject();
            options.addProperty("protocol", "ctap2");
            options.addProperty("transport", "internal");
            options.addProperty("hasResidentKey", true);
            options.addProperty("hasUserVerification", true);
            options.addProperty("isUserVerified", true);
            JsonObject parameters = new JsonObject();
            parameters.add("options", options);
            authenticators.send("WebAuthn.addVirtualAuthenticator", parameters);

            // Passkeys are bound to a name, and an address is none.
            own.navigate(server.uri("/").toString());
            assertThat(own.getByLabel("E-mail address")).isVisible();
            assertThat(own.getByRole(AriaRole.BUTTON, named("Sign in with a passkey")))
                    .isHidden();
            own.navigate("http://localhost:" + server.port + "/");
            Locator enter = own.getByRole(AriaRole.BUTTON, named("Sign in with a passkey"));
            enter.click();
            assertThat(own.getByRole(AriaRole.ALERT).last()).containsText("No passkey was used");
            fill(own, "E-mail address", "grace@example.org");
            fill(own, "Password", "four brown owls hooting");
            own.keyboard().press("Enter");
            assertThat(own.getByRole(AriaRole.TEXTBOX, named("Message"))).isVisible();

            page = own;
            openSettings();
            page.getByRole(AriaRole.BUTTON, named("Add a passkey")).click();
            Locator passkeys = page.getByRole(AriaRole.LIST, named("Passkeys"));
            assertThat(passkeys.getByRole(AriaRole.LISTITEM)).hasCount(1);
            passkeys.getByRole(AriaRole.TEXTBOX).fill("Grace’s laptop");
            page.keyboard().press("Enter");
            assertThat(passkeys.getByRole(
                            AriaRole.BUTTON,
                            new Locator.GetByRoleOptions().setName("Remove the passkey Grace’s laptop")))
                    .isVisible();
            noViolations();
            screenshot("passkeys");
            page.getByRole(AriaRole.BUTTON, named("Add a passkey")).click();
            assertThat(page.getByText("has a passkey for this account already")).isVisible();
            signOut();

            enter.click();
            assertThat(page.getByRole(AriaRole.BUTTON, named("Account of Grace")))
                    .isVisible();
            openSettings();
            assertThat(passkeys).containsText("last used");
            passkeys.getByRole(AriaRole.BUTTON).click();
            assertThat(passkeys.getByRole(AriaRole.LISTITEM)).hasCount(0);
            signOut();
            enter.click();
            assertThat(page.getByRole(AriaRole.ALERT).last()).containsText("not known here any more");
        }
    }

    private void signOut() {
        page.keyboard().press("Escape");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Account of")))
                .click();
        page.getByRole(AriaRole.MENUITEM, named("Sign out")).click();
    }

    private String inviteInTheConsole(String email) {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Account of")))
                .click();
        page.getByRole(AriaRole.MENUITEM, named("Console")).click();
        return invite(email);
    }

    private String invite(String email) {
        page.getByRole(AriaRole.BUTTON, named("Invite")).click();
        fill("E-mail address (optional)", email);
        page.getByRole(AriaRole.BUTTON, named("Make a link")).click();
        String link = page.getByLabel("The link", new Page.GetByLabelOptions().setExact(true))
                .inputValue();
        noViolations();
        page.getByRole(AriaRole.BUTTON, named("Done")).click();
        screenshot("console-people");
        return link.substring(link.indexOf("/#/join/"));
    }

    private void makeAKeyInTheConsole() {
        page.getByRole(AriaRole.LINK, named("API keys")).click();
        page.getByRole(AriaRole.BUTTON, named("New key")).click();
        fill("Name", "from the console");
        page.getByRole(AriaRole.BUTTON, named("Make the key")).click();
        String key = page.getByLabel("The key", new Page.GetByLabelOptions().setExact(true))
                .inputValue();
        page.getByRole(AriaRole.BUTTON, named("Done")).click();
        String status = "(key) => fetch('/v1/models', {headers: {'x-api-key': key}}).then((answer) => answer.status)";
        assertThat(page.evaluate(status, key)).isEqualTo(200);
        Locator row = page.getByRole(AriaRole.ROW).filter(new Locator.FilterOptions().setHasText("from the console"));
        row.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Switch off"))
                .click();
        assertThat(row.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Switch on")))
                .isVisible();
        page.waitForCondition(() -> page.evaluate(status, key).equals(401));
        page.getByRole(AriaRole.LINK, named("Audit log")).click();
        assertThat(page.getByRole(AriaRole.TABLE)).containsText("api_key.status_changed");
        page.getByRole(AriaRole.LINK, named("Usage")).click();
        assertThat(page.getByText("What everybody used")).isVisible();
        noViolations();
    }

    /** The playground asks by the session, in both protocols, and what it shows is the code for it. */
    @Test
    void aModelIsAskedInThePlayground() {
        signIn();
        page.evaluate("() => { location.hash = '#/console/playground'; }");
        page.getByLabel("Model", new Page.GetByLabelOptions().setExact(true)).selectOption(PACED);
        fill("Longest answer, in tokens", "3");
        Locator answer = page.getByRole(AriaRole.REGION, named("Answer"));
        for (String protocol : List.of("Anthropic", "OpenAI")) {
            page.getByLabel(protocol, new Page.GetByLabelOptions().setExact(true))
                    .check();
            page.getByRole(AriaRole.BUTTON, named("Send")).click();
            assertThat(answer).containsText("3 written");
            assertThat(answer).containsText(protocol.equals("OpenAI") ? "length" : "max_tokens");
        }
        assertThat(page.getByRole(AriaRole.REGION, named("Code, bash"))).containsText("/v1/chat/completions");
        page.getByLabel("Python", new Page.GetByLabelOptions().setExact(true)).check();
        assertThat(page.getByRole(AriaRole.REGION, named("Code, python"))).containsText("max_completion_tokens=3,");
        noViolations();
        screenshot("console-playground");
    }

    /** A request of a program is seen while it runs and stopped; limits of a person and the time to keep are set. */
    @Test
    void anOperatorSeesAndStopsWhatRunsAndSetsWhatHolds() {
        signIn();
        page.evaluate("""
                ([key, model]) => { window.answer = fetch('/v1/messages', {method: 'POST',
                    headers: {'x-api-key': key, 'anthropic-version': '2023-06-01', 'content-type': 'application/json'},
                    body: JSON.stringify({model, max_tokens: 4000, stream: true,
                        messages: [{role: 'user', content: 'Go on.'}]})}).then((response) => response.text()); }
                """, List.of(StoaProcess.ADMIN_KEY, "mock-0-50-4000"));
        page.evaluate("() => { location.hash = '#/console/running'; }");
        Locator row = page.getByRole(AriaRole.ROW).filter(new Locator.FilterOptions().setHasText("mock-0-50-4000"));
        assertThat(row).containsText("Anthropic");
        noViolations();
        screenshot("console-running");
        row.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Stop"))
                .click();
        page.getByRole(AriaRole.DIALOG)
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Stop"))
                .click();
        assertThat((String) page.evaluate("() => window.answer"))
                .contains("permission_error", "An administrator stopped this request.");
        assertThat(page.getByText("Nothing runs at the moment.")).isVisible();

        page.getByRole(AriaRole.LINK, named("Limits and budgets")).click();
        page.getByRole(AriaRole.BUTTON, named("New limit")).click();
        fill("Requests a minute", "1000");
        page.getByRole(AriaRole.BUTTON, named("Add a budget")).click();
        fill("Amount", "12.5");
        noViolations();
        page.getByRole(AriaRole.BUTTON, named("Save")).click();
        Locator limit = page.getByRole(AriaRole.ROW).filter(new Locator.FilterOptions().setHasText("Person"));
        assertThat(limit).containsText("1,000 requests a minute");
        assertThat(limit).containsText("$0.00 of $12.50 a month");
        limit.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Remove"))
                .click();
        page.getByRole(AriaRole.DIALOG)
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Remove"))
                .click();
        assertThat(limit).isHidden();

        rollAVersionOut();
        page.getByRole(AriaRole.LINK, named("Retention")).click();
        page.getByText("Delete them when nobody has changed them").click();
        fill("Days without a change", "400");
        noViolations();
        page.getByRole(AriaRole.BUTTON, named("Save")).first().click();
        page.getByRole(AriaRole.DIALOG)
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Save"))
                .click();
        assertThat(page.getByText("Saved.")).isVisible();
        page.reload();
        assertThat(page.getByLabel("Days without a change")).hasValue("400");
        page.getByText("Keep answers that are the same each time").click();
        page.getByRole(AriaRole.BUTTON, named("Save")).last().click();
        assertThat(page.getByText("0 answers are kept")).isVisible();
        page.getByRole(AriaRole.LINK, named("Workspaces")).click();
        page.getByRole(AriaRole.BUTTON, named("New workspace")).click();
        fill("Name", "Reading room");
        page.getByRole(AriaRole.BUTTON, named("Save")).click();
        assertThat(page.getByRole(AriaRole.TABLE)).containsText("Reading room");
        page.getByRole(AriaRole.LINK, named("Feedback and safety")).click();
        assertThat(page.getByText("Nobody has judged an answer in this time.")).isVisible();
        noViolations();
    }

    private void rollAVersionOut() {
        page.getByRole(AriaRole.LINK, named("Models")).click();
        page.getByRole(AriaRole.BUTTON, named("New name")).click();
        fill("Name", "house-model");
        fill("Leads to", PACED);
        fill("Roll out this version", THINKING);
        fill("Share of those who ask, in percent", "25");
        noViolations();
        page.getByRole(AriaRole.BUTTON, named("Save")).click();
        Locator alias = page.getByRole(AriaRole.ROW).filter(new Locator.FilterOptions().setHasText("house-model"));
        assertThat(alias).containsText("25% get " + THINKING);
        page.getByRole(AriaRole.BUTTON, named("Roll out to all: house-model")).click();
        assertThat(alias).containsText("none");
        assertThat(alias).containsText(THINKING);
        noViolations();
        page.getByRole(AriaRole.BUTTON, named("Remove: house-model")).click();
        page.getByRole(AriaRole.DIALOG)
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Remove"))
                .click();
        assertThat(alias).isHidden();
        page.getByRole(AriaRole.LINK, named("Upstream incidents")).click();
        assertThat(page.getByText("No server elsewhere is failing.")).isVisible();
        noViolations();
    }
}
