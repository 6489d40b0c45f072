package dev.stoa.identity;

/**
 * Where a sign-in comes from.
 *
 * @param address the client's, for the limits on wrong attempts and for its owner to recognise it by
 * @param userAgent as the browser names itself; cut to {@link IdentityLimits#USER_AGENT_LENGTH_MAX} characters
 */
public record Device(String address, String userAgent) {
    public Device {
        if (userAgent.length() > IdentityLimits.USER_AGENT_LENGTH_MAX) {
            userAgent = userAgent.substring(0, IdentityLimits.USER_AGENT_LENGTH_MAX);
        }
        // PostgreSQL keeps no NUL.
        userAgent = userAgent.replace('\0', ' ');
    }
}
