package dev.stoa.inference.source;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The marks by which a model names passages: {@code [S3]}, and what models make of it: {@code [S3, S4]}, {@code [S3-5]}. */
final class Marks {
    /** Of a range of passages; a longer one says nothing. */
    private static final int RANGE_MAX = 20;

    static final String ONE = "\\[S\\d{1,7}(?:\\s?[,;\\-–]\\s?S?\\d{1,7}){0,20}\\]";
    static final Pattern PATTERN = Pattern.compile("[ \\t]*(" + ONE + ")");
    private static final Pattern NUMBER = Pattern.compile("([-–]?)\\s?S?(\\d{1,7})");

    /** What a model is told, in its system turn. */
    static final String INSTRUCTION = """
            The documents and search results are cut into passages; each begins with a mark such as [S1]. \
            At the end of each sentence of your answer that rests on passages, write their marks, such as [S1] or [S2][S3]. \
            Write no mark that is not there, and none where a sentence rests on no passage.""";

    private Marks() {}

    static String of(int number) {
        return "[S" + number + "]";
    }

    /** The numbers of all marks in a text, as they come. */
    static List<Integer> numbers(String text) {
        List<Integer> numbers = new ArrayList<>();
        Matcher mark = PATTERN.matcher(text);
        while (mark.find()) {
            Matcher each = NUMBER.matcher(mark.group(1));
            int last = 0;
            while (each.find()) {
                int number = Integer.parseInt(each.group(2));
                boolean range = !each.group(1).isEmpty() && last > 0 && number > last && number - last <= RANGE_MAX;
                for (int i = range ? last + 1 : number; i <= number; i++) {
                    numbers.add(i);
                }
                last = number;
            }
        }
        return numbers;
    }

    static String without(String text) {
        return PATTERN.matcher(text).replaceAll("");
    }
}
