package dev.stoa.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Addresses as operators write them. */
class DatabaseAddressTest {
    @Test
    void readsPostgresqlsOwnForm() {
        DatabaseAddress address = DatabaseAddress.parse("postgresql://sto%40a:p%3A+s@db:5433/stoa?sslmode=require");
        assertThat(address.jdbcUrl()).isEqualTo("jdbc:postgresql://db:5433/stoa?sslmode=require");
        assertThat(address.user()).isEqualTo("sto@a");
        assertThat(address.password()).isEqualTo("p:+s");
    }

    @Test
    void takesAJdbcAddressAsItIs() {
        assertThat(DatabaseAddress.parse("jdbc:postgresql://db/stoa").jdbcUrl()).isEqualTo("jdbc:postgresql://db/stoa");
    }

    @Test
    void neverPrintsThePassword() {
        assertThat(DatabaseAddress.parse("postgres://me:secret@db/stoa?password=secret"))
                .hasToString("postgresql://db/stoa");
        assertThatThrownBy(() -> DatabaseAddress.parse("postgresql://me:sec ret@db/stoa"))
                .isInstanceOf(OperatorException.class)
                .message()
                .doesNotContain("sec ret");
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> DatabaseAddress.parse("mysql://db/stoa")).hasMessageContaining("postgresql://");
        assertThatThrownBy(() -> DatabaseAddress.parse("postgresql://db")).hasMessageContaining("a database");
        assertThatThrownBy(() -> DatabaseAddress.parse("postgresql://me:secret@my_db/stoa"))
                .hasMessageContaining("not a valid name")
                .message()
                .doesNotContain("secret");
    }

    @Test
    void explainsThatNobodyAnswers() {
        assertThatThrownBy(() -> DatabaseAddress.parse("postgresql://me:secret@127.0.0.1:1/stoa")
                        .requireReachable())
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("postgresql://127.0.0.1:1/stoa")
                .hasMessageContaining("--database");
    }
}
