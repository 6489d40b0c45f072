package dev.stoa.api;

import dev.stoa.document.DocumentLimits;
import dev.stoa.document.DocumentText;
import dev.stoa.document.Documents;
import dev.stoa.file.Files;
import dev.stoa.file.StoredFile;
import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import org.springframework.stereotype.Component;

/** Documents that come with a request or are named in it, as text; in both protocols alike. Thread-safe. */
@Component
public final class GivenDocuments {
    private final Documents documents;
    private final Files files;
    private final Limits limits;

    GivenDocuments(Documents documents, Files files, Limits limits) {
        this.documents = documents;
        this.files = files;
        this.limits = limits;
    }

    /** A reader for one request of the caller's. */
    public Reader reader(Caller caller) {
        return new Reader(caller);
    }

    /** What a request has read, and may still. One thread. Errors name the field at {@code path}. */
    public final class Reader {
        private final Caller caller;
        private int read;
        private long length;

        private Reader(Caller caller) {
            this.caller = caller;
        }

        /** @param name as its sender named it; "" where it didn't */
        public record Named(String name, DocumentText text) {}

        /**
         * A PDF or text in base64.
         *
         * @throws StoaException INVALID_REQUEST, TOO_LARGE, OVERLOADED
         */
        public DocumentText base64(String data, String path) {
            // What four characters carry is three bytes, and blanks are not part of it.
            requireSize(data.length() / 4L * 3, path);
            byte[] content;
            try {
                content = Base64.getDecoder().decode(data);
            } catch (IllegalArgumentException _) {
                throw Fields.invalid(path, "is not base64");
            }
            return text(content, path);
        }

        /**
         * A kept file.
         *
         * @throws StoaException as {@link #base64}; NOT_FOUND
         */
        public Named file(String id, String path) {
            StoredFile file = find(id, path);
            requireSize(file.bytes(), path);
            try (InputStream in = files.open(file)) {
                return new Named(file.name(), text(in.readAllBytes(), path));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private StoredFile find(String id, String path) {
            try {
                return files.get(caller, StoredFiles.id(id));
            } catch (StoaException e) {
                throw e.kind() == ErrorKind.NOT_FOUND
                        ? StoaException.about(ErrorKind.NOT_FOUND, path, "there is no such file")
                        : e;
            }
        }

        private DocumentText text(byte[] content, String path) {
            read++;
            Fields.require(
                    read <= limits.documents(),
                    path,
                    "more than " + limits.documents() + " PDFs and files in one request can't be read");
            DocumentText text = readable(content, path);
            Fields.require(!text.cut(), path, "has more than " + bounds());
            count(text.text().length(), path);
            return text;
        }

        private DocumentText readable(byte[] content, String path) {
            try {
                return documents.read(content);
            } catch (StoaException e) {
                // The protocols know no other status for a part of a body that is not what it should be.
                boolean theirs = e.kind() == ErrorKind.UNSUPPORTED_MEDIA_TYPE || e.kind() == ErrorKind.INVALID_REQUEST;
                throw theirs ? Fields.invalid(path, String.valueOf(e.getMessage())) : e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoaException(ErrorKind.OVERLOADED, "The server is stopping.", null, e);
            }
        }

        /**
         * Counts text that came as it is.
         *
         * @throws StoaException INVALID_REQUEST if that is more than one request may bring
         */
        public void count(int characters, String path) {
            length += characters;
            Fields.require(
                    length <= limits.documentText(),
                    path,
                    "the documents of this request have more than " + limits.documentText() + " characters of text");
        }

        private static String bounds() {
            return DocumentLimits.PAGES_MAX + " pages or " + DocumentLimits.TEXT_LENGTH_MAX + " characters of text";
        }

        private static void requireSize(long bytes, String path) {
            if (bytes > DocumentLimits.BYTES_MAX) {
                throw StoaException.about(
                        ErrorKind.TOO_LARGE, path, "is larger than " + DocumentLimits.BYTES_MAX / 1_000_000 + " MB");
            }
        }
    }
}
