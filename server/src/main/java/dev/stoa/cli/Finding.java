package dev.stoa.cli;

/**
 * What one check of {@code stoa doctor} found.
 *
 * @param check its name
 * @param what was found, in a few words
 * @param advice what to do about it; empty where all is well
 */
record Finding(String check, Level level, String what, String advice) {
    enum Level {
        OK,
        /** Works, but less well than it could. */
        WARN,
        /** {@code stoa serve} will not work. */
        FAIL
    }

    static Finding ok(String check, String what) {
        return new Finding(check, Level.OK, what, "");
    }

    static Finding warn(String check, String what, String advice) {
        return new Finding(check, Level.WARN, what, advice);
    }

    static Finding fail(String check, String what, String advice) {
        return new Finding(check, Level.FAIL, what, advice);
    }
}
