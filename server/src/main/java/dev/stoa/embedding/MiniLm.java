package dev.stoa.embedding;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * all-MiniLM-L6-v2 in 8-bit form on ONNX Runtime: the mean of the last hidden states over a text's tokens, scaled to
 * length 1 (<a href="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2">its card</a>; Apache-2.0).
 */
final class MiniLm implements EmbeddingModel {
    static final String ID = "all-minilm-l6-v2";
    static final int DIMENSIONS = 384;
    static final int TOKENS_MAX = 512;
    private static final String FILE = "/all-minilm-l6-v2-q";

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final HuggingFaceTokenizer tokenizer;
    private final Set<String> inputs;

    private MiniLm(OrtEnvironment environment, OrtSession session, HuggingFaceTokenizer tokenizer) {
        this.environment = environment;
        this.session = session;
        this.tokenizer = tokenizer;
        this.inputs = session.getInputNames();
    }

    /**
     * Loads the model from the class path: some tenths of a second.
     *
     * @param threads that compute
     * @param cache a folder for the tokenizer's native library, which is unpacked there
     * @throws IllegalStateException if this machine can't run it
     */
    static MiniLm load(int threads, Path cache) {
        // Read when the library's first class is loaded. It must neither write to the home folder nor talk to anybody.
        System.setProperty("ENGINE_CACHE_DIR", cache.toString());
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
        try {
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                    InputStream vocabulary = open(FILE + "-tokenizer.json")) {
                options.setIntraOpNumThreads(threads);
                // Its threads share the cores with the engine's, so they must sleep when there is nothing to do.
                options.addConfigEntry("session.intra_op.allow_spinning", "0");
                OrtSession session = environment.createSession(read(FILE + ".onnx"), options);
                HuggingFaceTokenizer tokenizer =
                        HuggingFaceTokenizer.newInstance(vocabulary, Map.of("truncation", "false", "padding", "false"));
                return new MiniLm(environment, session, tokenizer);
            }
        } catch (IOException | OrtException | UnsatisfiedLinkError | ExceptionInInitializerError e) {
            throw new IllegalStateException("The embedding model can't be loaded: " + e.getMessage(), e);
        }
    }

    private static InputStream open(String name) {
        return Objects.requireNonNull(MiniLm.class.getResourceAsStream(name), name);
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream in = open(name)) {
            return in.readAllBytes();
        }
    }

    @Override
    public int dimensions() {
        return DIMENSIONS;
    }

    @Override
    public int tokensMax() {
        return TOKENS_MAX;
    }

    @Override
    public long[] tokens(String text) {
        return tokenizer.encode(text, true, false).getIds();
    }

    @Override
    public float[][] embed(List<long[]> texts) {
        int rows = texts.size();
        int width = texts.stream().mapToInt(ids -> ids.length).max().orElse(0);
        long[] ids = new long[rows * width];
        long[] mask = new long[rows * width];
        for (int row = 0; row < rows; row++) {
            long[] text = texts.get(row);
            System.arraycopy(text, 0, ids, row * width, text.length);
            Arrays.fill(mask, row * width, row * width + text.length, 1);
        }
        long[] shape = {rows, width};
        try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape);
                OnnxTensor maskTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), shape);
                OnnxTensor types = OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[ids.length]), shape);
                OrtSession.Result result = session.run(inputs(idTensor, maskTensor, types))) {
            // The result owns its tensor.
            return means(texts, width, ((OnnxTensor) result.get(0)).getFloatBuffer());
        } catch (OrtException e) {
            throw new IllegalStateException("The embedding model failed: " + e.getMessage(), e);
        }
    }

    private Map<String, OnnxTensor> inputs(OnnxTensor ids, OnnxTensor mask, OnnxTensor types) {
        Map<String, OnnxTensor> two = Map.of("input_ids", ids, "attention_mask", mask);
        return inputs.contains("token_type_ids")
                ? Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types)
                : two;
    }

    /** @param hidden shape {@code [texts][width][dimensions]} */
    private static float[][] means(List<long[]> texts, int width, FloatBuffer hidden) {
        float[][] vectors = new float[texts.size()][DIMENSIONS];
        for (int row = 0; row < vectors.length; row++) {
            float[] vector = vectors[row];
            for (int token = 0; token < texts.get(row).length; token++) {
                int at = (row * width + token) * DIMENSIONS;
                for (int i = 0; i < DIMENSIONS; i++) {
                    vector[i] += hidden.get(at + i);
                }
            }
            normalize(vector);
        }
        return vectors;
    }

    private static void normalize(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        float factor = (float) (1 / Math.sqrt(squares));
        for (int i = 0; i < vector.length; i++) {
            vector[i] *= factor;
        }
    }

    @Override
    public void close() {
        tokenizer.close();
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("The embedding model could not be closed", e);
        }
    }
}
