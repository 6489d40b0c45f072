package dev.stoa.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What answers are made of besides plain words. */
class AnswerPartsBrowserTest extends BrowserScene {

    private static final String HOSTILE_PAGE = """
            <title>A small page</title><h1>Made by a model</h1><p id="said">nothing</p>
            <script>
              const said = document.getElementById("said");
              const tries = {
                cookie: () => document.cookie,
                storage: () => localStorage.length,
                parent: () => parent.document.title,
                top: () => { top.location = "ELSEWHERE/top"; },
              };
              const barred = [];
              for (const [name, attempt] of Object.entries(tries)) {
                try { attempt(); } catch { barred.push(name); }
              }
              fetch("/api/session").catch(() => barred.push("fetch")).then(() => {
                const image = new Image();
                image.onerror = () => { barred.push("image"); said.textContent = barred.sort().join(" "); };
                image.src = "ELSEWHERE/image";
              });
            </script>
            """;

    /** An answer of our own words, brought in as an import. */
    private void open(String answer) {
        Object id = page.evaluate("""
                (text) => fetch("/api/import", {
                  method: "POST",
                  headers: { "Content-Type": "application/json", "X-Stoa-Client": "web" },
                  body: JSON.stringify({ format: "stoa-conversation-1", id: crypto.randomUUID(), title: "Brought in",
                    messages: [{ id: "1", parent_id: null, role: "user", text: "Please." },
                               { id: "2", parent_id: "1", role: "assistant", text }] }),
                }).then((answer) => answer.json()).then((body) => body.first)""", answer);
        page.navigate(server.uri("/#/c/" + id).toString());
        assertThat(answers()).hasCount(1);
    }

    @Test
    void formulasAreSet() {
        signIn();
        open("So $a^2 + b^2$ costs $5.\n\n$$\n\\int_0^1 \\frac{x}{2}\\,dx\n$$\n\nBut $\\oops{$ stays.");
        Locator answer = answers().last();
        assertThat(answer.locator(".katex-html")).hasCount(2);
        assertThat(answer.locator(".katex-display")).isVisible();
        assertThat(answer.locator("math").first()).isAttached();
        assertThat(answer.locator(".prose")).containsText("costs $5.");
        assertThat(answer.locator("code")).hasText("\\oops{");
        page.waitForFunction(
                "() => [...document.fonts].some(font => font.family.startsWith('KaTeX') && font.status === 'loaded')");
        screenshot("formulas");
        noViolations();
    }

    @Test
    void whatAModelMadeIsLookedAtInAFrameThatReachesNothing() throws IOException {
        List<String> reached = new CopyOnWriteArrayList<>();
        HttpServer elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        elsewhere.createContext("/", exchange -> {
            reached.add(exchange.getRequestURI().toString());
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        elsewhere.start();
        try {
            lookAtWhatAModelMade("http://127.0.0.1:" + elsewhere.getAddress().getPort());
        } finally {
            elsewhere.stop(0);
        }
        assertThat(reached).as("what the frame told another server").isEmpty();
    }

    private void lookAtWhatAModelMade(String elsewhere) {
        signIn();
        open("Here it is:\n\n```html\n" + HOSTILE_PAGE.replace("ELSEWHERE", elsewhere)
                + "```\n\nand\n\n```md\n# Words\n\n- one\n```\n");
        page.getByRole(AriaRole.BUTTON, named("Open")).first().click();
        Locator panel = page.getByRole(AriaRole.REGION, named("Artifact: A small page"));
        assertThat(panel).isFocused();
        assertThat(panel.frameLocator("iframe").getByRole(AriaRole.HEADING)).hasText("Made by a model");
        assertThat(panel.frameLocator("iframe").locator("#said")).hasText("cookie fetch image parent storage top");
        screenshot("artifact");
        noViolations();
        // Leaving the frame for elsewhere, with what it knows in the address, is forbidden by the page around it.
        panel.locator("iframe")
                .elementHandle()
                .contentFrame()
                .evaluate("(address) => { location = address + '/?q=secret'; }", elsewhere);
        page.waitForFunction("() => new Promise(done => setTimeout(() => done(true), 300))");
        panel.getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName("Source").setExact(true))
                .click();
        assertThat(panel.locator("pre")).containsText("Made by a model");
        Download file = page.waitForDownload(() -> panel.getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName("Download").setExact(true))
                .click());
        assertThat(file.suggestedFilename()).isEqualTo("A small page.html");
        page.keyboard().press("Escape");
        assertThat(panel).hasCount(0);
        page.getByRole(AriaRole.BUTTON, named("Open")).last().click();
        assertThat(page.getByRole(AriaRole.REGION, named("Artifact: Words")).getByRole(AriaRole.LISTITEM))
                .hasText("one");
    }

    @Test
    void thinkingIsShownFoldedUpWhileItStreamsAndAfterAReload() {
        signIn();
        chooseModel(THINKING);
        ask("Think of the hall.");
        Locator step = answers().last().locator("details");
        assertThat(step).containsText("Thinking");
        assertThat(step.locator(".step-body")).isHidden();
        page.reload();
        assertThat(answers().last().locator(".prose")).containsText(Pattern.compile("\\w+ \\w+"));
        awaitEnd();
        step.locator("summary").focus();
        page.keyboard().press("Enter");
        assertThat(step.locator(".step-body")).isVisible();
        String thought = step.locator(".step-body").innerText();
        assertThat(thought.split("\\s+")).as(thought).hasSize(40);
        screenshot("thinking");
        noViolations();
        page.reload();
        assertThat(step).hasCount(1);
        assertThat(step.locator(".step-body")).hasText(thought);
    }
}
