package dev.stoa.engine.template;

import java.util.List;
import java.util.Map;

/** The evaluated arguments of a filter, test, method or macro. */
record Arguments(List<Object> positional, Map<String, Object> named) {

    /** The argument at a place or of a name, or the default. */
    Object get(int index, String name, Object otherwise) {
        if (index < positional.size()) {
            return positional.get(index);
        }
        return named.getOrDefault(name, otherwise);
    }

    boolean has(int index, String name) {
        return index < positional.size() || named.containsKey(name);
    }

    Object required(int index, String name) {
        if (!has(index, name)) {
            throw new TemplateException("an argument is missing: " + name);
        }
        return get(index, name, Values.NONE);
    }

    /** The arguments behind the first {@code count}. */
    Arguments after(int count) {
        return new Arguments(positional.subList(Math.min(count, positional.size()), positional.size()), named);
    }
}
