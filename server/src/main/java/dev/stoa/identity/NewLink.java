package dev.stoa.identity;

/**
 * A link that was just made.
 *
 * @param secret shown this once; it is stored only as a hash
 */
public record NewLink(AccountLink link, String secret) {

    /** Keeps the secret out of logs. */
    @Override
    public String toString() {
        return "NewLink[link=" + link + "]";
    }
}
