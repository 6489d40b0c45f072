package dev.stoa.engine.tokenizer;

import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.gguf.GgufFile;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Byte-level BPE; see the package description. */
final class BytePairTokenizer extends VocabularyTokenizer {
    private final PreTokenizer preTokenizer;
    private final MergeTable merges;
    /**
     * The symbol of each byte. Symbols up to the vocabulary's size are token ids; above are spellings that only merging
     * passes through, or that are no ordinary tokens.
     */
    private final int[] symbolOfByte;
    /** Spelling of each symbol above the vocabulary's size. */
    private final String[] innerSpellings;

    BytePairTokenizer(GgufFile file, Vocabulary vocabulary, PreTokenizer preTokenizer, boolean addBos, boolean addEos) {
        super(vocabulary, addBos, addEos);
        this.preTokenizer = preTokenizer;
        Symbols symbols = new Symbols(vocabulary);
        symbolOfByte = new int[256];
        for (int b = 0; b < 256; b++) {
            symbolOfByte[b] = symbols.of(String.valueOf(ByteAlphabet.toChar(b)));
        }
        merges = merges(file, symbols);
        innerSpellings = symbols.innerSpellings();
    }

    private static MergeTable merges(GgufFile file, Symbols symbols) {
        String key = "tokenizer.ggml.merges";
        String[] lines = file.metadata().strings(key);
        MergeTable table = new MergeTable(lines.length);
        for (int rank = 0; rank < lines.length; rank++) {
            String line = lines[rank];
            // A part may itself begin with a space in old files.
            int space = line.indexOf(' ', 1);
            if (space < 0 || space == line.length() - 1) {
                throw new ModelLoadException(
                        file.path() + ": entry " + rank + " of " + key + " is not two parts: '" + line + "'");
            }
            String left = line.substring(0, space);
            String right = line.substring(space + 1);
            table.put(symbols.of(left), symbols.of(right), rank, symbols.of(left + right));
        }
        return table;
    }

    @Override
    void encodeOrdinary(String text, int from, int to, boolean first, IntList out) {
        IntList ends = preTokenizer.wordEnds(text, from, to);
        int start = from;
        for (int i = 0; i < ends.size(); i++) {
            encodeWord(text.substring(start, ends.get(i)), out);
            start = ends.get(i);
        }
    }

    private void encodeWord(String word, IntList out) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        if (preTokenizer.wholeWordsFirst()) {
            int id = vocabulary.ordinaryId(spelling(bytes));
            if (id >= 0) {
                out.add(id);
                return;
            }
        }
        int[] symbols = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            symbols[i] = symbolOfByte[bytes[i] & 0xff];
        }
        int left = merge(symbols);
        for (int i = 0; i < left; i++) {
            emit(symbols[i], out);
        }
    }

    private static String spelling(byte[] bytes) {
        char[] chars = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            chars[i] = ByteAlphabet.toChar(bytes[i] & 0xff);
        }
        return new String(chars);
    }

    /** Joins pairs in the order of their ranks; the result stands at the front of {@code symbols}. Returns its length. */
    private int merge(int[] symbols) {
        int length = symbols.length;
        int[] previous = new int[length];
        int[] next = new int[length];
        MergeQueue queue = new MergeQueue(length);
        for (int i = 0; i < length; i++) {
            previous[i] = i - 1;
            next[i] = i + 1;
            offer(queue, symbols, i, i + 1);
        }
        while (!queue.isEmpty()) {
            long best = queue.take();
            int place = MergeQueue.place(best);
            int right = next[place];
            // A candidate is stale if one of its halves was joined to something else since.
            int slot = symbols[place] < 0 || right >= length ? -1 : merges.find(symbols[place], symbols[right]);
            if (slot < 0 || merges.rank(slot) != MergeQueue.order(best)) {
                continue;
            }
            symbols[place] = merges.result(slot);
            symbols[right] = -1;
            next[place] = next[right];
            if (next[place] < length) {
                previous[next[place]] = place;
            }
            offer(queue, symbols, previous[place], place);
            offer(queue, symbols, place, next[place]);
        }
        int count = 0;
        for (int i = 0; i < length; i = next[i]) {
            symbols[count++] = symbols[i];
        }
        return count;
    }

    private void offer(MergeQueue queue, int[] symbols, int left, int right) {
        if (left < 0 || right >= symbols.length) {
            return;
        }
        int slot = merges.find(symbols[left], symbols[right]);
        if (slot >= 0) {
            queue.add(merges.rank(slot), left);
        }
    }

    /**
     * Emits a symbol, byte by byte if it is no token. A byte without a token is left out, as in llama.cpp: SmolLM2 lacks
     * a few control characters and the planes of private use, and its unknown token would end the text.
     */
    private void emit(int symbol, IntList out) {
        if (symbol < vocabulary.size()) {
            out.add(symbol);
            return;
        }
        String spelling = innerSpellings[symbol - vocabulary.size()];
        for (int i = 0; i < spelling.length(); i++) {
            int id = vocabulary.ordinaryId(spelling.substring(i, i + 1));
            if (id >= 0) {
                out.add(id);
            }
        }
    }

    @Override
    byte[] ordinaryBytes(int id) {
        return ByteAlphabet.bytes(vocabulary.text(id));
    }

    /** Numbers for spellings while the tables are built. */
    private static final class Symbols {
        private final Vocabulary vocabulary;
        private final Map<String, Integer> inner = new HashMap<>();

        Symbols(Vocabulary vocabulary) {
            this.vocabulary = vocabulary;
        }

        int of(String spelling) {
            int id = vocabulary.ordinaryId(spelling);
            return id >= 0 ? id : inner.computeIfAbsent(spelling, _ -> vocabulary.size() + inner.size());
        }

        String[] innerSpellings() {
            String[] spellings = new String[inner.size()];
            Arrays.fill(spellings, "");
            inner.forEach((spelling, symbol) -> spellings[symbol - vocabulary.size()] = spelling);
            return spellings;
        }
    }
}
