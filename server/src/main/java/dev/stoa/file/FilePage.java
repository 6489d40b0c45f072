package dev.stoa.file;

import java.util.List;

/** A part of a list. @param more whether there are files beyond it, in the direction of the query */
public record FilePage(List<StoredFile> files, boolean more) {}
