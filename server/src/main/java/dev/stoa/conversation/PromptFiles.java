package dev.stoa.conversation;

import dev.stoa.conversation.Attachments.Content;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Puts files into a prompt: each between marks with its name, whole where all fit, else the longest ones cut, with a line
 * that says so. How a question's files are cut hangs on them and the model alone, so that it is the same in every later
 * prompt of the thread.
 */
final class PromptFiles {
    /** No tokenizer makes fewer tokens of a text than one for so many characters, but for runs of blanks. */
    static final int CHARACTERS_PER_TOKEN = 8;

    /** What is not worth a further count of tokens. */
    private static final int STEP = 64;

    private PromptFiles() {}

    /**
     * @param tokens the most that they may take
     * @param count of tokens of a text
     * @return "" for no files
     */
    static String fitted(List<Content> files, int tokens, ToIntFunction<String> count) {
        int longest =
                files.stream().mapToInt(file -> file.text().length()).max().orElse(0);
        String whole = render(files, longest);
        if (files.isEmpty()
                || (whole.length() <= tokens * (long) CHARACTERS_PER_TOKEN && count.applyAsInt(whole) <= tokens)) {
            return whole;
        }
        int fits = 0;
        int over = (int) Math.min(longest, tokens * (long) CHARACTERS_PER_TOKEN);
        while (over - fits > STEP) {
            int middle = (fits + over) >>> 1;
            if (count.applyAsInt(render(files, middle)) <= tokens) {
                fits = middle;
            } else {
                over = middle;
            }
        }
        return render(files, fits);
    }

    /** @param each the most characters of each */
    private static String render(List<Content> files, int each) {
        StringBuilder out = new StringBuilder();
        for (Content file : files) {
            String text = file.text();
            String shown = text.length() <= each ? text : TextRules.clean(text.substring(0, each));
            out.append(out.isEmpty() ? "" : "\n\n");
            out.append("<file name=\"")
                    .append(file.attachment().name().replace("\"", "'"))
                    .append("\">\n")
                    .append(shown.stripTrailing());
            int all = file.attachment().characters();
            if (shown.length() < all) {
                out.append("\n[Cut here: these are the first ")
                        .append(shown.length())
                        .append(" of ")
                        .append(all)
                        .append(" characters.]");
            } else if (file.attachment().cut()) {
                out.append("\n[Cut here: the file goes on.]");
            }
            out.append("\n</file>");
        }
        return out.toString();
    }
}
