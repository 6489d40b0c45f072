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
import dev.stoa.identity.oidc.OidcIssuer;
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
import org.junit.jupiter.api.io.TempDir;

/**
 * A server with a real model and Chromium, for tests of a person's way through the page. Screenshots lie in
 * {@code target/screenshots}.
 */
@Tag("e2e")
abstract class BrowserScene {
    static final double ANSWER_LIMIT_MS = 120_000;
    static final String LONG_QUESTION = "Write a very long story about a lighthouse keeper, with many chapters.";

    /** Six seconds of answer, at a pace that does not hang on the machine. */
    static final String PACED = "mock-200-30-200";

    /** Thinks for more than a second before it answers. */
    static final String THINKING = "mock-100-40-30-40";

    /** Done before anybody looks. */
    static final String QUICK = "mock-0-2-20";

    @TempDir(factory = OpenTempDir.class)
    static Path data;

    /** A single sign-on provider; pages at the server's address, and not at localhost, don't offer it. */
    static OidcIssuer issuer;

    static StoaProcess server;
    static Playwright playwright;
    static Browser browser;

    BrowserContext context;
    Page page;

    @BeforeAll
    static void start() {
        issuer = OidcIssuer.start();
        server = StoaProcess.start(
                data,
                Map.of(
                        "STOA_MOCK_MODELS",
                        PACED + "," + THINKING + "," + QUICK,
                        "STOA_OIDC_ISSUER",
                        issuer.name(),
                        "STOA_OIDC_CLIENT_ID",
                        OidcIssuer.CLIENT,
                        "STOA_OIDC_CLIENT_SECRET",
                        OidcIssuer.SECRET,
                        "STOA_OIDC_NAME",
                        "Example"));
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
        issuer.close();
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

    void optionsOfOpenConversation(String item) {
        page.locator(".row.current").getByRole(AriaRole.BUTTON).click();
        page.getByRole(AriaRole.MENUITEM, named(item)).click();
    }

    void awaitText() {
        assertThat(answers().last()).containsText(Pattern.compile("\\w+ \\w+"), within(ANSWER_LIMIT_MS));
    }

    void openSettings() {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Account of")))
                .click();
        page.getByRole(AriaRole.MENUITEM, named("Settings")).click();
    }

    void fill(String label, String text) {
        fill(page, label, text);
    }

    static void fill(Page page, String label, String text) {
        page.getByLabel(label, new Page.GetByLabelOptions().setExact(true)).fill(text);
    }

    void chooseKey() {
        page.getByRole(AriaRole.BUTTON, named("Use an API key instead")).click();
    }

    void signIn() {
        chooseKey();
        page.getByLabel("API key", new Page.GetByLabelOptions().setExact(true)).fill(StoaProcess.ADMIN_KEY);
        page.getByRole(AriaRole.BUTTON, named("Sign in")).click();
        assertThat(page.getByRole(AriaRole.TEXTBOX, named("Message"))).isVisible();
    }

    void ask(String question) {
        page.getByRole(AriaRole.TEXTBOX, named("Message")).fill(question);
        page.keyboard().press("Enter");
    }

    /** In the thread; titles repeat what was said first. */
    static Locator said(Page page, String text) {
        return page.getByRole(AriaRole.LIST, named("Messages")).getByText(text);
    }

    /** The stop button is there while an answer is written. */
    void awaitEnd() {
        assertThat(page.getByRole(AriaRole.BUTTON, named("Stop answering")))
                .isHidden(new LocatorAssertions.IsHiddenOptions().setTimeout(ANSWER_LIMIT_MS));
    }

    void choosePacedModel() {
        chooseModel(PACED);
    }

    void chooseModel(String name) {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Model: ")))
                .click();
        page.getByRole(AriaRole.MENUITEMRADIO, new Page.GetByRoleOptions().setName(Pattern.compile(name)))
                .first()
                .click();
    }

    Locator answers() {
        return page.getByRole(AriaRole.LIST, named("Messages"))
                .getByRole(AriaRole.ARTICLE, new Locator.GetByRoleOptions().setName("Stoa said"));
    }

    /** Colours on their way from one state to the next are no one's design; axe judges where they arrive. */
    void noViolations() {
        page.waitForFunction("() => document.getAnimations()"
                + ".every(one => one.playState !== 'running' || one.effect.getTiming().iterations === Infinity)");
        assertThat(new AxeBuilder(page).analyze().getViolations())
                .extracting(Rule::toString)
                .as("accessibility violations")
                .isEmpty();
    }

    void screenshot(String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", name + ".png")));
    }

    static String firstLine(String text) {
        return text.strip().lines().findFirst().orElse("").strip();
    }

    static LocatorAssertions.ContainsTextOptions within(double milliseconds) {
        return new LocatorAssertions.ContainsTextOptions().setTimeout(milliseconds);
    }

    static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }

    static Path chromium() {
        return Stream.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
                .flatMap(name -> Stream.of(System.getenv("PATH").split(":")).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no Chromium on the path: install the package chromium"));
    }
}
