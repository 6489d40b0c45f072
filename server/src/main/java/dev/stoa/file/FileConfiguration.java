package dev.stoa.file;

import java.nio.file.Path;
import java.time.Clock;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class FileConfiguration {

    @Bean
    BlobStore blobStore(FileLimits limits, @Value("${stoa.data}") Path dataFolder, Clock clock) {
        return new FolderBlobStore(
                limits.folder(dataFolder),
                limits.diskMargin().toBytes(),
                folder -> java.nio.file.Files.getFileStore(folder).getUsableSpace(),
                clock);
    }

    @Bean
    FileSweeper fileSweeper(Files files, Clock clock) {
        return new FileSweeper(files, clock);
    }
}
