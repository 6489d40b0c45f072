package dev.stoa.inference;

import java.util.List;

class MockWorkerTest extends WorkerContract {
    private final MockWorker worker = new MockWorker(List.of("mock-0-1-40"));

    @Override
    protected Worker worker() {
        return worker;
    }

    @Override
    protected String model() {
        return "mock-0-1-40";
    }

    @Override
    protected boolean callsTools() {
        return false;
    }
}
