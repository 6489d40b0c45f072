package dev.stoa.bench.gateway;

import dev.stoa.bench.Machine;
import dev.stoa.bench.Report;
import dev.stoa.bench.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench gateway}: streams through Stoa and through its peers, in turn. */
@Command(
        name = "gateway",
        mixinStandardHelpOptions = true,
        description =
                "Streams of a mock upstream through Stoa with everything switched on, beside Go's ReverseProxy (needs"
                        + " go), LiteLLM and Portkey where their folders are given. Medians over rounds in which all take turns.")
public final class GatewayCommand implements Callable<Integer> {
    private static final String BENCH = "gateway";
    private static final Duration CATCH_UP = Duration.ofMillis(300);
    private static final Duration IDLE_SETTLES = Duration.ofSeconds(10);
    private static final Duration IDLE_TIME = Duration.ofSeconds(10);

    @Option(names = "--rounds", description = "turns of every gateway; medians are printed (default: 3)")
    private int rounds = 3;

    @Option(names = "--seconds", description = "of each load in each round (default: 5)")
    private int seconds = 5;

    @Option(names = "--warm-up", description = "seconds of load before the first round (default: 25)")
    private int warmUp = 25;

    @Option(names = "--callers", description = "callers at once for the rate (default: 32)")
    private int callers = 32;

    @Option(names = "--rate", description = "streams a second for the latency under load (default: 200)")
    private int rate = 200;

    @Option(names = "--idle", description = "idle streams to hold; 0 for none (default: 0)")
    private int idle;

    @Option(names = "--models", description = "the folder of the model store, for Stoa's own engine")
    private @Nullable Path models;

    @Option(names = "--redis", description = "Stoa once more, with its limits in Redis (needs redis-server)")
    private boolean redis;

    @Option(names = "--no-go", description = "without the bare proxy")
    private boolean noGo;

    @Option(names = "--litellm", description = "a virtual environment with litellm[proxy]")
    private @Nullable Path litellm;

    @Option(names = "--portkey", description = "a folder in which @portkey-ai/gateway was installed by npm")
    private @Nullable Path portkey;

    @Option(names = "--json", description = "print JSON lines, one row each")
    private boolean json;

    /** Figures by case, then by gateway, one for each round. */
    private final Map<String, Map<String, List<Double>>> figures = new HashMap<>();

    private final List<String> cases = new ArrayList<>();
    private final Map<String, String> units = new HashMap<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Report report = new Report(json, System.out);
        report.machine(Machine.describe());
        String launcher = System.getenv().getOrDefault("STOA_LAUNCHER", "./stoa");
        List<Gateway> gateways = new ArrayList<>();
        try (MockUpstream.Child upstream = new MockUpstream.Child()) {
            gateways.add(Gateways.direct(upstream));
            add(gateways, Gateways.stoa(upstream, Path.of(launcher), models));
            if (redis) {
                add(gateways, Gateways.stoaWithRedis(upstream, Path.of(launcher), models));
            }
            if (!noGo) {
                add(gateways, Gateways.goProxy(upstream));
            }
            if (portkey != null) {
                add(gateways, Gateways.portkey(upstream, portkey));
            }
            if (litellm != null) {
                add(gateways, Gateways.liteLlm(upstream, litellm));
            }
            warmUp(gateways);
            if (rounds > 0) {
                measure(gateways);
            }
            measureIdle(gateways);
        } finally {
            gateways.forEach(Gateway::close);
        }
        print(report, gateways);
        return 0;
    }

    /** A gateway has the processors while it is its turn only: some are busy without a request, too. */
    private static void add(List<Gateway> gateways, Gateway started) throws IOException, InterruptedException {
        gateways.add(started);
        started.pause();
    }

    private void warmUp(List<Gateway> gateways) throws IOException, InterruptedException {
        for (Gateway gateway : gateways) {
            if (gateway.process() != null && warmUp > 0) {
                gateway.resume();
                StreamLoad.throughput(gateway, callers, Duration.ofSeconds(warmUp));
                gateway.pause();
            }
        }
    }

    private void measure(List<Gateway> gateways) throws IOException, InterruptedException {
        Duration time = Duration.ofSeconds(seconds);
        for (int round = 0; round < rounds; round++) {
            double directP50 = 0;
            double directOpen = 0;
            for (Gateway gateway : gateways) {
                gateway.resume();
                // What waited while it was paused, such as its own pulse, is not its callers' matter.
                StreamLoad.throughput(gateway, 1, CATCH_UP);
                StreamLoad.Latencies one = StreamLoad.oneCaller(gateway, time);
                boolean direct = gateway.process() == null;
                directP50 = direct ? one.millis(0.5) : directP50;
                add("one caller, added p50", "ms", gateway, one.millis(0.5) - directP50);
                add("one caller, added p99", "ms", gateway, one.millis(0.99) - directP50);
                StreamLoad.Rate most = StreamLoad.throughput(gateway, callers, time);
                add("streams, " + callers + " callers", "1/s", gateway, most.perSecond());
                add("cpu of a stream", "ms", gateway, most.cpuMillisEach());
                if (direct || most.perSecond() >= rate) {
                    StreamLoad.Latencies open = StreamLoad.atRate(gateway, rate, time);
                    directOpen = direct ? open.millis(0.5) : directOpen;
                    add("at " + rate + "/s, added p50", "ms", gateway, open.millis(0.5) - directOpen);
                    add("at " + rate + "/s, added p99", "ms", gateway, open.millis(0.99) - directOpen);
                }
                gateway.pause();
            }
        }
    }

    private void measureIdle(List<Gateway> gateways) throws IOException, InterruptedException {
        for (Gateway gateway : gateways) {
            // LiteLLM and Portkey are not asked: their setups here know the fast model only, or hold far fewer.
            if (idle > 0 && (gateway.name().equals("stoa") || gateway.name().equals("go"))) {
                gateway.resume();
                StreamLoad.Idle held = StreamLoad.idle(gateway, idle, IDLE_SETTLES, IDLE_TIME);
                gateway.pause();
                add("idle stream, memory", "kB", gateway, held.bytesEach() / 1000);
                add("idle stream, cpu of an event", "us", gateway, held.cpuMicrosPerEvent());
            }
        }
    }

    private void add(String name, String unit, Gateway gateway, double value) {
        if (!cases.contains(name)) {
            cases.add(name);
            units.put(name, unit);
        }
        figures.computeIfAbsent(name, _ -> new HashMap<>())
                .computeIfAbsent(gateway.name(), _ -> new ArrayList<>())
                .add(value);
    }

    private void print(Report report, List<Gateway> gateways) {
        for (String name : cases) {
            Map<String, List<Double>> found = figures.getOrDefault(name, Map.of());
            Double ours = median(found.get("stoa"));
            if (ours == null) {
                continue;
            }
            String unit = units.getOrDefault(name, "");
            boolean alone = true;
            for (Gateway gateway : gateways) {
                Double peer = median(found.get(gateway.name()));
                if (gateway.name().equals("stoa") || gateway.name().equals("direct") || peer == null) {
                    continue;
                }
                alone = false;
                report.add(new Row(BENCH, name, unit, ours, gateway.name(), peer, null));
            }
            if (alone) {
                report.add(new Row(BENCH, name, unit, ours, null, null, null));
            }
        }
    }

    private static @Nullable Double median(@Nullable List<Double> values) {
        if (values == null || values.isEmpty()) {
            return null;
        }
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
