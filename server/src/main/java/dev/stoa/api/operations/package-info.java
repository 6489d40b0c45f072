/** What an operator's tools ask over HTTP: is it alive, is it ready, how is it doing. */
@NullMarked
package dev.stoa.api.operations;

import org.jspecify.annotations.NullMarked;
