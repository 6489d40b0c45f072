package dev.stoa.usage;

import java.util.List;

/** The ledger's table. */
@FunctionalInterface
interface UsageStore {

    /**
     * Writes entries, all or none; entries that are there already stay as they are, so a batch whose fate is unknown may
     * be written again.
     *
     * @throws org.springframework.dao.DataAccessException if the database does not take them
     */
    void write(List<UsageEvent> events);
}
