package dev.stoa.engine.schedule;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/** The requests that hold blocks, the most important first: by rank, then by order of submission. For the engine thread. */
final class RunningSet implements Iterable<Request> {
    private static final Comparator<Request> IMPORTANCE =
            Comparator.comparing(Request::rank).thenComparingLong(Request::order);

    private final List<Request> requests = new ArrayList<>();

    void add(Request request) {
        int at = Collections.binarySearch(requests, request, IMPORTANCE);
        assert at < 0 : "the request runs already";
        requests.add(-at - 1, request);
    }

    void remove(Request request) {
        boolean found = requests.remove(request);
        assert found : "the request does not run";
    }

    int size() {
        return requests.size();
    }

    boolean isEmpty() {
        return requests.isEmpty();
    }

    /**
     * Who makes room when there is none: first one whose reader doesn't read, as it can't go on anyway, then the least
     * important. There must be one.
     */
    Request victim() {
        for (int i = requests.size() - 1; i >= 0; i--) {
            if (requests.get(i).stream().full()) {
                return requests.get(i);
            }
        }
        return requests.getLast();
    }

    List<Request> copy() {
        return List.copyOf(requests);
    }

    @Override
    public Iterator<Request> iterator() {
        return requests.iterator();
    }
}
