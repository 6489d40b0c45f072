package dev.stoa.batch;

import java.util.List;

/** A part of a list. @param more whether there are batches beyond it, in the direction of the query */
public record BatchPage(List<Batch> batches, boolean more) {}
