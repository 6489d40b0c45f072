package dev.stoa.inference;

import java.util.UUID;

/**
 * Why safety ended a request.
 *
 * @param category the policy's own word for what it forbids
 * @param incident the record of it, for an appeal
 */
public record Refusal(String category, UUID incident) {}
