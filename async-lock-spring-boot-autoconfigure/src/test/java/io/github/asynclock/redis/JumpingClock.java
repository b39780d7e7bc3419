package io.github.asynclock.redis;

import java.lang.reflect.Method;
import java.util.concurrent.atomic.AtomicInteger;

import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.MemberSubstitution;
import net.bytebuddy.matcher.ElementMatchers;

/**
 * The wall clock of a worker, which can jump: all classes but the JDK's that ask
 * {@link System#currentTimeMillis} are made to ask here. (libfaketime makes a JVM's timed
 * waits wrong, too, which no jump of a real clock does.)
 */
public final class JumpingClock {

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

	/** How many classes were looked through, and changed where they ask for the time. */
	static int changed() {
		return changed.get();
	}

	static void install() {
		try {
			Method ours = JumpingClock.class.getMethod("currentTimeMillis");
			new AgentBuilder.Default()
				.ignore(ElementMatchers.nameStartsWith("net.bytebuddy.")
					.or(ElementMatchers.nameStartsWith("java."))
					.or(ElementMatchers.nameStartsWith("jdk."))
					.or(ElementMatchers.nameStartsWith("sun."))
					.or(ElementMatchers.nameStartsWith("com.sun."))
					.or(ElementMatchers.is(JumpingClock.class)))
				.type(ElementMatchers.any())
				.transform((builder, type, loader, module, domain) -> {
					changed.incrementAndGet();
					return builder.visit(MemberSubstitution.relaxed()
						.method(ElementMatchers.named("currentTimeMillis")
							.and(ElementMatchers.isDeclaredBy(System.class)))
						.replaceWith(ours)
						.on(ElementMatchers.any()));
				})
				.installOn(ByteBuddyAgent.install());
		}
		catch (NoSuchMethodException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
