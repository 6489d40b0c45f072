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
        DocumentText text = text(content);
        if (text.text().isBlank()) {
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST,
                    text.pages() > 0
                            ? "There is no text in this PDF. Are its pages pictures?"
                            : "There is no text in this file.");
        }
        return text;
    }

    private DocumentText text(byte[] content) throws InterruptedException {
        int length = Math.min(content.length, PDF_MARK_WITHIN);
        int mark = new String(content, 0, length, StandardCharsets.ISO_8859_1).indexOf(PDF_MARK);
        if (mark < 0) {
            return PlainText.read(content);
        }
        try {
            return pdfs.read(content);
        } catch (StoaException e) {
            if (mark == 0 || e.kind() != ErrorKind.INVALID_REQUEST) {
                throw e;
            }
            return mentioning(content, e);
        }
    }

    /** What has the mark, but not at its beginning, and is no PDF: a text about PDFs, unless it is no text either. */
    private static DocumentText mentioning(byte[] content, StoaException damaged) {
        try {
            return PlainText.read(content);
        } catch (StoaException _) {
            throw damaged;
        }
    }
}
