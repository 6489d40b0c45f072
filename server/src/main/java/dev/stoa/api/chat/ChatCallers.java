package dev.stoa.api.chat;

import dev.stoa.api.BrowserSessions;
import dev.stoa.identity.Caller;
import dev.stoa.identity.Identity;
import dev.stoa.identity.KeyScope;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * Gives this surface's controllers their {@link Caller}: by the key of {@code Authorization: Bearer} where there is one,
 * else by the session's cookie ({@link BrowserSessions}).
 */
@Component
class ChatCallers implements HandlerMethodArgumentResolver {
    private static final String BEARER = "bearer ";

    private final Identity identity;
    private final BrowserSessions sessions;

    ChatCallers(Identity identity, BrowserSessions sessions) {
        this.identity = identity;
        this.sessions = sessions;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        // Other surfaces authenticate in their own protocol's way.
        return parameter.getParameterType() == Caller.class
                && parameter.getContainingClass().getPackage() == ChatCallers.class.getPackage();
    }

    @Override
    public Caller resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest webRequest,
            @Nullable WebDataBinderFactory binderFactory) {
        HttpServletRequest request = webRequest.getNativeRequest(HttpServletRequest.class);
        if (request == null) {
            throw new IllegalStateException("not a servlet request");
        }
        return caller(request);
    }

    /**
     * For a stream that is open for long.
     *
     * @return says whether whoever asked may still do so; cheap where nothing has changed
     */
    BooleanSupplier watch(HttpServletRequest request) {
        AtomicLong seen = new AtomicLong(identity.epoch());
        return () -> {
            long epoch = identity.epoch();
            if (seen.getAndSet(epoch) == epoch) {
                return true;
            }
            try {
                caller(request);
                return true;
            } catch (StoaException e) {
                return false;
            }
        };
    }

    private Caller caller(HttpServletRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null) {
            if (!authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
                throw new StoaException(ErrorKind.AUTHENTICATION, "Send the key as: Authorization: Bearer sk-stoa-…");
            }
            return identity.authenticate(
                    authorization.substring(BEARER.length()).strip(), KeyScope.CHAT);
        }
        return sessions.authenticate(request, KeyScope.CHAT);
    }
}
