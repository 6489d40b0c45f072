package dev.stoa.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressTest {
    @ParameterizedTest
    @CsvSource({
        "https://stoa.example.org, https://stoa.example.org, stoa.example.org",
        "https://Stoa.example.org/, https://stoa.example.org, stoa.example.org",
        "https://stoa.example.org:443, https://stoa.example.org, stoa.example.org",
        "https://stoa.example.org:8443, https://stoa.example.org:8443, stoa.example.org",
        "http://localhost:9000, http://localhost:9000, localhost"
    })
    void isWrittenAsBrowsersWriteOrigins(String given, String origin, String host) {
        assertThat(new PublicAddress(given).origin(8420)).isEqualTo(origin);
        assertThat(new PublicAddress(given).host()).isEqualTo(host);
    }

    @Test
    void isThisMachineWhereNothingIsSet() {
        assertThat(new PublicAddress("").origin(8420)).isEqualTo("http://localhost:8420");
        assertThat(new PublicAddress(" ").origin(80)).isEqualTo("http://localhost");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stoa.example.org",
                "http://stoa.example.org",
                "https://stoa.example.org/stoa",
                "https://stoa.example.org?x=1",
                "https://ada@stoa.example.org",
                "ftp://localhost",
                "https://",
                "https://a b"
            })
    void isAnOriginThatBrowsersTrust(String given) {
        assertThatThrownBy(() -> new PublicAddress(given))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stoa.public-url");
    }
}
