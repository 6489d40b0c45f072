package dev.stoa.batch;

/** What a server does once in a while, now. */
public final class BatchSweep {
    private BatchSweep() {}

    /** Gives a part of the service. */
    public interface Parts {
        <T> T part(Class<T> type);
    }

    public static void archive(Parts service) {
        service.part(BatchJobs.class).archive();
    }
}
