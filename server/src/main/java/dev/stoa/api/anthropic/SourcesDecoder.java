package dev.stoa.api.anthropic;

import dev.stoa.api.Fields;
import dev.stoa.api.GivenDocuments;
import dev.stoa.document.DocumentText;
import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.source.Citer;
import dev.stoa.inference.source.Source;
import dev.stoa.inference.source.Source.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The documents and search results of one request, numbered as they come. One use, one thread. */
final class SourcesDecoder {
    private static final String TITLE = "title";

    private final GivenDocuments.Reader reader;
    private int documents;
    private int searchResults;
    private int marks;
    /** Whether sources of each sort are to be cited: all of them are, or none is. */
    private @Nullable Boolean documentsCited;

    private @Nullable Boolean resultsCited;

    SourcesDecoder(GivenDocuments.Reader reader) {
        this.reader = reader;
    }

    /** Whether the answer is to cite. */
    boolean cites() {
        return marks > 0;
    }

    /** What the model is to be told, where it is to cite. */
    ContentBlock.Text instruction() {
        return new ContentBlock.Text(Citer.instruction());
    }

    ContentBlock.Document document(Fields block) {
        String title = block.optionalString(TITLE);
        String context = block.optionalString("context");
        boolean cited = cited(block);
        if (documentsCited != null && documentsCited != cited) {
            throw Fields.invalid(
                    block.path("citations"), "must be enabled for all documents of a request, or for none of them");
        }
        documentsCited = cited;
        Fields given = Fields.of(block.required("source"), block.path("source"));
        Source source = source(given, title, context);
        given.end();
        ContentBlock.Document document = numbered(source, cited, block);
        documents++;
        return document;
    }

    private Source source(Fields given, @Nullable String title, @Nullable String context) {
        String type = given.requiredString("type");
        return switch (type) {
            case "text" -> {
                mediaType(given, DocumentText.PLAIN);
                String data = given.requiredString("data");
                Fields.require(!data.isBlank(), given.path("data"), "must not be empty");
                reader.count(data.length(), given.path("data"));
                yield document(Kind.TEXT, title, context, null, data, List.of(0));
            }
            case "base64" -> {
                mediaType(given, DocumentText.PDF);
                DocumentText text = reader.base64(given.requiredString("data"), given.path("data"));
                Fields.require(text.mediaType().equals(DocumentText.PDF), given.path("data"), "is not a PDF");
                yield read(text, title, context, null);
            }
            case "file" -> {
                String id = given.requiredString("file_id");
                GivenDocuments.Reader.Named file = reader.file(id, given.path("file_id"));
                yield read(file.text(), title == null ? file.name() : title, context, id);
            }
            case "content" -> {
                Blocks blocks = blocks(given.required("content"), given.path("content"));
                yield document(Kind.BLOCKS, title, context, null, blocks.text(), blocks.starts());
            }
            case "url" ->
                throw Fields.invalid(
                        given.path("type"),
                        "this server fetches nothing: send the document as “base64” or “text”, or upload it and send a “file”");
            default -> throw Fields.invalid(given.path("type"), "must be “text”, “base64”, “content” or “file”");
        };
    }

    private static void mediaType(Fields given, String wanted) {
        String type = given.requiredString("media_type");
        Fields.require(
                type.equals(wanted),
                given.path("media_type"),
                "must be “" + wanted + "” here, not “" + ContentDecoder.cut(type) + "”");
    }

    private Source read(DocumentText text, @Nullable String title, @Nullable String context, @Nullable String fileId) {
        boolean pages = !text.pageStarts().isEmpty();
        return document(
                pages ? Kind.PAGES : Kind.TEXT,
                title,
                context,
                fileId,
                text.text(),
                pages ? text.pageStarts() : List.of(0));
    }

    private Source document(
            Kind kind,
            @Nullable String title,
            @Nullable String context,
            @Nullable String fileId,
            String text,
            List<Integer> starts) {
        return new Source(kind, documents, title, null, context, fileId, text, starts, List.of(), 0);
    }

    ContentBlock.Document searchResult(Fields block) {
        String origin = block.requiredString("source");
        String title = block.requiredString(TITLE);
        boolean cited = cited(block);
        if (resultsCited != null && resultsCited != cited) {
            throw Fields.invalid(
                    block.path("citations"),
                    "must be enabled for all search results of a request, or for none of them");
        }
        resultsCited = cited;
        Fields.require(block.required("content").isArray(), block.path("content"), "must be a list of text blocks");
        Blocks blocks = blocks(block.required("content"), block.path("content"));
        Source source = new Source(
                Kind.SEARCH_RESULT,
                searchResults,
                title,
                origin,
                null,
                null,
                blocks.text(),
                blocks.starts(),
                List.of(),
                0);
        ContentBlock.Document result = numbered(source, cited, block);
        searchResults++;
        return result;
    }

    private ContentBlock.Document numbered(Source source, boolean cited, Fields block) {
        ContentDecoder.cacheControl(block);
        if (!cited) {
            return new ContentBlock.Document(source);
        }
        Source numbered = source.cited(marks + 1);
        marks += numbered.passages().size();
        return new ContentBlock.Document(numbered);
    }

    private static boolean cited(Fields block) {
        Fields citations = block.optionalObject("citations");
        boolean enabled = citations != null && citations.optionalBoolean("enabled");
        if (citations != null) {
            citations.end();
        }
        return enabled;
    }

    /** @param text of all blocks, one behind the other */
    private record Blocks(String text, List<Integer> starts) {}

    private Blocks blocks(JsonNode content, String path) {
        if (content.isString()) {
            String text = content.stringValue();
            Fields.require(!text.isBlank(), path, "must not be empty");
            reader.count(text.length(), path);
            return new Blocks(text, List.of(0));
        }
        StringBuilder text = new StringBuilder();
        List<Integer> starts = new ArrayList<>();
        for (JsonNode item : Fields.items(content, path)) {
            Fields block = Fields.of(item, path + "." + starts.size());
            String type = block.requiredString("type");
            if (!type.equals("text")) {
                throw Fields.invalid(block.path("type"), ContentDecoder.unreadable(type, "must be “text” here"));
            }
            String words = block.requiredString("text");
            Fields.require(!words.isBlank(), block.path("text"), "must not be empty");
            ContentDecoder.cacheControl(block);
            block.refuse("citations", "a text block within a source carries no citations");
            block.end();
            starts.add(text.length());
            text.append(words);
            reader.count(words.length(), block.path("text"));
        }
        Fields.require(!starts.isEmpty(), path, "must not be empty");
        return new Blocks(text.toString(), Collections.unmodifiableList(starts));
    }
}
