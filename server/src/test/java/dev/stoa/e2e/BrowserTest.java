package dev.stoa.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.stoa.operations.OpenTempDir;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person's way through the page, in Chromium, on the real model. Screenshots lie in {@code target/screenshots}. */
@Tag("e2e")
class BrowserTest {
    private static final double ANSWER_LIMIT_MS = 120_000;
    private static final String LONG_QUESTION =
            "Write a very long story about a lighthouse keeper, with many chapters.";

    /** Six seconds of answer, at a pace that does not hang on the machine. */
    private static final String PACED = "mock-200-30-200";

    @TempDir(factory = OpenTempDir.class)
    static Path data;

    private static StoaProcess server;
    private static Playwright playwright;
    private static Browser browser;

    private BrowserContext context;
    private Page page;

    @BeforeAll
    static void start() {
        server = StoaProcess.start(data, Map.of("STOA_MOCK_MODELS", PACED));
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium())
                        .setArgs(List.of("--no-sandbox", "--disable-gpu", "--disable-background-networking")));
    }

    @AfterAll
    static void stop() {
        playwright.close();
        server.close();
    }

    @BeforeEach
    void open() {
        context = browser.newContext(new Browser.NewContextOptions().setViewportSize(1280, 800));
        page = context.newPage();
        page.navigate(server.uri("/").toString());
    }

    @AfterEach
    void closePage() {
        context.close();
    }

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
        noSeriousViolations();
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
        noSeriousViolations();
        assertThat(stops).hasCount(0, new LocatorAssertions.HasCountOptions().setTimeout(20_000));
        assertThat(answers()).hasCount(3);
        assertThat(answers().first()).containsText("You stopped this answer.");
        ask("And now?");
        assertThat(answers()).hasCount(4);
    }

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
        noSeriousViolations();
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

    private void optionsOfOpenConversation(String item) {
        page.locator(".row.current").getByRole(AriaRole.BUTTON).click();
        page.getByRole(AriaRole.MENUITEM, named(item)).click();
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

    private void awaitText() {
        assertThat(answers().last()).containsText(Pattern.compile("\\w+ \\w+"), within(ANSWER_LIMIT_MS));
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
        noSeriousViolations();
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
        noSeriousViolations();
    }

    /** From the first start to a second person: set-up, devices, invitation, signing in again. */
    @Test
    void accountsFromSetUpToASecondPerson() {
        assertThat(page.getByRole(AriaRole.HEADING, named("Set up Stoa"))).isVisible();
        noSeriousViolations();
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
            noSeriousViolations();
            screenshot("devices");
            page.getByRole(AriaRole.BUTTON, named("Sign out all other devices")).click();
            phone.reload();
            assertThat(phone.getByLabel("E-mail address")).isVisible();
        }
        page.keyboard().press("Escape");

        String path = inviteInTheConsole();
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
    }

    private String inviteInTheConsole() {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Account of")))
                .click();
        page.getByRole(AriaRole.MENUITEM, named("Console")).click();
        page.getByRole(AriaRole.BUTTON, named("Invite")).click();
        fill("E-mail address (optional)", "grace@example.org");
        page.getByRole(AriaRole.BUTTON, named("Make a link")).click();
        String link = page.getByLabel("The link", new Page.GetByLabelOptions().setExact(true))
                .inputValue();
        noSeriousViolations();
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
        assertThat(page.getByText("Tokens of the last 14 days")).isVisible();
        noSeriousViolations();
    }

    private void openSettings() {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Account of")))
                .click();
        page.getByRole(AriaRole.MENUITEM, named("Settings")).click();
    }

    private void fill(String label, String text) {
        fill(page, label, text);
    }

    private static void fill(Page page, String label, String text) {
        page.getByLabel(label, new Page.GetByLabelOptions().setExact(true)).fill(text);
    }

    private void chooseKey() {
        page.getByRole(AriaRole.BUTTON, named("Use an API key instead")).click();
    }

    private void signIn() {
        chooseKey();
        page.getByLabel("API key", new Page.GetByLabelOptions().setExact(true)).fill(StoaProcess.ADMIN_KEY);
        page.getByRole(AriaRole.BUTTON, named("Sign in")).click();
        assertThat(page.getByRole(AriaRole.TEXTBOX, named("Message"))).isVisible();
    }

    private void ask(String question) {
        page.getByRole(AriaRole.TEXTBOX, named("Message")).fill(question);
        page.keyboard().press("Enter");
    }

    /** In the thread; titles repeat what was said first. */
    private static Locator said(Page page, String text) {
        return page.getByRole(AriaRole.LIST, named("Messages")).getByText(text);
    }

    /** The stop button is there while an answer is written. */
    private void awaitEnd() {
        assertThat(page.getByRole(AriaRole.BUTTON, named("Stop answering")))
                .isHidden(new LocatorAssertions.IsHiddenOptions().setTimeout(ANSWER_LIMIT_MS));
    }

    private void choosePacedModel() {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Model: ")))
                .click();
        page.getByRole(AriaRole.MENUITEMRADIO, new Page.GetByRoleOptions().setName(Pattern.compile(PACED)))
                .click();
    }

    private Locator answers() {
        return page.getByRole(AriaRole.LIST, named("Messages"))
                .getByRole(AriaRole.ARTICLE, new Locator.GetByRoleOptions().setName("Stoa said"));
    }

    /** Colours on their way from one state to the next are no one's design; axe judges where they arrive. */
    private void noSeriousViolations() {
        page.waitForFunction("() => document.getAnimations()"
                + ".every(one => one.playState !== 'running' || one.effect.getTiming().iterations === Infinity)");
        List<String> serious = new AxeBuilder(page)
                .analyze().getViolations().stream()
                        .filter(rule -> List.of("serious", "critical").contains(rule.getImpact()))
                        .map(Rule::toString)
                        .toList();
        assertThat(serious).as("serious accessibility violations").isEmpty();
    }

    private void screenshot(String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", name + ".png")));
    }

    private static String firstLine(String text) {
        return text.strip().lines().findFirst().orElse("").strip();
    }

    private static LocatorAssertions.ContainsTextOptions within(double milliseconds) {
        return new LocatorAssertions.ContainsTextOptions().setTimeout(milliseconds);
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }

    private static Path chromium() {
        return Stream.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
                .flatMap(name -> Stream.of(System.getenv("PATH").split(":")).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no Chromium on the path: install the package chromium"));
    }
}
