package dev.stoa.inference.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.inference.source.Source.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CiterTest {
    private static final String RIVERS =
            "The Po rises on Monte Viso. It is 652 km long.\nThe 𝒯iber flows through the city of Rome.";

    private static final Source TEXT = source(Kind.TEXT, RIVERS, List.of(0), 1);
    private static final Source PAGES = source(
            Kind.PAGES,
            "The Ebro rises in Cantabria and ends in the sea.\nThe Loire is the longest river of France.\n",
            List.of(0, 49),
            TEXT.firstMark() + TEXT.passages().size());
    private static final Source BLOCKS =
            source(Kind.BLOCKS, "Oslo has trams. And ferries.Rome has none.", List.of(0, 28), PAGES.firstMark() + 2);

    private static Source source(Kind kind, String text, List<Integer> starts, int first) {
        return new Source(kind, 0, "Rivers", null, null, null, text, starts, List.of(), 0).cited(first);
    }

    /** What is told of an answer that comes in pieces of so many characters. */
    private static List<String> read(String answer, int step) {
        Citer citer = new Citer(List.of(TEXT, PAGES, BLOCKS));
        List<Citer.Piece> pieces = new ArrayList<>();
        for (int i = 0; i < answer.length(); i += step) {
            pieces.addAll(citer.accept(answer.substring(i, Math.min(answer.length(), i + step))));
        }
        pieces.addAll(citer.end());
        return pieces.stream()
                .filter(piece -> !piece.text().isEmpty())
                .map(piece -> piece.text().strip()
                        + piece.citations().stream()
                                .map(cited -> " " + cited.source().kind() + cited.from() + "-" + cited.to())
                                .reduce("", String::concat))
                .toList();
    }

    @Test
    void cutsTextIntoSentencesAndPagesAndBlocks() {
        assertThat(TEXT.passages().stream()
                        .map(passage -> RIVERS.substring(passage.start(), passage.end()))
                        .toList())
                .containsExactly(
                        "The Po rises on Monte Viso.",
                        "It is 652 km long.",
                        "The 𝒯iber flows through the city of Rome.");
        assertThat(PAGES.passages()).containsExactly(new Passage(0, 48), new Passage(49, 90));
        assertThat(TEXT.rendered())
                .isEqualTo("<document index=\"1\" title=\"Rivers\">\n[S1] The Po rises on Monte Viso. "
                        + "[S2] It is 652 km long.\n[S3] The 𝒯iber flows through the city of Rome.\n</document>\n");
        assertThat(BLOCKS.rendered()).contains("[S6] Oslo has trams. And ferries.\n[S7] Rome has none.\n");
        assertThat(TEXT.texts()).containsExactly("Rivers", RIVERS + "\n");
        assertThat(BLOCKS.texts()).contains("Oslo has trams. And ferries.\nRome has none.\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "It is in Italy [S1]. Who knows? | It is in Italy. TEXT0-27 ; Who knows?",
                "It is in Italy. [S1] Who knows? | It is in Italy. TEXT0-27 ; Who knows?",
                "First words. Then Spain [S4][S1]. | First words. ; Then Spain. PAGES1-2 TEXT0-27",
                "Two of them [S4, S5]! | Two of them! PAGES1-3",
                "From there to here [S6-S7] | From there to here BLOCKS0-2",
                "Nothing is there [S99]. Nor here [S0]. | Nothing is there. ; Nor here.",
                "[S5] France has it. | France has it. PAGES2-3",
                "An array[S] and [link] and a[1] stay. | An array[S] and [link] and a[1] stay.",
                "The Po rises on Monte Viso, as they say. | The Po rises on Monte Viso, as they say.",
                "The Po  rises on Monte Viso! | The Po  rises on Monte Viso! TEXT0-26",
                "“The Po rises on Monte Viso” is what it says. | “The Po rises on Monte Viso” is what it says. TEXT0-26",
                "The 𝒯iber flows through the city of Rome. [S1] | The 𝒯iber flows through the city of Rome. TEXT47-87",
                "Oslo has trams. And ferries [S4]. | Oslo has trams. ; And ferries. PAGES1-2",
                "Dr. Po wrote it [S1]. 3.5 km. | Dr. Po wrote it. TEXT0-27 ; 3.5 km.",
                "- one [S1]\\n- two [S7] | - one TEXT0-27 ; - two BLOCKS1-2",
                "雨が降る。[S1]晴れる。 | 雨が降る。 TEXT0-27 ; 晴れる。",
                "The end [S | The end [S"
            })
    void findsOnWhatASentenceRests(String answer, String told) {
        List<String> expected = List.of(told.split(" ; "));
        String text = answer.replace("\\n", "\n");
        for (int step : new int[] {1, 2, 3, 7, 1_000}) {
            assertThat(read(text, step)).as("in pieces of %d", step).isEqualTo(expected);
        }
    }

    @Test
    void tellsWhatStandsThereAndNothingElse() {
        Citer citer = new Citer(List.of(BLOCKS, TEXT));
        List<Citer.Piece> pieces = new ArrayList<>(citer.accept("It has them [S6]. "));
        pieces.addAll(citer.accept("The 𝒯iber flows through the city of Rome."));
        pieces.addAll(citer.end());
        List<Citation> all =
                pieces.stream().flatMap(piece -> piece.citations().stream()).toList();
        assertThat(all.stream().map(Citation::text).toList())
                .containsExactly("Oslo has trams. And ferries.", "The 𝒯iber flows through the city of Rome");
        int[] points = RIVERS.codePoints().toArray();
        Citation tiber = all.getLast();
        assertThat(new String(points, tiber.from(), tiber.to() - tiber.from())).isEqualTo(tiber.text());
    }

    @Test
    void holdsNoMoreThanItMust() {
        Citer citer = new Citer(List.of(TEXT));
        assertThat(citer.accept("word ".repeat(390))).isEmpty();
        assertThat(citer.accept("word ".repeat(20))).hasSize(1);
        assertThat(citer.accept("x".repeat(3_000))).hasSize(1);
    }

    @Test
    void cutsAWallOfTextBetweenWords() {
        String wall = "word ".repeat(1_000).strip();
        Source source = source(Kind.TEXT, wall, List.of(0), 1);
        assertThat(source.passages()).hasSize(4);
        assertThat(source.passages())
                .allSatisfy(passage -> assertThat(wall.substring(passage.start(), passage.end()))
                        .startsWith("word")
                        .endsWith("word"));
    }
}
