package dev.stoa.identity;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How often somebody may fail to sign in, over all servers; settings {@code stoa.sign-in.*}.
 *
 * @param addressFailures wrong keys, passwords, passkeys and links of one address (of one /64 network for IPv6) in
 *     {@code addressWindow}: plenty for typing errors, useless for guessing
 * @param addressWindow as there
 * @param addressQuestions passkey questions and ways to a single sign-on provider that one address may begin in {@code
 *     addressWindow}: each is a row for some minutes
 * @param accountFailures wrong passwords of one account in {@code accountWindow}, from wherever: 1,500 a day find no
 *     password
 * @param accountWindow as there
 */
@ConfigurationProperties("stoa.sign-in")
public record SignInSettings(
        @DefaultValue("10") int addressFailures,
        @DefaultValue("1m") Duration addressWindow,
        @DefaultValue("30") int addressQuestions,
        @DefaultValue("10") int accountFailures,
        @DefaultValue("10m") Duration accountWindow) {

    /** @throws IllegalArgumentException naming the setting that is out of range */
    public SignInSettings {
        positive(addressFailures, "address-failures");
        positive(addressWindow.toSeconds(), "address-window");
        positive(addressQuestions, "address-questions");
        positive(accountFailures, "account-failures");
        positive(accountWindow.toSeconds(), "account-window");
    }

    private static void positive(long value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException("stoa.sign-in." + name + " must be at least 1");
        }
    }
}
