package dev.stoa.admission;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;

/**
 * What may be spent in a period of the calendar, in UTC.
 *
 * @param amount in tokens (input and output together) or in billionths of a dollar
 */
public record Budget(Period period, Unit unit, long amount) {

    /** When spending counts from nothing again. */
    public enum Period {
        DAY,
        /** From Monday. */
        WEEK,
        MONTH;

        /** The first day, since 1970, of the period that holds this time. */
        long startDay(long millis) {
            LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(millis), ZoneOffset.UTC);
            return switch (this) {
                case DAY -> day.toEpochDay();
                case WEEK ->
                    day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).toEpochDay();
                case MONTH -> day.withDayOfMonth(1).toEpochDay();
            };
        }

        /** When the next period begins. */
        long endMillis(long millis) {
            LocalDate start = LocalDate.ofEpochDay(startDay(millis));
            LocalDate end = switch (this) {
                case DAY -> start.plusDays(1);
                case WEEK -> start.plusWeeks(1);
                case MONTH -> start.plusMonths(1);
            };
            return end.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
        }
    }

    /** What is counted. */
    public enum Unit {
        TOKENS,
        NANODOLLARS
    }

    /** @throws IllegalArgumentException if the amount is negative */
    public Budget {
        if (amount < 0) {
            throw new IllegalArgumentException("a budget must not be negative");
        }
    }
}
