package dev.stoa.e2e;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The database counts. */
@Tag("e2e")
class TwoServersTest extends TwoServers {
    @BeforeAll
    static void start() throws IOException {
        start(List.of(), List.of());
    }
}
