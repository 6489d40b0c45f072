package dev.stoa.inference;

/** JSON as people would read it. */
public final class JsonText {
    private static final int HEX_DIGITS = 4;
    private static final int HEX = 16;

    private JsonText() {}

    /**
     * The text with the escapes of its strings resolved, so that nothing hides behind them from who looks for words. The
     * result is no JSON any more. Takes JSON that is cut off, too: what isn't a whole escape stands as it is.
     */
    public static String unescaped(String json) {
        int slash = json.indexOf('\\');
        if (slash < 0) {
            return json;
        }
        StringBuilder text = new StringBuilder(json.length()).append(json, 0, slash);
        int at = slash;
        while (at < json.length()) {
            char c = json.charAt(at++);
            if (c != '\\' || at == json.length()) {
                text.append(c);
                continue;
            }
            char kind = json.charAt(at++);
            switch (kind) {
                case 'n' -> text.append('\n');
                case 't' -> text.append('\t');
                case 'r' -> text.append('\r');
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'u' -> {
                    int code = hex(json, at);
                    if (code >= 0) {
                        text.append((char) code);
                        at += HEX_DIGITS;
                    } else {
                        text.append("\\u");
                    }
                }
                default -> text.append(kind);
            }
        }
        return text.toString();
    }

    private static int hex(String json, int from) {
        if (json.length() < from + HEX_DIGITS) {
            return -1;
        }
        int code = 0;
        for (int i = from; i < from + HEX_DIGITS; i++) {
            int digit = Character.digit(json.charAt(i), HEX);
            if (digit < 0) {
                return -1;
            }
            code = code * HEX + digit;
        }
        return code;
    }
}
