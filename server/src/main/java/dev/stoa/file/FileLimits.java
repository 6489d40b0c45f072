package dev.stoa.file;

import dev.stoa.shared.Folders;
import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Where files lie and how much there may be of them, {@code stoa.files.*}.
 *
 * @param folder of the contents; empty means {@code files} in the data folder. Several servers on one database need one
 *     that they share
 * @param size the largest file: both protocols' own 500 MB or so
 * @param organizationSize what all files of an organization may have together, with those that it is sending
 * @param diskMargin room that uploads leave on the disk: the database lives there too, as a rule
 */
@ConfigurationProperties("stoa.files")
public record FileLimits(
        @DefaultValue("") String folder,
        @DefaultValue("512MB") DataSize size,
        @DefaultValue("100GB") DataSize organizationSize,
        @DefaultValue("256MB") DataSize diskMargin) {

    /** @throws IllegalArgumentException naming the setting that is out of range */
    public FileLimits {
        require(size.toBytes() >= 1, "stoa.files.size must be at least 1B");
        require(organizationSize.toBytes() >= 1, "stoa.files.organization-size must be at least 1B");
        require(diskMargin.toBytes() >= 0, "stoa.files.disk-margin must not be negative");
    }

    /** The folder of the contents, absolute. */
    Path folder(Path dataFolder) {
        return folder.isBlank() ? dataFolder.resolve("files") : Folders.expand(folder);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
