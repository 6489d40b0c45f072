package dev.stoa.api.chat;

import java.time.Duration;
import java.util.List;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.CacheControl;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.resource.EncodedResourceResolver;

/**
 * The application's files. Names under {@code /assets} hold a hash of their content, so browsers keep them for good;
 * others are asked for anew. Where the build left a {@code .br} or {@code .gz} twin, that is what is sent.
 */
@Configuration(proxyBeanMethods = false)
@Order(Ordered.HIGHEST_PRECEDENCE)
class WebConfiguration implements WebMvcConfigurer {
    private static final String FILES = "classpath:/META-INF/resources/";

    private final ChatCallers callers;

    WebConfiguration(ChatCallers callers) {
        this.callers = callers;
    }

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(callers);
    }

    /** With a handler for everything here, Spring Boot adds none of its own. */
    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        files(
                registry,
                "/assets/**",
                FILES + "assets/",
                CacheControl.maxAge(ChatLimits.ASSET_AGE).cachePublic().immutable());
        files(registry, "/**", FILES, CacheControl.maxAge(Duration.ZERO).mustRevalidate());
    }

    private static void files(ResourceHandlerRegistry registry, String path, String folder, CacheControl cache) {
        registry.addResourceHandler(path)
                .addResourceLocations(folder)
                .setCacheControl(cache)
                .resourceChain(true)
                .addResolver(new EncodedResourceResolver());
    }
}
