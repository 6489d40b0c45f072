package dev.stoa.response;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ResponseConfiguration {

    @Bean
    ResponseSweeper responseSweeper(ResponseStore store) {
        return new ResponseSweeper(store);
    }
}
