package dev.stoa.usage.kafka;

import dev.stoa.usage.kafka.Outbox.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends events to the topic, by the name of their request, so that those of one name lie in one partition. The producer is
 * idempotent: what it tries again by itself is in the topic once. For one thread.
 */
final class KafkaSender implements AutoCloseable {
    private final Producer<String, byte[]> producer;
    private final String topic;

    /**
     * What became of a batch.
     *
     * @param received positions of those that all replicas in sync have
     * @param fault why there are others; null if there are none
     */
    record Sent(List<Long> received, @Nullable Throwable fault) {}

    /** @throws KafkaException if its settings can't be used, or none of the servers' names is known now */
    KafkaSender(KafkaSettings settings) {
        this.topic = settings.topic();
        this.producer = new KafkaProducer<>(properties(settings));
    }

    private static Properties properties(KafkaSettings settings) {
        int timeoutMillis = (int) settings.timeout().toMillis();
        Properties all = settings.client();
        all.putAll(Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                settings.servers(),
                ProducerConfig.CLIENT_ID_CONFIG,
                "stoa-usage",
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                true,
                // Java's own; the others would bring native libraries along.
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                "gzip",
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                timeoutMillis,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                timeoutMillis,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                timeoutMillis / 2,
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                StringSerializer.class.getName(),
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
                ByteArraySerializer.class.getName()));
        return all;
    }

    /** The longest that {@link #send} may take: to learn where the topic is, and to deliver. */
    static Duration longest(KafkaSettings settings) {
        return settings.timeout().multipliedBy(2);
    }

    /**
     * Sends them and waits until the brokers have them, or have not.
     *
     * @throws InterruptException if the thread is interrupted; what has arrived by then is not known
     */
    Sent send(List<Entry> entries) {
        List<Long> sent = new ArrayList<>();
        List<Future<RecordMetadata>> receipts = new ArrayList<>();
        Throwable fault = null;
        for (Entry entry : entries) {
            UsageMessage message = entry.message();
            if (message == null) {
                continue;
            }
            try {
                Future<RecordMetadata> receipt =
                        producer.send(new ProducerRecord<>(topic, message.requestId(), message.json()));
                if (receipt.state() == Future.State.FAILED) {
                    // Without a topic each of them would wait for it as long as this one did.
                    fault = receipt.exceptionNow();
                    break;
                }
                sent.add(entry.position());
                receipts.add(receipt);
            } catch (InterruptException e) {
                throw e;
            } catch (KafkaException | IllegalStateException e) {
                fault = e;
                break;
            }
        }
        producer.flush();
        List<Long> received = new ArrayList<>();
        for (int i = 0; i < sent.size(); i++) {
            Future<RecordMetadata> receipt = receipts.get(i);
            switch (receipt.state()) {
                case SUCCESS -> received.add(sent.get(i));
                case FAILED -> fault = fault == null ? receipt.exceptionNow() : fault;
                case RUNNING, CANCELLED -> fault = fault == null ? new CancellationException("not delivered") : fault;
            }
        }
        return new Sent(received, fault);
    }

    /** Gives up what is on its way. */
    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}
