package dev.stoa.safety;

/** Keeps incidents. */
@FunctionalInterface
interface IncidentLog {

    /** Writes one down before it returns; a failure is logged, the refusal stands all the same. */
    void record(Incident incident);
}
