/** The service: a modular monolith on Spring Boot. */
@NullMarked
package dev.stoa;

import org.jspecify.annotations.NullMarked;
