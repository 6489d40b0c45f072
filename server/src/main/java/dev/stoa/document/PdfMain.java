package dev.stoa.document;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.text.PDFTextStripper;

/**
 * The child process of {@link PdfReader}: a PDF on its standard input, one line {@code VERDICT [PAGES CUT LENGTH...]}, the
 * lengths of the pages that were read in UTF-16 code units, and their texts, in UTF-8, on its standard output. A file that fills the heap ends it.
 */
final class PdfMain {

    enum Verdict {
        READ,
        LOCKED,
        BROKEN
    }

    private PdfMain() {}

    public static void main(String[] arguments) throws IOException {
        byte[] content = System.in.readAllBytes();
        String reply = read(content);
        try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
            out.write(reply.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String read(byte[] content) {
        try (PDDocument document = Loader.loadPDF(content)) {
            int pages = document.getNumberOfPages();
            Bounded text = new Bounded();
            Stripper stripper = new Stripper(text);
            stripper.setSortByPosition(true);
            stripper.setLineSeparator("\n");
            stripper.setParagraphEnd("\n");
            stripper.setEndPage(DocumentLimits.PAGES_MAX);
            boolean cut = pages > DocumentLimits.PAGES_MAX;
            try {
                stripper.writeText(document, text);
            } catch (FullException e) {
                cut = true;
                stripper.endPage();
            }
            return Verdict.READ + " " + pages + " " + cut + text.lengths + "\n" + text.text;
        } catch (InvalidPasswordException e) {
            return Verdict.LOCKED + "\n";
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // The library throws whatever a damaged file brings about.
            return Verdict.BROKEN + "\n";
        }
    }

    private static final class Stripper extends PDFTextStripper {
        private final Bounded text;

        Stripper(Bounded text) {
            this.text = text;
        }

        @Override
        protected void endPage(PDPage page) {
            endPage();
        }

        /** The page that is read now; those without any content are passed over. */
        void endPage() {
            text.endPage(getCurrentPageNo());
        }
    }

    private static final class FullException extends IOException {
        private static final long serialVersionUID = 1;
    }

    private static final class Bounded extends Writer {
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder lengths = new StringBuilder();
        private int pageStart;
        private int pages;

        /**
         * All that has come since the page before.
         *
         * @param number of the page, from 1; those between it and the page before have no text
         */
        void endPage(int number) {
            while (++pages < number) {
                lengths.append(" 0");
            }
            lengths.append(' ').append(text.length() - pageStart);
            pageStart = text.length();
        }

        @Override
        public void write(char[] chars, int offset, int length) throws IOException {
            int room = DocumentLimits.TEXT_LENGTH_MAX - text.length();
            text.append(chars, offset, Math.min(room, length));
            if (length > room) {
                throw new FullException();
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
