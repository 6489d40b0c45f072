package dev.stoa.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which passwords are taken, and that only the right one opens. */
class PasswordsTest {
    private static final String EMAIL = "ada.lovelace@example.org";

    private final Passwords passwords = new Passwords();

    @Test
    void theRightPasswordOpensAndNothingElse() {
        String hash = passwords.hash("three blue herons wade", EMAIL);
        assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$").doesNotContain("herons");
        assertThat(passwords.matches("three blue herons wade", hash)).isTrue();
        assertThat(passwords.matches("three blue herons wade ", hash)).isFalse();
        assertThat(passwords.matches("", hash)).isFalse();
        assertThat(passwords.matches("x".repeat(100_000), hash)).isFalse();
        assertThat(passwords.matches("nobody", null)).isFalse();
        assertThat(passwords.hash("three blue herons wade", EMAIL)).isNotEqualTo(hash);
    }

    @Test
    void theSameLettersOfTwoSystemsAreOnePassword() {
        String composed = "drei schöne Reiher am Fluß";
        String decomposed = "drei scho\u0308ne Reiher am Fluß";
        assertThat(decomposed).isNotEqualTo(composed);
        assertThat(passwords.matches(decomposed, passwords.hash(composed, EMAIL)))
                .isTrue();
    }

    @Test
    void easyOnesAreRefused() {
        for (String easy : List.of(
                "short",
                "14 characters.",
                "aaaaaaaaaaaaaaaaaaaa",
                "abababababababababab",
                "passwordpassword",
                "123456789012345",
                "abcdefghijklmnopqrst",
                "QWERTYUIOPasdfghjkl",
                "ada.lovelace@example.org",
                "ada.lovelace@example",
                "x".repeat(257))) {
            assertThatThrownBy(() -> passwords.hash(easy, EMAIL))
                    .as(easy)
                    .isInstanceOfSatisfying(StoaException.class, e -> {
                        assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_REQUEST);
                        assertThat(e.getMessage()).startsWith("password: ").doesNotContain(easy);
                    });
        }
    }

    @Test
    void longOnesAndAllLettersAreTaken() {
        for (String good : List.of(
                "15 characters..", "Der Fluß fließt nach Süden", "日本語のパスワードは長くても大丈夫", "🐴🔋📎✂️ correct horse")) {
            assertThat(passwords.matches(good, passwords.hash(good, EMAIL)))
                    .as(good)
                    .isTrue();
        }
    }
}
