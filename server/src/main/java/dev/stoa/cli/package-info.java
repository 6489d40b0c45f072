/** The command line: serve, chat, pull, models, doctor. */
@NullMarked
package dev.stoa.cli;

import org.jspecify.annotations.NullMarked;
