package dev.stoa.engine.schedule;

import dev.stoa.engine.Priority;
import java.util.Iterator;
import java.util.LinkedList;
import java.util.List;
import java.util.ListIterator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A tenant's account inside one priority: who waits, and what it has been served. For the engine thread. */
final class Tenant {
    private final Priority priority;
    private final String name;
    /** In the order of submission. */
    private final List<Request> waiting = new LinkedList<>();

    private double served;

    Tenant(Priority priority, String name) {
        this.priority = priority;
        this.name = name;
    }

    Priority priority() {
        return priority;
    }

    String name() {
        return name;
    }

    /** The virtual counter: work done for this tenant, or what it was lifted to. */
    double served() {
        return served;
    }

    void charge(double work) {
        served += work;
    }

    void lift(double floor) {
        served = Math.max(served, floor);
    }

    boolean idle() {
        return waiting.isEmpty();
    }

    List<Request> waiting() {
        return waiting;
    }

    /** Adds one where its order belongs: at the end, unless it ran before. */
    void add(Request request) {
        ListIterator<Request> at = waiting.listIterator(waiting.size());
        while (at.hasPrevious()) {
            if (at.previous().order() < request.order()) {
                at.next();
                break;
            }
        }
        at.add(request);
    }

    void remove(Request request) {
        Iterator<Request> at = waiting.iterator();
        while (at.hasNext()) {
            if (at.next() == request) {
                at.remove();
                return;
            }
        }
        throw new IllegalStateException("the request does not wait");
    }

    /** The first that can be started. */
    @Nullable Request first(Predicate<Request> startable) {
        for (Request request : waiting) {
            if (startable.test(request)) {
                return request;
            }
        }
        return null;
    }
}
