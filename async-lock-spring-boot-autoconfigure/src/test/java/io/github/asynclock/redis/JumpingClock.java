package io.github.asynclock.redis;

import java.lang.instrument.ClassFileTransformer;
import java.nio.charset.StandardCharsets;
import java.security.ProtectionDomain;
import java.util.concurrent.atomic.AtomicInteger;

import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/**
 * The wall clock of a worker, which can jump: all classes but the JDK's that ask
 * {@link System#currentTimeMillis} are made to ask here. (libfaketime makes a JVM's timed
 * waits wrong, too, which no jump of a real clock does.)
 */
public final class JumpingClock {

	private static final String CLOCK = "currentTimeMillis";

	private static volatile long offset;

	private static final AtomicInteger changed = new AtomicInteger();

	private JumpingClock() {
	}

	/** What classes are made to call. */
	public static long currentTimeMillis() {
		return System.currentTimeMillis() + offset;
	}

	static void jump(long millis) {
		offset += millis;
	}

	/** How many classes that ask for the time ask here. */
	static int changed() {
		return changed.get();
	}

	static void install() {
		ByteBuddyAgent.install().addTransformer(new ClassFileTransformer() {

			@Override
			public byte[] transform(ClassLoader loader, String name, Class<?> type, ProtectionDomain domain,
					byte[] bytes) {
				boolean ours = JumpingClock.class.getName().replace('.', '/').equals(name);
				return (loader == null || ours || !contains(bytes, CLOCK)) ? null : askHere(bytes);
			}

		});
	}

	private static boolean contains(byte[] bytes, String text) {
		return new String(bytes, StandardCharsets.ISO_8859_1).contains(text);
	}

	private static byte[] askHere(byte[] bytes) {
		ClassReader reader = new ClassReader(bytes);
		ClassWriter writer = new ClassWriter(reader, 0);
		reader.accept(new ClassVisitor(Opcodes.ASM9, writer) {

			@Override
			public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
					String[] exceptions) {
				return asksHere(super.visitMethod(access, name, descriptor, signature, exceptions));
			}

		}, 0);
		changed.incrementAndGet();
		return writer.toByteArray();
	}

	private static MethodVisitor asksHere(MethodVisitor method) {
		return new MethodVisitor(Opcodes.ASM9, method) {

			@Override
			public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
				boolean asks = owner.equals("java/lang/System") && name.equals(CLOCK);
				super.visitMethodInsn(opcode, asks ? JumpingClock.class.getName().replace('.', '/') : owner, name,
						descriptor, isInterface);
			}

		};
	}

}
