package dev.stoa.api.anthropic;

import dev.stoa.inference.source.Citation;
import dev.stoa.inference.source.Source;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A citation as the protocol writes it. */
final class CitationJson {
    private static final JsonMapper JSON = new JsonMapper();

    private CitationJson() {}

    static ObjectNode of(Citation citation) {
        Source source = citation.source();
        ObjectNode json =
                JSON.createObjectNode().put("type", type(source.kind())).put("cited_text", citation.text());
        return switch (source.kind()) {
            case TEXT ->
                document(json, source).put("start_char_index", citation.from()).put("end_char_index", citation.to());
            case PAGES ->
                document(json, source).put("start_page_number", citation.from()).put("end_page_number", citation.to());
            case BLOCKS -> blocks(document(json, source), citation);
            case SEARCH_RESULT ->
                blocks(
                        json.put("source", source.origin())
                                .put("title", source.title())
                                .put("search_result_index", source.index()),
                        citation);
        };
    }

    private static String type(Source.Kind kind) {
        return switch (kind) {
            case TEXT -> "char_location";
            case PAGES -> "page_location";
            case BLOCKS -> "content_block_location";
            case SEARCH_RESULT -> "search_result_location";
        };
    }

    private static ObjectNode document(ObjectNode json, Source source) {
        return json.put("document_index", source.index())
                .put("document_title", source.title())
                .put("file_id", source.fileId());
    }

    private static ObjectNode blocks(ObjectNode json, Citation citation) {
        return json.put("start_block_index", citation.from()).put("end_block_index", citation.to());
    }
}
