package dev.stoa.api.openai;

import dev.stoa.api.Fields;
import dev.stoa.api.GivenDocuments;
import dev.stoa.document.DocumentText;
import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.source.Source;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files of one request that a model is to read, numbered as they come. One use, one thread. */
final class FileParts {
    private static final String DATA = "data:";
    private static final String BASE64 = ";base64,";

    private final GivenDocuments.Reader reader;
    private int files;

    FileParts(GivenDocuments.Reader reader) {
        this.reader = reader;
    }

    /** @param file with a {@code file_id}, or {@code file_data} in base64, as a data URL or as it is */
    ContentBlock.Document read(Fields file) {
        String name = file.optionalString("filename");
        String id = file.optionalString("file_id");
        String data = file.optionalString("file_data");
        file.refuse("file_url", "this server fetches nothing: send file_data, or upload the file and send its file_id");
        Decoding.oneOf(file, "detail", List.of("auto", "low", "high"));
        if (id != null && data != null) {
            throw Fields.invalid(file.path("file_data"), "can't go with file_id");
        }
        if (id != null) {
            GivenDocuments.Reader.Named kept = reader.file(id, file.path("file_id"));
            return document(kept.text(), name == null ? kept.name() : name);
        }
        if (data == null) {
            throw Fields.invalid(file.path("file_data"), "this or file_id is required");
        }
        return document(reader.base64(bare(data, file.path("file_data")), file.path("file_data")), name);
    }

    /** What kind of file it is, its content tells. */
    private static String bare(String data, String path) {
        if (!data.startsWith(DATA)) {
            return data;
        }
        int at = data.indexOf(BASE64);
        Fields.require(at > 0, path, "must be base64, or a data URL of it");
        return data.substring(at + BASE64.length());
    }

    private ContentBlock.Document document(DocumentText text, @Nullable String name) {
        boolean pages = !text.pageStarts().isEmpty();
        return new ContentBlock.Document(new Source(
                pages ? Source.Kind.PAGES : Source.Kind.TEXT,
                files++,
                name,
                null,
                null,
                null,
                text.text(),
                pages ? text.pageStarts() : List.of(0),
                List.of(),
                0));
    }
}
