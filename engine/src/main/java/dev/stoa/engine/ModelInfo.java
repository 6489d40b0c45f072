package dev.stoa.engine;

/**
 * What a loaded model is.
 *
 * @param name from the file's metadata, or the file's name
 * @param architecture {@code llama}, {@code gemma3}, …
 * @param quantization the tensor type that holds most of the weights, such as {@code Q4_1}
 * @param parameters number of weights
 * @param fileBytes size of the file
 * @param contextLength the longest prompt plus output in tokens that this engine accepts
 * @param trainedContextLength what the model was trained for
 * @param vocabularySize number of token ids
 * @param width numbers of a hidden state, and of a vector of {@link Engine#embed}
 * @param pooling what the file says its vectors want (GGUF key {@code pooling_type}); the mean where it says nothing
 * @param chat whether the file carries a chat template
 * @param tools whether that template has a place for tools; a model without one is told of them in words
 * @param kernels the kernels that run and why, such as {@code vector, 256-bit (AVX2)}
 */
public record ModelInfo(
        String name,
        String architecture,
        String quantization,
        long parameters,
        long fileBytes,
        int contextLength,
        int trainedContextLength,
        int vocabularySize,
        int width,
        Pooling pooling,
        boolean chat,
        boolean tools,
        String kernels) {}
