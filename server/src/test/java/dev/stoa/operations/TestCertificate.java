package dev.stoa.operations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/** A key and its certificate for {@code localhost} and {@code 127.0.0.1}, signed by itself; made by the JDK's keytool. */
public final class TestCertificate {
    public static final String PASSWORD = "changeit";
    private static final String ALIAS = "server";

    private final Path folder;

    private TestCertificate(Path folder) {
        this.folder = folder;
    }

    /** Makes one in a folder. */
    public static TestCertificate make(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        TestCertificate made = new TestCertificate(folder);
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-validity",
                        "2",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        made.store().toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.txt").toFile())
                .start();
        if (keytool.waitFor() != 0) {
            throw new IOException(Files.readString(folder.resolve("keytool.txt")));
        }
        KeyStore store = KeyStore.getInstance(made.store().toFile(), PASSWORD.toCharArray());
        pem(made.certificate(), "CERTIFICATE", store.getCertificate(ALIAS).getEncoded());
        pem(
                made.key(),
                "PRIVATE KEY",
                store.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded());
        return made;
    }

    private static void pem(Path file, String what, byte[] content) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        Files.writeString(file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, text, what));
    }

    /** Both, in PKCS #12, under {@link #PASSWORD}. */
    public Path store() {
        return folder.resolve("server.p12");
    }

    /** In PEM. */
    public Path certificate() {
        return folder.resolve("server.crt");
    }

    /** In PEM, not encrypted. */
    public Path key() {
        return folder.resolve("server.key");
    }
}
