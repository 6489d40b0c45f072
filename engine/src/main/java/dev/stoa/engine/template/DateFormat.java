package dev.stoa.engine.template;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Dates as C's {@code strftime} writes them in English, for {@code strftime_now}. */
final class DateFormat {
    private DateFormat() {}

    static String format(String format, ZonedDateTime time) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                out.append(c);
                continue;
            }
            char field = format.charAt(++i);
            boolean unpadded = field == '-' && i + 1 < format.length();
            if (unpadded) {
                field = format.charAt(++i);
            }
            String value = field(field, time);
            boolean padded = unpadded && value.length() == 2 && value.startsWith("0");
            out.append(padded ? value.substring(1) : value);
        }
        return out.toString();
    }

    private static String field(char field, ZonedDateTime time) {
        String pattern = switch (field) {
            case 'Y' -> "yyyy";
            case 'y' -> "yy";
            case 'm' -> "MM";
            case 'd' -> "dd";
            case 'B' -> "MMMM";
            case 'b', 'h' -> "MMM";
            case 'A' -> "EEEE";
            case 'a' -> "EEE";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'p' -> "a";
            case 'j' -> "DDD";
            case 'Z' -> "zzz";
            case 'z' -> "xx";
            case 'F' -> "yyyy-MM-dd";
            case 'T' -> "HH:mm:ss";
            case 'D' -> "MM/dd/yy";
            case '%' -> "'%'";
            default -> throw new TemplateException("strftime_now: there is no %" + field);
        };
        return DateTimeFormatter.ofPattern(pattern, Locale.US).format(time);
    }
}
