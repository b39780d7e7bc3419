package io.github.asynclock.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A certificate of a test's own, for 127.0.0.1 and localhost, signed by itself: as a key
 * store and as PEM. Made with the JDK's keytool.
 */
final class Certificates {

	static final String PASSWORD = "changeit";

	private final Path store;

	private final Path certificate;

	private final Path key;

	private Certificates(Path store, Path certificate, Path key) {
		this.store = store;
		this.certificate = certificate;
		this.key = key;
	}

	static Certificates in(Path folder, String name) {
		Path store = folder.resolve(name + ".p12");
		Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
		Process made = Processes.start(new ProcessBuilder(keytool.toString(), "-genkeypair", "-alias", name, "-keyalg",
				"EC", "-dname", "CN=" + name, "-ext", "SAN=ip:127.0.0.1,dns:localhost", "-validity", "2", "-storetype",
				"PKCS12", "-keystore", store.toString(), "-storepass", PASSWORD)
			.redirectErrorStream(true)
			.redirectOutput(folder.resolve(name + ".out").toFile()));
		Processes.awaitExit(made, 60);
		try {
			KeyStore keys = KeyStore.getInstance("PKCS12");
			try (InputStream in = Files.newInputStream(store)) {
				keys.load(in, PASSWORD.toCharArray());
			}
			return new Certificates(store,
					pem(folder.resolve(name + ".crt"), "CERTIFICATE", keys.getCertificate(name).getEncoded()),
					pem(folder.resolve(name + ".key"), "PRIVATE KEY",
							keys.getKey(name, PASSWORD.toCharArray()).getEncoded()));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Path pem(Path file, String kind, byte[] content) throws IOException {
		String text = Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(content);
		return Files.writeString(file, "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
	}

	/** With the key, PKCS12. */
	Path store() {
		return this.store;
	}

	/** PEM. */
	Path certificate() {
		return this.certificate;
	}

	/** PEM, not encrypted. */
	Path key() {
		return this.key;
	}

}
