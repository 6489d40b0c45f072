package dev.stoa.identity;

/**
 * A new browser session.
 *
 * @param token the secret for the cookie; it is not stored here in clear and can't be read again
 */
public record SignedIn(Member member, String token) {

    /** Keeps the token out of logs. */
    @Override
    public String toString() {
        return "SignedIn[member=" + member + "]";
    }
}
