package dev.stoa.operations;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/**
 * Where a PostgreSQL answers.
 *
 * @param jdbcUrl without name and password
 * @param user may be empty
 * @param password may be empty; never printed
 */
public record DatabaseAddress(String jdbcUrl, String user, String password) {
    private static final int LOGIN_SECONDS = 10;

    /**
     * Reads {@code postgresql://user:password@host:port/database?options}, as PostgreSQL's own tools take it, or a
     * {@code jdbc:postgresql:} address.
     *
     * @throws OperatorException if it is neither
     */
    public static DatabaseAddress parse(String text) {
        String given = text.strip();
        if (given.startsWith("jdbc:postgresql:")) {
            return new DatabaseAddress(given, "", "");
        }
        if (!given.startsWith("postgresql://") && !given.startsWith("postgres://")) {
            throw malformed("it must begin with postgresql://");
        }
        try {
            URI uri = new URI(given);
            if (uri.getHost() == null && uri.getRawAuthority() != null) {
                throw malformed("its host is not a valid name, which has letters, digits, hyphens and dots only, or its"
                        + " port is no number");
            }
            if (uri.getHost() == null || uri.getPath() == null || uri.getPath().length() < 2) {
                throw malformed("it must name a host and a database");
            }
            String[] login = uri.getRawUserInfo() == null
                    ? new String[] {""}
                    : uri.getRawUserInfo().split(":", 2);
            String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
            String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
            return new DatabaseAddress(
                    "jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath() + query,
                    decode(login[0]),
                    login.length > 1 ? decode(login[1]) : "");
        } catch (URISyntaxException e) {
            // Not the exception's own message: it repeats the address, and with it the password.
            throw malformed("special characters in name and password must be percent-encoded");
        }
    }

    private static OperatorException malformed(String why) {
        return new OperatorException("The database address (--database, STOA_DATABASE) is malformed: " + why
                + ". Like this: postgresql://user:password@host:5432/stoa");
    }

    private static String decode(String text) {
        // URLDecoder is for forms, where a plus is a space; here it is itself.
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** @throws OperatorException if nobody answers, or the login is refused */
    public void requireReachable() {
        Properties properties = new Properties();
        if (!user.isEmpty()) {
            properties.setProperty("user", user);
            properties.setProperty("password", password);
        }
        properties.setProperty("connectTimeout", Integer.toString(LOGIN_SECONDS));
        properties.setProperty("loginTimeout", Integer.toString(LOGIN_SECONDS));
        try (var connection = DriverManager.getConnection(jdbcUrl, properties)) {
            if (!connection.isValid(LOGIN_SECONDS)) {
                throw new OperatorException("The database %s does not answer.".formatted(place()));
            }
        } catch (SQLException e) {
            throw new OperatorException(
                    "Cannot use the database %s: %s. Check --database (STOA_DATABASE), or leave it out for the embedded one."
                            .formatted(place(), e.getMessage()),
                    e);
        }
    }

    /** The address without options, which may hold a password. */
    public String place() {
        return jdbcUrl.replaceFirst("\\?.*", "").substring("jdbc:".length());
    }

    @Override
    public String toString() {
        return place();
    }
}
