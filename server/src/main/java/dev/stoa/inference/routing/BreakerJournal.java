package dev.stoa.inference.routing;

/** Hears that a deployment fails, is tried again, or does well again. Called by requests, so it must not wait. */
@FunctionalInterface
interface BreakerJournal {

    /**
     * @param deployment as metrics name it
     * @param failureRate percent of the last calls; negative where too few were made to say
     */
    void changed(String deployment, UpstreamIncidents.State state, float failureRate);
}
