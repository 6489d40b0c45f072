package dev.stoa.document;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.nio.charset.StandardCharsets;
import org.springframework.stereotype.Component;

/** Reads files. Thread-safe. */
@Component
public class Documents {
    /** Readers of PDF look for the mark this far into a file, as mailers put lines before it. */
    private static final int PDF_MARK_WITHIN = 1_024;

    private static final String PDF_MARK = "%PDF-";

    private final PdfReader pdfs = new PdfReader();

    /**
     * The text of a file.
     *
     * @throws StoaException TOO_LARGE; UNSUPPORTED_MEDIA_TYPE if it is neither text nor PDF; INVALID_REQUEST in words for
     *     its owner if there is no text to be had; OVERLOADED if too many wait
     */
    public DocumentText read(byte[] content) throws InterruptedException {
        if (content.length > DocumentLimits.BYTES_MAX) {
            throw new StoaException(
                    ErrorKind.TOO_LARGE, "The file is larger than " + DocumentLimits.BYTES_MAX / 1_000_000 + " MB.");
        }
        DocumentText text = isPdf(content) ? pdfs.read(content) : PlainText.read(content);
        if (text.text().isBlank()) {
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST,
                    text.pages() > 0
                            ? "There is no text in this PDF. Are its pages pictures?"
                            : "There is no text in this file.");
        }
        return text;
    }

    private static boolean isPdf(byte[] content) {
        int length = Math.min(content.length, PDF_MARK_WITHIN);
        return new String(content, 0, length, StandardCharsets.ISO_8859_1).contains(PDF_MARK);
    }
}
