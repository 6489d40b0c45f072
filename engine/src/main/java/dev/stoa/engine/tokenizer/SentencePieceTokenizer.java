package dev.stoa.engine.tokenizer;

import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.gguf.GgufFile;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** SentencePiece-style merging by score; see the package description. */
final class SentencePieceTokenizer extends VocabularyTokenizer {
    private static final char SPACE_MARK = '\u2581';

    /** Score of each token. */
    private final float[] scores;

    private final boolean addSpacePrefix;
    /** Token of each byte, -1 where there is none. */
    private final int[] idOfByte;
    /** Length of the longest token in chars: what is longer can't be a token, so needn't be looked up. */
    private final int charsMax;

    SentencePieceTokenizer(
            GgufFile file, Vocabulary vocabulary, boolean addSpacePrefix, boolean addBos, boolean addEos) {
        super(vocabulary, addBos, addEos);
        this.addSpacePrefix = addSpacePrefix;
        scores = file.metadata().decimals("tokenizer.ggml.scores");
        if (scores.length != vocabulary.size()) {
            throw new ModelLoadException(file.path() + ": tokenizer.ggml.scores has " + scores.length + " entries for "
                    + vocabulary.size() + " tokens");
        }
        idOfByte = new int[256];
        Arrays.fill(idOfByte, -1);
        int longest = 1;
        for (int id = 0; id < vocabulary.size(); id++) {
            longest = Math.max(longest, vocabulary.text(id).length());
            if (vocabulary.kind(id) == TokenKind.BYTE) {
                idOfByte[byteValue(file, id)] = id;
            }
        }
        charsMax = longest;
    }

    private int byteValue(GgufFile file, int id) {
        String text = vocabulary.text(id);
        int value = byteValue(text);
        if (value < 0) {
            throw new ModelLoadException(file.path() + ": token " + id + " is a byte but is spelled '" + text + "'");
        }
        return value;
    }

    /** The byte that a spelling such as {@code <0x0A>} stands for, or -1. */
    private static int byteValue(String text) {
        if (text.length() != 6 || !text.startsWith("<0x") || !text.endsWith(">")) {
            return -1;
        }
        int high = Character.digit(text.charAt(3), 16);
        int low = Character.digit(text.charAt(4), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    @Override
    void encodeOrdinary(String text, int from, int to, boolean first, IntList out) {
        String marked = text.substring(from, to).replace(' ', SPACE_MARK);
        if (addSpacePrefix && first) {
            marked = SPACE_MARK + marked;
        }
        new Merging(marked).run(out);
    }

    @Override
    byte[] ordinaryBytes(int id) {
        if (vocabulary.kind(id) == TokenKind.BYTE) {
            return new byte[] {(byte) byteValue(vocabulary.text(id))};
        }
        return userDefinedText(id).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    String userDefinedText(int id) {
        return vocabulary.text(id).replace(SPACE_MARK, ' ');
    }

    /** The inverse of encoding takes away the space that encoding put in front. */
    @Override
    public String decode(int[] ids) {
        String text = super.decode(ids);
        return addSpacePrefix && text.startsWith(" ") ? text.substring(1) : text;
    }

    /** One text being merged. A symbol is known by the place of its first char. */
    private final class Merging {
        private final String text;
        /** Where the symbol that begins here ends; 0 if none begins here. */
        private final int[] end;
        /** Where the symbol before this one begins. */
        private final int[] previous;

        private final MergeQueue queue;

        Merging(String text) {
            this.text = text;
            end = new int[text.length()];
            previous = new int[text.length()];
            queue = new MergeQueue(text.length());
        }

        void run(IntList out) {
            int before = -1;
            for (int at = 0; at < text.length(); at = end[at]) {
                end[at] = at + Character.charCount(text.codePointAt(at));
                previous[at] = before;
                before = at;
            }
            for (int at = 0; at < text.length(); at = end[at]) {
                offer(at);
            }
            while (!queue.isEmpty()) {
                long best = queue.take();
                join(MergeQueue.place(best), MergeQueue.order(best));
            }
            for (int at = 0; at < text.length(); at = end[at]) {
                emit(text.substring(at, end[at]), out);
            }
        }

        /** Joins the symbol at {@code left} and the next one, unless the candidate is stale. */
        private void join(int left, int order) {
            int joined = joinedId(left);
            if (joined < 0 || order(joined) != order) {
                return;
            }
            int right = end[left];
            end[left] = end[right];
            end[right] = 0;
            if (end[left] < text.length()) {
                previous[end[left]] = left;
            }
            offer(previous[left]);
            offer(left);
        }

        private void offer(int left) {
            int joined = left < 0 ? -1 : joinedId(left);
            if (joined >= 0) {
                queue.add(order(joined), left);
            }
        }

        /** The token that the symbol at {@code left} makes with the next one, or -1. */
        private int joinedId(int left) {
            int right = end[left];
            if (right == 0 || right == text.length() || end[right] - left > charsMax) {
                return -1;
            }
            return vocabulary.ordinaryId(text.substring(left, end[right]));
        }

        /** A number that is lower the higher the score: the bits of a float, made to compare as ints do. */
        private int order(int id) {
            int bits = Float.floatToIntBits(-scores[id] + 0f);
            return bits >= 0 ? bits : bits ^ Integer.MAX_VALUE;
        }

        private void emit(String symbol, IntList out) {
            int id = vocabulary.ordinaryId(symbol);
            if (id >= 0) {
                out.add(id);
                return;
            }
            for (byte b : symbol.getBytes(StandardCharsets.UTF_8)) {
                int byteId = idOfByte[b & 0xff];
                if (byteId >= 0 || vocabulary.unknown() >= 0) {
                    out.add(byteId >= 0 ? byteId : vocabulary.unknown());
                }
            }
        }
    }
}
