package dev.stoa.engine.sample;

/**
 * Hands out ids by falling weight, the lower id first on a tie. Building takes linear time and each id logarithmic, as
 * filters usually need a few hundred of a vocabulary's hundred thousand. Reused; not thread-safe.
 */
final class TopHeap {
    private final int[] ids;
    private float[] weights = new float[0];
    private int size;

    TopHeap(int capacity) {
        this.ids = new int[capacity];
    }

    /** Starts over with the ids whose weight is at least {@code least}. */
    void fill(float[] weights, int count, float least) {
        this.weights = weights;
        size = 0;
        for (int id = 0; id < count; id++) {
            if (weights[id] >= least) {
                ids[size++] = id;
            }
        }
        for (int i = size / 2 - 1; i >= 0; i--) {
            siftDown(i);
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Removes and returns the heaviest id. */
    int poll() {
        int top = ids[0];
        size--;
        ids[0] = ids[size];
        siftDown(0);
        return top;
    }

    private void siftDown(int start) {
        int parent = start;
        int moved = ids[start];
        while (2 * parent + 1 < size) {
            int child = 2 * parent + 1;
            if (child + 1 < size && before(ids[child + 1], ids[child])) {
                child++;
            }
            if (!before(ids[child], moved)) {
                break;
            }
            ids[parent] = ids[child];
            parent = child;
        }
        ids[parent] = moved;
    }

    private boolean before(int a, int b) {
        return weights[a] > weights[b] || (weights[a] == weights[b] && a < b);
    }
}
