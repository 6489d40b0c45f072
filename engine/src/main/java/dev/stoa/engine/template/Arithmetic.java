package dev.stoa.engine.template;

import java.util.ArrayList;
import java.util.List;

/** {@code + - * / // % **} as in Python: {@code /} gives a decimal number, {@code //} and {@code %} round down. */
final class Arithmetic {
    private Arithmetic() {}

    static Object compute(String operator, Object left, Object right) {
        if (operator.equals("+") && left instanceof Text a && right instanceof Text b) {
            return Evaluator.joined(a, b);
        }
        if (operator.equals("+") && left instanceof List<?> a && right instanceof List<?> b) {
            List<Object> joined = new ArrayList<>(a);
            joined.addAll(b);
            return Values.limited(joined);
        }
        if (operator.equals("*") && left instanceof Text text && Values.isWhole(right)) {
            return repeated(text, Values.whole(right));
        }
        if (!Values.isNumber(left) || !Values.isNumber(right)) {
            throw new TemplateException(
                    "can't compute " + Values.kind(left) + " " + operator + " " + Values.kind(right));
        }
        try {
            return Values.isWhole(left) && Values.isWhole(right)
                    ? wholes(operator, Values.whole(left), Values.whole(right))
                    : decimals(operator, Values.decimal(left), Values.decimal(right));
        } catch (ArithmeticException e) {
            TemplateException error = new TemplateException("can't compute " + left + " " + operator + " " + right);
            error.initCause(e);
            throw error;
        }
    }

    private static Text repeated(Text text, long count) {
        Text.Builder out = new Text.Builder();
        for (long i = 0; i < count && !text.isEmpty(); i++) {
            out.append(text);
        }
        return out.build();
    }

    private static Object wholes(String operator, long left, long right) {
        return switch (operator) {
            case "+" -> Math.addExact(left, right);
            case "-" -> Math.subtractExact(left, right);
            case "*" -> Math.multiplyExact(left, right);
            case "//" -> Math.floorDiv(left, right);
            case "%" -> Math.floorMod(left, right);
            case "/" -> divided(left, right);
            default -> right < 0 ? (Object) Math.pow(left, right) : (Object) power(left, right);
        };
    }

    private static long power(long base, long exponent) {
        double result = Math.pow(base, exponent);
        if (Math.abs(result) > 1L << 53) {
            throw new ArithmeticException("too large");
        }
        return (long) result;
    }

    private static Object decimals(String operator, double left, double right) {
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> divided(left, right);
            case "//" -> Math.floor(divided(left, right));
            case "%" -> left - Math.floor(divided(left, right)) * right;
            default -> Math.pow(left, right);
        };
    }

    private static double divided(double left, double right) {
        if (right == 0) {
            throw new ArithmeticException("division by zero");
        }
        return left / right;
    }
}
