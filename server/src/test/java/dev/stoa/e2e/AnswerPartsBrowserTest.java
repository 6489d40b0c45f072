package dev.stoa.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What answers are made of besides plain words. */
class AnswerPartsBrowserTest extends BrowserScene {

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
        noSeriousViolations();
        page.reload();
        assertThat(step).hasCount(1);
        assertThat(step.locator(".step-body")).hasText(thought);
    }
}
