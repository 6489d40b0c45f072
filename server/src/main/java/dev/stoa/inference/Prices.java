package dev.stoa.inference;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What tokens cost, {@code stoa.prices.*}, in dollars per million tokens; nothing by default. Costs are counted in
 * billionths of a dollar, so that a price of a thousandth of a dollar per million is exact.
 *
 * @param input of prompt tokens that were computed
 * @param cachedInput of prompt tokens that were found in the cache
 * @param output of generated tokens
 */
@ConfigurationProperties("stoa.prices")
public record Prices(
        @DefaultValue("0") BigDecimal input,
        @DefaultValue("0") BigDecimal cachedInput,
        @DefaultValue("0") BigDecimal output) {
    /** Dollars per million tokens are thousands of billionths per token. */
    private static final BigDecimal NANODOLLARS_PER_TOKEN = BigDecimal.valueOf(1000);

    public static final Prices NONE = new Prices(BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);

    /** @throws IllegalArgumentException if a price is negative */
    public Prices {
        if (input.signum() < 0 || cachedInput.signum() < 0 || output.signum() < 0) {
            throw new IllegalArgumentException("stoa.prices must not be negative");
        }
    }

    /** In billionths of a dollar, rounded up. */
    public long cost(TokenUsage usage) {
        return of(input, (long) usage.inputTokens() - usage.cachedTokens())
                .add(of(cachedInput, usage.cachedTokens()))
                .add(of(output, usage.outputTokens()))
                .setScale(0, RoundingMode.CEILING)
                .longValueExact();
    }

    /** The most that so many tokens may cost. */
    public long costMax(long inputTokens, long outputTokens) {
        return of(input.max(cachedInput), inputTokens)
                .add(of(output, outputTokens))
                .setScale(0, RoundingMode.CEILING)
                .longValueExact();
    }

    private static BigDecimal of(BigDecimal price, long tokens) {
        return price.multiply(NANODOLLARS_PER_TOKEN).multiply(BigDecimal.valueOf(tokens));
    }
}
