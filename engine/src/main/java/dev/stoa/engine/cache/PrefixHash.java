package dev.stoa.engine.cache;

/**
 * Names the content of a block together with all that comes before it: 128 bits of SHA-256 over the name of the block
 * before and the block's tokens. The chain begins with a secret of this process and the tenant, so two tenants never
 * share a block, and nobody can make two contents with one name.
 */
record PrefixHash(long high, long low) {}
