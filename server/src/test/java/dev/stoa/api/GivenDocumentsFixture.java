package dev.stoa.api;

import dev.stoa.document.Documents;
import dev.stoa.shared.Limits;

/** For tests of decoding alone. */
public final class GivenDocumentsFixture {
    private GivenDocumentsFixture() {}

    /** A reader for a request that names no kept file. */
    @SuppressWarnings("NullAway")
    public static GivenDocuments.Reader withoutFiles() {
        return new GivenDocuments(new Documents(), null, Limits.defaults()).reader(null);
    }
}
