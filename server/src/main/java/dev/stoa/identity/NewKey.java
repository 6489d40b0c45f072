package dev.stoa.identity;

/**
 * A key that was just made.
 *
 * @param secret shown this once; it is stored only as a hash
 */
public record NewKey(ApiKey key, String secret) {

    /** Keeps the secret out of logs. */
    @Override
    public String toString() {
        return "NewKey[key=" + key + "]";
    }
}
