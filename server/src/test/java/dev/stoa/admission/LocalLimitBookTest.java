package dev.stoa.admission;

import java.time.Clock;

class LocalLimitBookTest extends LimitBookContract {
    private final LocalLimitBook book = new LocalLimitBook(Clock.systemUTC());

    @Override
    LimitBook book() {
        return book;
    }
}
