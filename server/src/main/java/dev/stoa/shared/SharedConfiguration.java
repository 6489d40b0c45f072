package dev.stoa.shared;

import java.util.random.RandomGenerator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The sources of names that the whole house draws from. */
@Configuration(proxyBeanMethods = false)
class SharedConfiguration {

    @Bean
    Ids ids(RandomGenerator random) {
        return new Ids(random);
    }
}
