package dev.stoa.engine.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** What both kinds of tokenizer share: cutting at special tokens, BOS and EOS, decoding. */
abstract sealed class VocabularyTokenizer implements Tokenizer permits BytePairTokenizer, SentencePieceTokenizer {
    protected final Vocabulary vocabulary;
    private final boolean addBos;
    private final boolean addEos;

    VocabularyTokenizer(Vocabulary vocabulary, boolean addBos, boolean addEos) {
        this.vocabulary = vocabulary;
        this.addBos = addBos && vocabulary.bos() >= 0;
        this.addEos = addEos && vocabulary.eos() >= 0;
    }

    /**
     * Tokenizes text without special tokens.
     *
     * @param first whether it begins the whole text or follows a special token
     */
    abstract void encodeOrdinary(String text, int from, int to, boolean first, IntList out);

    /** The bytes of a token of kind normal, unused or byte. */
    abstract byte[] ordinaryBytes(int id);

    @Override
    public int[] encode(String text, SpecialFilter filter) {
        IntList out = new IntList();
        encode(wellFormed(text), filter, out);
        return out.toArray();
    }

    @Override
    public int[] encodeWithBos(String text, boolean special) {
        IntList out = new IntList();
        if (addBos) {
            out.add(bosId());
        }
        encode(wellFormed(text), (id, _, _) -> special || !isControl(id), out);
        if (addEos) {
            out.add(eosId());
        }
        return out.toArray();
    }

    private void encode(String text, SpecialFilter filter, IntList out) {
        int[] found = new int[1];
        int plainFrom = 0;
        boolean first = true;
        for (int at = 0; at < text.length(); ) {
            int end = vocabulary.specials().longestAt(text, at, filter, found);
            if (end == at) {
                at++;
                continue;
            }
            if (plainFrom < at) {
                encodeOrdinary(text, plainFrom, at, first, out);
            }
            out.add(found[0]);
            first = true;
            at = end;
            plainFrom = end;
        }
        if (plainFrom < text.length()) {
            encodeOrdinary(text, plainFrom, text.length(), first, out);
        }
    }

    /** A text with every lone surrogate replaced by U+FFFD. Keeps the length, so that places stay true. */
    private static String wellFormed(String text) {
        StringBuilder repaired = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            if (repaired == null) {
                repaired = new StringBuilder(text);
            }
            repaired.setCharAt(i, '\uFFFD');
        }
        return repaired == null ? text : repaired.toString();
    }

    @Override
    public int vocabularySize() {
        return vocabulary.size();
    }

    @Override
    public byte[] bytes(int id) {
        return switch (vocabulary.kind(id)) {
            case CONTROL, UNKNOWN -> new byte[0];
            case USER_DEFINED -> userDefinedText(id).getBytes(StandardCharsets.UTF_8);
            case NORMAL, UNUSED, BYTE -> ordinaryBytes(id);
        };
    }

    /** The text that a user-defined token stands for. */
    String userDefinedText(int id) {
        return vocabulary.text(id);
    }

    @Override
    public String text(int id) {
        return vocabulary.text(id);
    }

    @Override
    public int id(String text) {
        return vocabulary.id(text);
    }

    @Override
    public boolean isControl(int id) {
        return vocabulary.isControl(id);
    }

    @Override
    public boolean isUserDefined(int id) {
        return vocabulary.kind(id) == TokenKind.USER_DEFINED;
    }

    @Override
    public boolean isEndOfGeneration(int id) {
        return vocabulary.isEnd(id);
    }

    @Override
    public int bosId() {
        return vocabulary.bos();
    }

    @Override
    public int eosId() {
        return vocabulary.eos();
    }

    @Override
    public boolean addsBos() {
        return addBos;
    }

    @Override
    public String decode(int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(ids.length * 4);
        for (int id : ids) {
            bytes.writeBytes(bytes(id));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public StreamDecoder decoder(Set<Integer> shown) {
        return new StreamDecoder(this, shown);
    }
}
