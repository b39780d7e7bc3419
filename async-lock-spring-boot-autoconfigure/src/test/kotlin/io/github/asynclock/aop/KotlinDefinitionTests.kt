package io.github.asynclock.aop

import io.github.asynclock.CommandLock
import io.github.asynclock.LockRequest
import io.github.asynclock.Locked
import io.github.asynclock.OnTimeout
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.ReceiveChannel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import reactor.core.publisher.Flux
import reactor.core.publisher.Mono
import java.util.concurrent.CompletableFuture
import kotlin.reflect.KClass

/** What is written in Kotlin and cannot work is refused at start-up, in words that help there. */
class KotlinDefinitionTests {

    @Test
    fun aFinalClass() = refused(FinalClass::class, "FinalClass.process(String) cannot be locked", "kotlin-spring")

    @Test
    fun aFinalFunction() = refused(FinalFunction::class, "FinalFunction.process(String) is final", "kotlin-spring")

    @Test
    fun aFinalSuspendingFunction() =
        refused(FinalSuspending::class, "FinalSuspending.process(String) is final", "kotlin-spring")

    @Test
    fun aKeyThatNamesNoParameter() =
        refused(WrongName::class, "WrongName.process(String)", "its parameters are #id")

    @Test
    fun theContinuationIsNoParameter() =
        refused(Continued::class, "Continued.process(String)", "its parameters are #id")

    @Test
    fun noParametersAreNone() = refused(NoParameters::class, "NoParameters.process()", "the method has no parameters")

    @Test
    fun aValueClassAmongTheParametersLeavesTheNameAsItWasWritten() =
        refused(Mangled::class, "Mangled.process(String)", "its parameters are #id")

    @Test
    fun namesThatAreNotThere() {
        assertThat(KeyParameters(null, 2, true).describe()).contains("kotlin-reflect", "-java-parameters", "#p0 to #p1")
        assertThat(KeyParameters(null, 2, false).describe()).doesNotContain("kotlin").contains("-parameters")
    }

    @Test
    fun nullWhereTheTypeForbidsIt() {
        for (type in listOf(SkippingSuspend::class, SkippingBlocking::class)) {
            refused(type, "onTimeout = SKIP, which gives null", "question mark")
        }
    }

    @Test
    fun nullWhereTheTypeAllowsIt() = LockedContext.of(Skipping::class.java).close()

    @Test
    fun workThatASuspendingFunctionLeavesBehind() {
        for (type in listOf(
            SuspendMono::class, SuspendFlux::class, SuspendDeferred::class, SuspendFuture::class, SuspendJob::class
        )) {
            refused(type, "whose work has not ended when it returns", "Await it")
        }
    }

    /** A caller gets it unwrapped where it is there at once, and wrapped where the caller was suspended. */
    @Test
    fun aSuspendingFunctionThatReturnsAValueClass() {
        refused(SuspendValue::class, "returns the value class " + Id::class.java.name, "ordinary class")
        refused(SuspendResult::class, "returns the value class kotlin.Result", "runCatching")
    }

    @Test
    fun workThatNothingFollows() {
        refused(PlainJob::class, "kotlinx.coroutines.Job", "Deferred")
        refused(PlainChannel::class, "kotlinx.coroutines.channels.ReceiveChannel", "Flow")
        refused(PlainStateFlow::class, "kotlinx.coroutines.flow.StateFlow", "Declare kotlinx.coroutines.flow.Flow")
    }

    @Test
    fun theContinuationIsNoCommand() {
        LockedContext.of(Commanded::class.java, AnyLock::class.java).use {
            runBlocking { assertThat(it.getBean(Commanded::class.java).process("id")).isEqualTo("done id") }
        }
    }

    @Test
    fun aSuspendingFunctionOfAGenericInterface() {
        LockedContext.of(Handling::class.java).use {
            runBlocking { assertThat(it.getBean(Handler::class.java).let { h -> call(h) }).isEqualTo("handled id") }
        }
    }

    @Suppress("UNCHECKED_CAST")
    private suspend fun call(handler: Handler<*>) = (handler as Handler<String>).handle("id")

