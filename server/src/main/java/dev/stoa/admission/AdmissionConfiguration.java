package dev.stoa.admission;

import dev.stoa.shared.Limits;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class AdmissionConfiguration {

    @Bean
    Admission admission(Limits limits) {
        return new Admission(limits, System::nanoTime);
    }
}
