/** What all surfaces share of HTTP: a request's name, and whether its client is still there. */
@NullMarked
package dev.stoa.api;

import org.jspecify.annotations.NullMarked;
