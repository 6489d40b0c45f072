package dev.stoa.api.websocket;

import java.lang.reflect.Proxy;

/** An object of an interface that has nothing: null, zero, false. */
final class Absent {
    private Absent() {}

    static <T> T of(Class<T> type) {
        return type.cast(
                Proxy.newProxyInstance(Absent.class.getClassLoader(), new Class<?>[] {type}, (_, method, _) -> {
                    Class<?> result = method.getReturnType();
                    if (!result.isPrimitive() || result == void.class) {
                        return null;
                    }
                    if (result == boolean.class) {
                        return false;
                    }
                    return result == long.class ? (Object) 0L : (Object) 0;
                }));
    }
}
