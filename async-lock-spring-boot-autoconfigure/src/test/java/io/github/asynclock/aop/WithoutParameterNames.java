package io.github.asynclock.aop;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Compiles a class without {@code -parameters} and debug information, into a class loader
 * of its own.
 */
final class WithoutParameterNames {

	private WithoutParameterNames() {
	}

	static Class<?> compile(String name, String source) throws Exception {
		Path folder = Files.createTempDirectory("async-lock");
		Path file = Files.writeString(folder.resolve(name + ".java"), source);
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		List<String> options = List.of("-g:none", "-proc:none", "-d", folder.toString(), "-classpath",
				System.getProperty("java.class.path"));
		boolean compiled = compiler
			.getTask(null, null, null, options, null,
					compiler.getStandardFileManager(null, null, null).getJavaFileObjects(file))
			.call();
		if (!compiled) {
			throw new IllegalStateException("Not compiled: " + source);
		}
		URL[] path = { folder.toUri().toURL() };
		return new URLClassLoader(path, WithoutParameterNames.class.getClassLoader()).loadClass(name);
	}

}
