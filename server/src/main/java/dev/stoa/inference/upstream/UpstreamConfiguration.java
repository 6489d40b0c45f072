package dev.stoa.inference.upstream;

import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

@Configuration(proxyBeanMethods = false)
class UpstreamConfiguration {

    @Bean
    @Order(2)
    Upstreams upstreams(UpstreamSettings settings, Clock clock) {
        return new Upstreams(settings, clock);
    }
}
