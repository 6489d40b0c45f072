package dev.stoa.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.shared.Uuid7;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTokenTest {

    @Test
    void generatedKeysAreWellFormedAndDiffer() {
        SecureRandom random = new SecureRandom();
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            String key = SecretToken.newKey(random);
            assertThatCode(() -> SecretToken.requireWellFormedKey(key)).doesNotThrowAnyException();
            assertThat(key).startsWith("sk-stoa-").hasSize("sk-stoa-".length() + 43);
            keys.add(key);
        }
        assertThat(keys).hasSize(1_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "secret",
                "sk-stoa-",
                "sk-stoa-0123456789012345678901234567890",
                "sk-other-01234567890123456789012345678901",
                "sk-stoa-0123456789012345678901234567 901",
                "sk-stoa-01234567890123456789012345678901\n"
            })
    void aWeakPresetKeyIsRefusedWithoutBeingShown(String key) {
        assertThatThrownBy(() -> SecretToken.requireWellFormedKey(key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("STOA_ADMIN_KEY")
                .matches(e ->
                        key.length() < 10 || !String.valueOf(e.getMessage()).contains(key));
    }

    @Test
    void theHashIsSha256() {
        // FIPS 180-2, appendix B.1.
        assertThat(HexFormat.of().formatHex(SecretToken.hash("abc")))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void aHintShowsNoMoreThanTheEnd() {
        assertThat(SecretToken.hint("sk-stoa-01234567890123456789012345678abcd"))
                .isEqualTo("sk-stoa-…abcd");
    }

    @Test
    void idsHoldTheirTimeAndVersion() {
        MovableClock clock = new MovableClock();
        var id = new Uuid7(clock, new SecureRandom()).next();
        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16)).isEqualTo(clock.instant());
    }
}
