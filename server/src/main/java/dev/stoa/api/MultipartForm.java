package dev.stoa.api;

import dev.stoa.file.BlobStore;
import dev.stoa.file.Files;
import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.tomcat.util.http.fileupload.FileItemIterator;
import org.apache.tomcat.util.http.fileupload.FileItemStream;
import org.apache.tomcat.util.http.fileupload.FileUpload;
import org.apache.tomcat.util.http.fileupload.FileUploadException;
import org.apache.tomcat.util.http.fileupload.InvalidFileNameException;
import org.apache.tomcat.util.http.fileupload.MultipartStream.MalformedStreamException;
import org.apache.tomcat.util.http.fileupload.impl.FileUploadIOException;
import org.apache.tomcat.util.http.fileupload.impl.InvalidContentTypeException;
import org.apache.tomcat.util.http.fileupload.servlet.ServletRequestContext;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * A {@code multipart/form-data} body with one part {@code file} and some short fields, in any order. The file's bytes go
 * to the store as they come: none are kept in memory or twice on the disk. Closing it drops what was not kept.
 */
public final class MultipartForm implements AutoCloseable {
    private static final String FILE = "file";
    private static final int FIELD_BYTES_MAX = 1024;
    private static final int FIELDS_MAX = 16;

    private final Map<String, String> fields = new LinkedHashMap<>();
    private BlobStore.@Nullable Staged content;
    private String name = "";
    private String mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE;

    private MultipartForm() {}

    /**
     * @param known the fields there may be beside the file
     * @throws StoaException UNSUPPORTED_MEDIA_TYPE, INVALID_REQUEST, TOO_LARGE, OVERLOADED, PERMISSION
     * @throws IOException if the client breaks off
     */
    public static MultipartForm read(HttpServletRequest request, Caller caller, Files files, Set<String> known)
            throws IOException {
        MultipartForm form = new MultipartForm();
        boolean whole = false;
        try {
            form.readParts(request, caller, files, known);
            whole = true;
            return form;
        } catch (InvalidContentTypeException e) {
            throw new StoaException(
                    ErrorKind.UNSUPPORTED_MEDIA_TYPE, "A multipart/form-data body is expected.", null, e);
        } catch (FileUploadException | FileUploadIOException | InvalidFileNameException | MalformedStreamException e) {
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST, "The request body is not valid multipart/form-data.", null, e);
        } finally {
            if (!whole) {
                form.close();
            }
        }
    }

    private void readParts(HttpServletRequest request, Caller caller, Files files, Set<String> known)
            throws IOException, FileUploadException {
        FileUpload upload = new FileUpload();
        upload.setHeaderEncoding(StandardCharsets.UTF_8.name());
        FileItemIterator parts = upload.getItemIterator(new ServletRequestContext(request));
        while (parts.hasNext()) {
            FileItemStream part = parts.next();
            String field = part.getFieldName();
            try (InputStream in = part.openStream()) {
                if (FILE.equals(field) && content == null) {
                    name = part.getName() == null ? "" : part.getName();
                    mediaType = mediaType(part.getContentType());
                    content = files.receive(caller, in);
                } else if (field != null && known.contains(field) && fields.size() < FIELDS_MAX) {
                    addField(field, in.readNBytes(FIELD_BYTES_MAX + 1));
                } else {
                    throw Fields.invalid(String.valueOf(field), "isn't a field of this form, or is there twice");
                }
            }
        }
        if (content == null) {
            throw Fields.invalid(FILE, "is required");
        }
    }

    private void addField(String field, byte[] value) {
        if (value.length > FIELD_BYTES_MAX) {
            throw Fields.invalid(field, "is too long");
        }
        if (fields.put(field, new String(value, StandardCharsets.UTF_8)) != null) {
            throw Fields.invalid(field, "is there twice");
        }
    }

    private static String mediaType(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return MediaType.APPLICATION_OCTET_STREAM_VALUE;
        }
        try {
            return MediaType.parseMediaType(text).toString();
        } catch (InvalidMediaTypeException e) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "file: its Content-Type is no media type", null, e);
        }
    }

    public @Nullable String field(String field) {
        return fields.get(field);
    }

    /** What the file is called; empty if it isn't. */
    public String name() {
        return name;
    }

    public String mediaType() {
        return mediaType;
    }

    public BlobStore.Staged content() {
        if (content == null) {
            throw new IllegalStateException("a form that was read has a file");
        }
        return content;
    }

    @Override
    public void close() throws IOException {
        if (content != null) {
            content.close();
        }
    }
}
