package dev.stoa.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/** Files of all kinds, kind and hostile. */
class DocumentsTest {
    private final Documents documents = new Documents();

    private DocumentText read(String text) throws InterruptedException {
        return documents.read(text.getBytes(StandardCharsets.UTF_8));
    }

    private void refused(byte[] content, ErrorKind kind, String words) {
        assertThatThrownBy(() -> documents.read(content))
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(words);
    }

    /** A page whose content is what is given, packed as often as there are filters. */
    private static byte[] pdfWithContent(byte[] packed, String filters) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                        + "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                        + "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
                        + "4 0 obj<</Filter[" + filters + "]/Length " + packed.length + ">>stream\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(packed);
        out.writeBytes("\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF".getBytes(StandardCharsets.ISO_8859_1));
        return out.toByteArray();
    }

    private static byte[] packed(byte[] content, int times) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(out, new Deflater(9))) {
            for (int i = 0; i < times; i++) {
                deflater.write(content);
            }
        }
        return out.toByteArray();
    }

    @Test
    void textIsTakenInItsEncoding() throws Exception {
        assertThat(read("# Über\r\nline\rend").text()).isEqualTo("# Über\nline\nend");
        assertThat(documents.read("\uFEFFÜ".getBytes(StandardCharsets.UTF_16LE)).text())
                .isEqualTo("Ü");
        assertThat(documents.read("\uFEFFÜ".getBytes(StandardCharsets.UTF_16BE)).text())
                .isEqualTo("Ü");
        assertThat(documents.read("\uFEFFÜ".getBytes(StandardCharsets.UTF_8)).text())
                .isEqualTo("Ü");
        assertThat(documents
                        .read("Stra\u00dfe".getBytes(StandardCharsets.ISO_8859_1))
                        .text())
                .isEqualTo("Straße");
        DocumentText code = read("int main() { return 0; }");
        assertThat(code)
                .isEqualTo(new DocumentText(DocumentText.PLAIN, "int main() { return 0; }", 0, List.of(), false));
    }

    @Test
    void longTextIsCutAndSaysSo() throws Exception {
        DocumentText text = read("é".repeat(DocumentLimits.TEXT_LENGTH_MAX + 1));
        assertThat(text.cut()).isTrue();
        assertThat(text.text()).hasSize(DocumentLimits.TEXT_LENGTH_MAX);
        // Not in the middle of a pair.
        String pairs = "x" + "\uD83D\uDE00".repeat(DocumentLimits.TEXT_LENGTH_MAX / 2);
        assertThat(read(pairs).text()).endsWith("\uFFFD");
    }

    @Test
    void whatIsNoTextIsRefused() throws IOException {
        byte[] noise = new byte[5_000];
        new Random(1).nextBytes(noise);
        refused(noise, ErrorKind.UNSUPPORTED_MEDIA_TYPE, "neither text nor PDF");
        ByteArrayOutputStream zip = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(zip)) {
            out.putNextEntry(new ZipEntry("bomb"));
            out.write(new byte[10_000_000]);
        }
        refused(zip.toByteArray(), ErrorKind.UNSUPPORTED_MEDIA_TYPE, "neither text nor PDF");
        refused(" \n\t".getBytes(StandardCharsets.UTF_8), ErrorKind.INVALID_REQUEST, "no text");
        refused(new byte[0], ErrorKind.INVALID_REQUEST, "no text");
        refused(new byte[DocumentLimits.BYTES_MAX + 1], ErrorKind.TOO_LARGE, "20 MB");
    }

    @Test
    void aPdfGivesItsPagesInOrder() throws Exception {
        DocumentText text = documents.read(TestPdf.of("", "The first page", "The second page"));
        assertThat(text.mediaType()).isEqualTo(DocumentText.PDF);
        assertThat(text.pages()).isEqualTo(2);
        assertThat(text.cut()).isFalse();
        assertThat(text.text()).containsSubsequence("The first page", "The second page");
        assertThat(text.pageStarts()).containsExactly(0, text.text().indexOf("The second"));
    }

    @Test
    void aPageWithoutTextIsAPage() throws Exception {
        for (byte[] pdf : List.of(TestPdf.of("", "One", "", "Three"), TestPdf.of("", "One", null, "Three"))) {
            DocumentText text = documents.read(pdf);
            assertThat(text.pageStarts()).hasSize(3);
            assertThat(text.text().substring(text.pageStarts().get(2)).strip()).isEqualTo("Three");
        }
    }

    @Test
    void aTextAboutPdfsIsNone() throws Exception {
        assertThat(read("# How they begin\n%PDF-1.7 and so on").text()).contains("and so on");
        byte[] mailed = TestPdf.of("", "words");
        byte[] line = "Content-Type: application/pdf\n\n".getBytes(StandardCharsets.UTF_8);
        byte[] both = Arrays.copyOf(line, line.length + mailed.length);
        System.arraycopy(mailed, 0, both, line.length, mailed.length);
        assertThat(documents.read(both).text()).contains("words").doesNotContain("%PDF");
    }

    @Test
    void aBrokenByteBreaksNoMoreThanItself() throws Exception {
        byte[] whole = "naïve café: é".getBytes(StandardCharsets.UTF_8);
        assertThat(documents.read(Arrays.copyOf(whole, whole.length - 1)).text())
                .isEqualTo("naïve café: \uFFFD");
    }

    @Test
    void aPdfOfTooManyPagesIsCut() throws Exception {
        String[] pages = new String[DocumentLimits.PAGES_MAX + 1];
        Arrays.setAll(pages, number -> "page " + number + " ends");
        DocumentText text = documents.read(TestPdf.of("", pages));
        assertThat(text.pages()).isEqualTo(DocumentLimits.PAGES_MAX + 1);
        assertThat(text.cut()).isTrue();
        assertThat(text.pageStarts()).hasSize(DocumentLimits.PAGES_MAX);
        assertThat(text.text()).contains("page 999 ends").doesNotContain("page 1000 ends");
    }

    @Test
    void aPdfThatCantBeReadSaysWhy() throws Exception {
        refused(TestPdf.of("secret", "hidden"), ErrorKind.INVALID_REQUEST, "password");
        refused(TestPdf.of("", ""), ErrorKind.INVALID_REQUEST, "pictures");
        refused("%PDF-1.7\nnot really".getBytes(StandardCharsets.UTF_8), ErrorKind.INVALID_REQUEST, "damaged");
        byte[] whole = TestPdf.of("", "words");
        // Half a file is mended where that can be done; it must end either way.
        for (int length : List.of(20, whole.length / 2, whole.length - 20)) {
            try {
                assertThat(documents.read(Arrays.copyOf(whole, length)).text()).contains("words");
            } catch (StoaException e) {
                assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_REQUEST);
            }
        }
    }

    @Test
    void aBombHurtsItsReaderOnly() throws Exception {
        // One string without an end: spaces would be passed over as they come.
        byte[] letters = new byte[1_000_000];
        Arrays.fill(letters, (byte) '(');
        byte[] once = packed(letters, 800);
        byte[] twice = packed(once, 1);
        assertThat(twice.length).isLessThan(20_000);
        refused(pdfWithContent(once, "/FlateDecode"), ErrorKind.INVALID_REQUEST, "unpacked");
        // The library takes the second layer for a slip; the file must end one way or the other.
        refused(pdfWithContent(twice, "/FlateDecode/FlateDecode"), ErrorKind.INVALID_REQUEST, "PDF");
        // The next file is none the worse.
        assertThat(documents.read(TestPdf.of("", "after")).text()).contains("after");
    }
}
