/**
 * Usage events for a warehouse, through Kafka. The ledger's own statement puts each event into an outbox, one server at a
 * time sends what lies there and removes what the brokers have. So no event is lost, and one that comes again after a
 * broken moment comes with the same {@code request_id}. No request waits for any of it. Decision 0046.
 */
@NullMarked
package dev.stoa.usage.kafka;

import org.jspecify.annotations.NullMarked;
