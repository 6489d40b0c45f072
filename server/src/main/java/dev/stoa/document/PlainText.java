package dev.stoa.document;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Decodes what is text already: UTF-8, also with some broken bytes, UTF-16 where a byte order mark says so, and else the
 * old western code page, in which every byte is a letter, so that control characters must tell text from what is none.
 */
final class PlainText {
    private static final Charset WESTERN = Charset.forName("windows-1252");
    private static final char REPLACEMENT = '\uFFFD';

    private PlainText() {}

    static DocumentText read(byte[] content) {
        String text = decode(content);
        if (text.chars().anyMatch(PlainText::isBinary)) {
            throw new StoaException(
                    ErrorKind.UNSUPPORTED_MEDIA_TYPE,
                    "This file is neither text nor PDF. Attach plain text, Markdown, code or PDF.");
        }
        String clean = clean(text);
        boolean cut = clean.length() > DocumentLimits.TEXT_LENGTH_MAX;
        return new DocumentText(DocumentText.PLAIN, storable(cut(clean)), 0, List.of(), cut);
    }

    /**
     * Pages as one text.
     *
     * @param texts of those that were read
     * @param pages of the file
     */
    static DocumentText ofPages(List<String> texts, int pages, boolean cut) {
        StringBuilder all = new StringBuilder();
        List<Integer> starts = new ArrayList<>(texts.size());
        for (String text : texts) {
            starts.add(all.length());
            all.append(clean(text));
        }
        return new DocumentText(DocumentText.PDF, storable(all.toString()), pages, starts, cut);
    }

    private static String clean(String raw) {
        return raw.replace("\r\n", "\n").replace('\r', '\n');
    }

    private static String cut(String text) {
        return text.length() > DocumentLimits.TEXT_LENGTH_MAX
                ? text.substring(0, DocumentLimits.TEXT_LENGTH_MAX)
                : text;
    }

    private static String decode(byte[] content) {
        if (startsWith(content, 0xEF, 0xBB, 0xBF)) {
            return new String(content, 3, content.length - 3, StandardCharsets.UTF_8);
        }
        if (startsWith(content, 0xFF, 0xFE)) {
            return new String(content, 2, content.length - 2, StandardCharsets.UTF_16LE);
        }
        if (startsWith(content, 0xFE, 0xFF)) {
            return new String(content, 2, content.length - 2, StandardCharsets.UTF_16BE);
        }
        try {
            CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content));
            return decoded.toString();
        } catch (CharacterCodingException e) {
            String mended = new String(content, StandardCharsets.UTF_8);
            return isUnicode(mended) ? mended : new String(content, WESTERN);
        }
    }

    /** Whether it is UTF-8 with some bytes cut off or broken: in the old code page hardly any sequence is well-formed. */
    private static boolean isUnicode(String mended) {
        long broken = mended.chars().filter(c -> c == REPLACEMENT).count();
        return mended.chars().filter(c -> c > 0x7F).count() > 2 * broken;
    }

    private static boolean startsWith(byte[] content, int... mark) {
        if (content.length < mark.length) {
            return false;
        }
        for (int i = 0; i < mark.length; i++) {
            if ((content[i] & 0xFF) != mark[i]) {
                return false;
            }
        }
        return true;
    }

    /** Control characters that no text has; terminals' escapes are in logs. */
    private static boolean isBinary(int c) {
        return c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != '\b' && c != 0x1B;
    }

    /** Without U+0000 and halves of surrogate pairs; as long as before. */
    private static String storable(String text) {
        StringBuilder clean = new StringBuilder(text);
        for (int i = 0; i < clean.length(); i++) {
            char c = clean.charAt(i);
            if (Character.isHighSurrogate(c)
                    && i + 1 < clean.length()
                    && Character.isLowSurrogate(clean.charAt(i + 1))) {
                i++;
            } else if (c == 0 || Character.isSurrogate(c)) {
                clean.setCharAt(i, REPLACEMENT);
            }
        }
        return clean.toString();
    }
}
