/**
 * JSON (RFC 8259) as the engine needs it: schemas, tool definitions and tool calls. A value is a {@code Map<String,
 * Object>} in the order of the text, a {@code List<Object>}, a String, a {@link java.math.BigDecimal}, a Boolean, or
 * {@link dev.stoa.engine.json.Json#NULL}.
 */
@NullMarked
package dev.stoa.engine.json;

import org.jspecify.annotations.NullMarked;