    private fun refused(type: KClass<*>, vararg words: String) {
        val failure = LockedContext.startFailure(type.java)
        assertThat(failure.message + " " + failure.action).contains(*words).doesNotContain("Continuation")
    }

    class FinalClass {
        @Locked(key = ["#id"])
        fun process(id: String) = id
    }

    open class FinalFunction {
        @Locked(key = ["#id"])
        fun process(id: String) = id
    }

    open class FinalSuspending {
        @Locked(key = ["#id"])
        suspend fun process(id: String) = id
    }

    open class WrongName {
        @Locked(key = ["#order"])
        open fun process(id: String) = id
    }

    open class Continued {
        @Locked(key = ["#p1"])
        open suspend fun process(id: String) = id
    }

    open class NoParameters {
        @Locked(key = ["#id"])
        open suspend fun process() = 1
    }

    open class Mangled {
        @Locked(key = ["#order"])
        open fun process(id: Id) = id.value
    }

    open class SkippingSuspend {
        @Locked(key = ["#id"], onTimeout = OnTimeout.SKIP)
        open suspend fun process(id: String) = 1
    }

    open class SkippingBlocking {
        @Locked(key = ["#id"], onTimeout = OnTimeout.SKIP)
        open fun process(id: String) = id
    }

    open class Skipping {
        @Locked(key = ["#id"], onTimeout = OnTimeout.SKIP)
        open suspend fun number(id: String): Int? = 1

        @Locked(key = ["#id"], onTimeout = OnTimeout.SKIP)
        open suspend fun nothing(id: String) {
        }

        @Locked(key = ["#id"], onTimeout = OnTimeout.SKIP)
        open suspend fun flow(id: String): Flow<String> = throw UnsupportedOperationException()

        @Locked(key = ["#id"], onTimeout = OnTimeout.SKIP)
        open fun text(id: String): String? = id

        @Locked(key = ["#id"], onTimeout = OnTimeout.SKIP)
        open fun unit(id: String) {
        }
    }

    open class SuspendMono {
        @Locked(key = ["#id"])
        open suspend fun process(id: String): Mono<String> = Mono.just(id)
    }

    open class SuspendFlux {
        @Locked(key = ["#id"])
        open suspend fun process(id: String): Flux<String> = Flux.just(id)
    }

    open class SuspendDeferred {
        @Locked(key = ["#id"])
        open suspend fun process(id: String): Deferred<String> = throw UnsupportedOperationException()
    }

    open class SuspendFuture {
        @Locked(key = ["#id"])
        open suspend fun process(id: String): CompletableFuture<String> = CompletableFuture.completedFuture(id)
    }

    open class SuspendJob {
        @Locked(key = ["#id"])
        open suspend fun process(id: String): Job = Job()
    }

    open class SuspendValue {
        @Locked(key = ["#id"])
        open suspend fun process(id: String): Id = Id(id)
    }

    open class SuspendResult {
        @Locked(key = ["#id"])
        open suspend fun process(id: String): Result<String> = Result.success(id)
    }

    open class PlainJob {
        @Locked(key = ["#id"])
        open fun process(id: String): Job = Job()
    }

    open class PlainChannel {
        @Locked(key = ["#id"])
        open fun process(id: String): ReceiveChannel<String> = throw UnsupportedOperationException()
    }

    open class PlainStateFlow {
        @Locked(key = ["#id"])
        open fun process(id: String): StateFlow<String> = throw UnsupportedOperationException()
    }

    open class Commanded {
        @Locked
        open suspend fun process(id: String) = "done $id"
    }

    class AnyLock : CommandLock<Any> {
        override fun lockFor(command: Any): Mono<LockRequest> = Mono.just(LockRequest.of("any-$command"))
    }

    interface Handler<C> {
        suspend fun handle(command: C): String
    }

    open class Handling : Handler<String> {
        @Locked(key = ["#command"])
        override suspend fun handle(command: String) = "handled $command"
    }

    @JvmInline
    value class Id(val value: String)
}
