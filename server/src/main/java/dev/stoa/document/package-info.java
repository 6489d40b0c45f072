/**
 * Files that people and programs send, as text for a model: plain text, Markdown, code, PDF.
 *
 * <p>{@link dev.stoa.document.Documents} is what others call. A file is hostile until it is text: what is not PDF is only
 * decoded; a PDF is read in a process of its own ({@link dev.stoa.document.PdfMain}) with bounds of memory and time, so
 * that the worst file costs one child process and no request of anybody else. Every bound is in
 * {@link dev.stoa.document.DocumentLimits}. Nothing is kept.
 */
@NullMarked
package dev.stoa.document;

import org.jspecify.annotations.NullMarked;
