package dev.stoa.engine.tokenizer;

import java.util.Arrays;

/**
 * Candidate merges, the best first: the lowest order, then the leftmost place. A binary heap of longs, because a text of
 * a megabyte brings millions of candidates. One thread.
 */
final class MergeQueue {
    private long[] heap;
    private int size;

    MergeQueue(int capacity) {
        heap = new long[Math.max(16, capacity)];
    }

    boolean isEmpty() {
        return size == 0;
    }

    /**
     * @param order compared as signed numbers
     * @param place not negative
     */
    void add(int order, int place) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        long entry = (long) order << 32 | place;
        int at = size++;
        while (at > 0) {
            int parent = (at - 1) >> 1;
            if (heap[parent] <= entry) {
                break;
            }
            heap[at] = heap[parent];
            at = parent;
        }
        heap[at] = entry;
    }

    /** Takes the best candidate; split it with {@link #order} and {@link #place}. */
    long take() {
        long best = heap[0];
        long last = heap[--size];
        int at = 0;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= last) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = last;
        return best;
    }

    static int order(long entry) {
        return (int) (entry >> 32);
    }

    static int place(long entry) {
        return (int) entry;
    }
}
