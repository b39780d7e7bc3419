package io.github.asynclock.kotlin

import io.github.asynclock.CommandLock
import io.github.asynclock.Lease
import io.github.asynclock.LockKeys
import io.github.asynclock.LockRequest
import io.github.asynclock.LockService
import io.github.asynclock.LockTimeoutException
import io.github.asynclock.Locked
import io.github.asynclock.OnTimeout
import io.github.asynclock.autoconfigure.AsyncLockAutoConfiguration
import io.github.asynclock.redis.TestRedis
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.reactor.awaitSingle
import kotlinx.coroutines.reactor.awaitSingleOrNull
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.assertThrows
import org.springframework.boot.autoconfigure.AutoConfigurations
import org.springframework.boot.test.context.runner.ApplicationContextRunner
import org.springframework.core.PropagationContextElement
import reactor.core.publisher.Mono
import java.util.UUID
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.CoroutineContext

/** Suspending functions, Deferred and Flow under `@Locked`, on any store. */
@Timeout(120)
abstract class KotlinContract {

    private val key = UUID.randomUUID().toString()

    /** What an application sets to keep its locks there. */
    abstract fun properties(): Array<String>

    private fun run(context: CoroutineContext = Dispatchers.Default, test: suspend CoroutineScope.(Orders) -> Unit) {
        ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AsyncLockAutoConfiguration::class.java))
            .withPropertyValues(*properties())
            .withBean(Orders::class.java)
            .withBean(PayLock::class.java)
            .withBean(TryToPayLock::class.java)
            .run {
                val orders = it.getBean(Orders::class.java)
                orders.self = orders
                orders.locks = it.getBean(LockService::class.java)
                runBlocking(context) { withTimeout(60_000) { test(orders) } }
            }
    }

    /** Starts a call that waits in the queue when this returns. */
    private fun <T> CoroutineScope.calling(call: suspend () -> T): Deferred<T> =
        CoroutineScope(coroutineContext + NonCancellable + SupervisorJob())
            .async(start = CoroutineStart.UNDISPATCHED) { call() }

    // suspending functions

    @Test
    fun aSuspendingFunctionHoldsItsKeyUntilItHasEnded() = run { orders ->
        val body = Body()
        val first = calling { orders.process(key, body) }
        body.started.await()
        val second = calling { orders.process(key, Body.ofEnded("second")) }
        assertThat(orders.process("$key-other", Body.ofEnded("other"))).isEqualTo("other")
        assertThat(second.isCompleted).isFalse()
        body.end.complete("first")
        assertThat(listOf(first, second).awaitAll()).containsExactly("first", "second")
    }

    @Test
    fun oneAtATimeWhateverTheirThreads() = run { orders ->
        val counter = Counter()
        (1..200).map { async { orders.count(key, counter) } }.awaitAll()
        assertThat(counter.value).isEqualTo(200)
        assertThat(counter.most.get()).isEqualTo(1)
    }

    @Test
    fun aResultIsThereWhenTheKeyIsFree() = run { orders ->
        repeat(20) {
            orders.process(key, Body.ofEnded("any"))
            assertThat(orders.tryOnce(key, Body.ofEnded("at once"))).isEqualTo("at once")
        }
    }

    @Test
    fun cancellingACoroutineThatWaitsWithdrawsIt() = run { orders ->
        val body = Body()
        val holder = calling { orders.process(key, body) }
        body.started.await()
        val gone = Body()
        val waiter = calling { orders.process(key, gone) }
        val next = calling { orders.process(key, Body.ofEnded("next")) }
        waiter.cancelAndJoin()
        body.end.complete("held")
        assertThat(listOf(holder, next).awaitAll()).containsExactly("held", "next")
        assertThat(gone.started.isCompleted).isFalse()
        assertThat(orders.isLocked(key)).isFalse()
    }

    @Test
    fun aCancelledCoroutineKeepsItsKeyUntilItHasReallyEnded() = run { orders ->
        keepsItsKeyUntilItHasReallyEnded(orders)
    }

    @Test
    fun alsoOneThatWasStartedByItsCallersThread() = run(Dispatchers.Unconfined) { orders ->
        keepsItsKeyUntilItHasReallyEnded(orders)
    }

    private suspend fun CoroutineScope.keepsItsKeyUntilItHasReallyEnded(orders: Orders) {
        val body = Body()
        val caller = calling { orders.cleansUp(key, body) }
        body.started.await()
        caller.cancelAndJoin()
        body.cancelled.await()
        assertThat(orders.isLocked(key)).isTrue()
        val next = calling { orders.process(key, Body.ofEnded("next")) }
        assertThat(orders.tryOnce(key, Body.ofEnded("too early"))).isNull()
        assertThat(next.isCompleted).isFalse()
        body.end.complete("cleaned up")
        assertThat(next.await()).isEqualTo("next")
        assertThat(orders.isLocked(key)).isFalse()
    }

    @Test
    fun aCancelledCoroutineWhoseInnerCallCleansUpKeepsItsKeyToo() = run { orders ->
        val body = Body()
        val caller = calling { orders.nested(key) { orders.cleansUp(key, body) } }
        body.started.await()
        caller.cancelAndJoin()
        body.cancelled.await()
        assertThat(orders.tryOnce(key, Body.ofEnded("too early"))).isNull()
        body.end.complete("cleaned up")
        assertThat(orders.process(key, Body.ofEnded("next"))).isEqualTo("next")
    }

    @Test
    fun anActionReentersItsOwnKey() = run { orders -> reenters(orders) }

    @Test
    fun anActionReentersItsOwnKeyInOneThread() = run(Dispatchers.Unconfined) { orders -> reenters(orders) }

    private suspend fun reenters(orders: Orders) {
        val found = orders.nested(key) {
            val outer = orders.nested(key) { "nested " + orders.tryOnce(key, Body.ofEnded("deep")) }
            val elsewhere = withContext(Dispatchers.IO) { orders.tryOnce(key, Body.ofEnded("elsewhere")) }
            val children = coroutineScope {
                (1..3).map { async { orders.nested(key) { "child" } } }.awaitAll()
            }
            val flow = orders.flow(key, Body.ofEnded("flow")).toList()
            val deferred = orders.deferred(key) { CompletableDeferred("deferred") }.await()
            val blocking = withContext(Dispatchers.IO) { orders.blocking(key) }
            listOf(outer, elsewhere, blocking, deferred) + children + flow
        }
        assertThat(found).containsExactly(
            "nested deep", "elsewhere", "blocked", "deferred", "child", "child", "child", "flow"
        )
    }

    @Test
    fun aForeignCoroutineDoesNotReenter() = run { orders ->
        val body = Body()
        val holder = calling { orders.process(key, body) }
        body.started.await()
        assertThat(orders.tryOnce(key, Body.ofEnded("foreign"))).isNull()
        body.end.complete("done")
        holder.await()
    }

    @Test
    fun theInnermostLeaseIsThereWhereverTheCoroutineRuns() = run { orders ->
        innermostLease(orders)
        assertThat(current()).isNull()
        assertThat(Lease.inContext().awaitSingleOrNull()).isNull()
    }

    @Test
    fun theInnermostLeaseIsThereAlsoInOneThread() = run(Dispatchers.Unconfined) { orders -> innermostLease(orders) }

    private suspend fun innermostLease(orders: Orders) {
        suspend fun keys() = listOf(current(), Lease.inContext().awaitSingle().keys())
        orders.nested("$key-outer") {
            orders.nested("$key-inner") {
                assertThat(keys()).containsOnly(listOf("$key-inner"))
                yield()
                assertThat(keys()).containsOnly(listOf("$key-inner"))
                withContext(Dispatchers.IO) { assertThat(keys()).containsOnly(listOf("$key-inner")) }
            }
            assertThat(keys()).containsOnly(listOf("$key-outer"))
            coroutineScope { async { assertThat(keys()).containsOnly(listOf("$key-outer")) }.await() }
        }
    }

    @Test
    fun aCoroutineThatAnActionResumesIsNotPartOfTheAction() = run(Dispatchers.Unconfined) { orders ->
        val signal = CompletableDeferred<Unit>()
        val seen = CompletableDeferred<List<String>?>()
        val other = calling {
            orders.nested("$key-other") {
                signal.await()
                seen.complete(current())
                orders.tryOnce(key, Body.ofEnded("re-entered"))
            }
        }
        orders.nested(key) {
            signal.complete(Unit)
            assertThat(other.await()).isNull()
        }
        assertThat(seen.await()).containsExactly("$key-other")
    }

    @Test
    fun aCoroutineThatAnActionResumesDoesNotReenterTheActionsKey() = run { orders ->
        val signal = CompletableDeferred<Unit>()
        val other = CoroutineScope(Dispatchers.Unconfined).async {
            signal.await()
            orders.tryOnce(key, Body.ofEnded("re-entered"))
        }
        orders.nested(key) {
            signal.complete(Unit) // runs the other one right here
            assertThat(other.await()).isNull()
            assertThat(orders.tryOnce(key, Body.ofEnded("its own"))).isEqualTo("its own")
        }
    }

    @Test
    fun aCoroutineThatAnActionResumesDoesNotReenterTheActionsKeyByAFlow() = run { orders ->
        val flows = listOf<suspend () -> Flow<String>>({ orders.tryFlow(key) }, { orders.trySuspendingFlow(key) })
        for (flow in flows) {
            val signal = CompletableDeferred<Unit>()
            val other = CoroutineScope(Dispatchers.Unconfined).async {
                signal.await()
                flow().toList()
            }
            orders.nested(key) {
                signal.complete(Unit) // runs the other one right here
                assertThat(other.await()).isEmpty()
                assertThat(flow().toList()).containsExactly("its own")
            }
        }
    }

    @Test
    fun anActionRunsOnItsCallersDispatcherAlsoAfterWaiting() = run { orders ->
        val body = Body()
        val holder = calling { orders.process(key, body) }
        body.started.await()
        Executors.newSingleThreadExecutor { Thread(it, "the callers own") }.asCoroutineDispatcher().use {
            val waiter = async(it, CoroutineStart.UNDISPATCHED) {
                orders.nested(key) { Thread.currentThread().name }
            }
            body.end.complete("done")
            assertThat(waiter.await()).startsWith("the callers own")
        }
        holder.await()
    }

    @Test
    fun nothingIsAResultToo() = run { orders ->
        assertThat(orders.nothing(key)).isNull()
        assertThat(orders.unit(key)).isEqualTo(Unit)
        orders.blockingUnit(key)
    }

    @Test
    fun defaultArgumentsAreFilledIn() = run { orders ->
        assertThat(orders.withDefaults(key)).isEqualTo("1 x")
        assertThat(orders.withDefaults(key, text = "y")).isEqualTo("1 y")
        assertThat(orders.blockingWithDefaults(key)).isEqualTo("1 x")
    }

    @Test
    fun whatTheFunctionThrowsArrivesAndTheKeyIsFree() = run { orders ->
        val failure = assertThrows<IllegalStateException> { runBlocking { orders.fails(key) } }
        assertThat(failure).hasMessage("refused")
        assertThat(orders.isLocked(key)).isFalse()
    }

    @Test
    fun aWaitTimeEndsWithAnErrorOrNull() = run { orders ->
        val body = Body()
        val holder = calling { orders.process(key, body) }
        body.started.await()
        assertThrows<LockTimeoutException> { runBlocking { orders.impatient(key) } }
        assertThat(orders.tryOnce(key, Body.ofEnded("any"))).isNull()
        body.end.complete("done")
        holder.await()
    }

    @Test
    fun valueClassesAreArgumentsLikeOthers() = run { orders ->
        assertThat(orders.byValueClass(OrderId(key), 1)).containsExactly(key, key, "Orders.byValueClass")
        assertThat(orders.byValueClassBlocking(OrderId(key))).containsExactly(key)
    }

    @Test
    fun aFunctionThatDoesNotSuspendMayReturnAValueClass() = run { orders ->
        assertThat(orders.blockingResult(key).getOrNull()).isEqualTo(key)
        assertThat(orders.blockingValueClass(key).value).isEqualTo(key)
    }

    // commands

    @Test
    fun aCommandLockGivesTheKeyOfASuspendingFunction() = run { orders ->
        assertThat(orders.pay(Pay(key))).containsExactly("Pay-$key")
        assertThat(orders.payLater(Pay(key)).toList()).containsExactly("Pay-$key")
    }

    // Deferred

    @Test
    fun aRequestThatMaySkipIsRefusedWhereTheResultIsNotNullable() = run { orders ->
        for (call in listOf<suspend () -> Any>({ orders.tryToPay(TryToPay("1")) }, { orders.blockingTryToPay(TryToPay("1")) })) {
            val failure = runCatching { withContext(Dispatchers.IO) { call() } }.exceptionOrNull()
            assertThat(failure).isInstanceOf(IllegalStateException::class.java)
                .hasMessageContaining("orSkip()")
                .hasMessageContaining("a type that is not nullable; nothing was run. Return a nullable type")
        }
        assertThat(orders.tryToPayOrNull(TryToPay("1"))).isEqualTo("paid")
    }

    @Test
    fun aResultOfAnyTypeWhoseWorkHasNotEndedIsRefused() = run { orders ->
        val work = CompletableDeferred<String>()
        val failure = runCatching { orders.nested<Any>(key) { work } }.exceptionOrNull()
        assertThat(failure).isInstanceOf(IllegalStateException::class.java)
            .hasMessageContaining("Orders.nested(String, Function1)")
            .hasMessageContaining("whose work outlives the lock; await it")
        assertThat(orders.nested<Any>(key) { 5 }).isEqualTo(5)
    }

    @Test
    fun aDeferredAsksWhenTheFunctionIsCalledAndHoldsUntilItHasEnded() = run { orders ->
        val work = CompletableDeferred<String>()
        val first = orders.deferred(key) { work }
        val calls = AtomicInteger()
        val second = orders.deferred(key) { calls.incrementAndGet(); CompletableDeferred("second") }
        assertThat(orders.tryOnce(key, Body.ofEnded("too early"))).isNull()
        assertThat(calls.get()).isZero()
        work.complete("first")
        assertThat(listOf(first, second).awaitAll()).containsExactly("first", "second")
        assertThat(first.await()).isEqualTo("first")
        assertThat(calls.get()).isOne()
        assertThat(orders.tryOnce(key, Body.ofEnded("free"))).isEqualTo("free")
    }

    @Test
    fun aDeferredRunsThoughNobodyAwaitsIt() = run { orders ->
        val ran = CompletableDeferred<String>()
        orders.deferred(key) { ran.complete("ran"); CompletableDeferred("any") }
        assertThat(ran.await()).isEqualTo("ran")
        orders.process(key, Body.ofEnded("after it"))
    }

    @Test
    fun cancellingADeferredThatWaitsWithdrawsIt() = run { orders ->
        val work = CompletableDeferred<String>()
        val holder = orders.deferred(key) { work }
        val gone = AtomicInteger()
        val waiter = orders.deferred(key) { gone.incrementAndGet(); CompletableDeferred("gone") }
        val next = orders.deferred(key) { CompletableDeferred("next") }
        waiter.cancelAndJoin()
        work.complete("held")
        assertThat(listOf(holder, next).awaitAll()).containsExactly("held", "next")
        assertThat(gone.get()).isZero()
        assertThat(orders.isLocked(key)).isFalse()
    }

    @Test
    fun cancellingADeferredThatRunsAsksTheMethodsOwnAndKeepsTheKeyUntilThatHasEnded() = run { orders ->
        val body = Body()
        val scope = CoroutineScope(Dispatchers.Default)
        val running = orders.deferred(key) { scope.async { body.untilCancelled() } }
        body.started.await()
        running.cancelAndJoin()
        body.cancelled.await()
        assertThat(orders.tryOnce(key, Body.ofEnded("too early"))).isNull()
        val next = orders.deferred(key) { CompletableDeferred("next") }
        body.end.complete("cleaned up")
        assertThat(next.await()).isEqualTo("next")
    }

    @Test
    fun aDeferredFailsAsTheMethodsOwnDoes() = run { orders ->
        val failed = orders.deferred(key) { CompletableDeferred<String>().apply { completeExceptionally(IllegalStateException("refused")) } }
        assertThat(assertThrows<IllegalStateException> { runBlocking { failed.await() } }).hasMessage("refused")
        val thrown = orders.deferred(key) { throw IllegalStateException("thrown") }
        assertThat(assertThrows<IllegalStateException> { runBlocking { thrown.await() } }).hasMessage("thrown")
        assertThat(orders.isLocked(key)).isFalse()
    }

    @Test
    fun aLazyDeferredStartsUnderTheLock() = run { orders ->
        val scope = CoroutineScope(Dispatchers.Default)
        val lazy = orders.deferred(key) { scope.async(start = CoroutineStart.LAZY) { "started" } }
        assertThat(withTimeout(20_000) { lazy.await() }).isEqualTo("started")
        assertThat(orders.tryOnce(key, Body.ofEnded("free"))).isEqualTo("free")
    }

    @Test
    fun aDeferredReentersWithSpringsPropagationElement() = run { orders ->
        val scope = CoroutineScope(Dispatchers.Default)
        val found = orders.deferred(key) {
            scope.async(PropagationContextElement()) { orders.tryOnce(key, Body.ofEnded("re-entered")) ?: "not" }
        }
        assertThat(found.await()).isEqualTo("re-entered")
    }

    // Flow

    @Test
    fun aFlowAsksPerCollectionAndHoldsUntilItHasEnded() = run { orders ->
        val body = Body()
        val flow = orders.flow(key, body)
        assertThat(orders.isLocked(key)).isFalse()
        val first = calling { flow.toList() }
        body.started.await()
        val second = calling { flow.toList() }
        assertThat(orders.tryOnce(key, Body.ofEnded("too early"))).isNull()
        body.end.complete("value")
        assertThat(listOf(first, second).awaitAll()).containsExactly(listOf("value"), listOf("value"))
        assertThat(body.runs.get()).isEqualTo(2)
        assertThat(orders.tryOnce(key, Body.ofEnded("free"))).isEqualTo("free")
    }

    @Test
    fun aFlowEmitsNoMoreThanIsAskedFor() = run { orders ->
        val emitted = AtomicInteger()
        val seen = orders.counting(key, emitted).buffer(0).first { it == 3 }
        assertThat(seen).isEqualTo(3)
        assertThat(emitted.get()).isLessThanOrEqualTo(4)
        assertThat(orders.process(key, Body.ofEnded("free"))).isEqualTo("free")
    }

    @Test
    fun cancellingACollectorThatWaitsWithdrawsIt() = run { orders ->
        val body = Body()
        val holder = calling { orders.process(key, body) }
        body.started.await()
        val gone = Body()
        val waiter = calling { orders.flow(key, gone).toList() }
        val next = calling { orders.flow(key, Body.ofEnded("next")).toList() }
        waiter.cancelAndJoin()
        body.end.complete("held")
        assertThat(next.await()).containsExactly("next")
        assertThat(holder.await()).isEqualTo("held")
        assertThat(gone.started.isCompleted).isFalse()
    }

    @Test
    fun aCancelledFlowKeepsItsKeyUntilItHasReallyEnded() = run { orders ->
        val body = Body()
        val collector = calling { orders.cleansUpFlow(key, body).toList() }
        body.started.await()
        collector.cancelAndJoin()
        body.cancelled.await()
        assertThat(orders.tryOnce(key, Body.ofEnded("too early"))).isNull()
        body.end.complete("cleaned up")
        assertThat(orders.process(key, Body.ofEnded("next"))).isEqualTo("next")
    }

    @Test
    fun aFlowHasItsLeaseAndItsCollectorHasNot() = run { orders ->
        val collected = ConcurrentLinkedQueue<Any>()
        orders.leases(key).buffer(0).collect {
            assertThat(current()).isNull()
            collected += it
        }
        assertThat(collected).containsExactly(listOf(key), listOf(key), "re-entered")
    }

    @Test
    fun aFlowThatEmitsNullFailsInsteadOfEndingThere() = run { orders ->
        for (flow in listOf(orders.nulls(key), orders.suspendingNulls(key))) {
            assertThat(runCatching { flow.toList() }.exceptionOrNull()).isInstanceOf(IllegalStateException::class.java)
                .hasMessageContaining("ulls(String)")
                .hasMessageContaining("its Flow emitted null")
        }
        assertThat(orders.tryOnce(key, Body.ofEnded("free"))).isEqualTo("free")
    }

    @Test
    fun aSuspendingFunctionMayReturnAFlow() = run { orders ->
        val body = Body()
        val flow = orders.suspendingFlow(key, body)
        assertThat(orders.isLocked(key)).isFalse()
        val first = calling { flow.toList() }
        body.started.await()
        assertThat(orders.tryOnce(key, Body.ofEnded("too early"))).isNull()
        body.end.complete("value")
        assertThat(first.await()).containsExactly("value", "re-entered")
        assertThat(flow.toList()).containsExactly("value", "re-entered")
        assertThat(orders.isLocked(key)).isFalse()
    }

    /** What an action does; a test says when. */
    class Body {

        val started = CompletableDeferred<Unit>()

        val cancelled = CompletableDeferred<Unit>()

        val end = CompletableDeferred<String>()

        val runs = AtomicInteger()

        suspend fun run(): String {
            runs.incrementAndGet()
            started.complete(Unit)
            return end.await()
        }

        suspend fun untilCancelled(): String {
            try {
                started.complete(Unit)
                CompletableDeferred<Unit>().await()
                return "never"
            } finally {
                withContext(NonCancellable) {
                    cancelled.complete(Unit)
                    end.await()
                }
            }
        }

        companion object {
            fun ofEnded(result: String) = Body().apply { end.complete(result) }
        }
    }

    class Counter {

        val most = AtomicInteger()

        private val running = AtomicInteger()

        var value = 0

        suspend fun count() {
            most.accumulateAndGet(running.incrementAndGet(), Math::max)
            val read = value
            yield()
            value = read + 1
            running.decrementAndGet()
        }
    }

    data class Pay(val id: String)

    class PayLock : CommandLock<Pay> {
        override fun lockFor(command: Pay): Mono<LockRequest> =
            Mono.fromFuture(CompletableFuture.supplyAsync { LockRequest.of("Pay-" + command.id) })
    }

    data class TryToPay(val id: String)

    class TryToPayLock : CommandLock<TryToPay> {
        override fun lockFor(command: TryToPay): Mono<LockRequest> = Mono.just(LockRequest.of("Pay-" + command.id).orSkip())
    }

    open class Orders {

        open lateinit var self: Orders

        open lateinit var locks: LockService

        open suspend fun isLocked(key: String): Boolean = locks.isLocked(key).awaitSingle()

        @Locked(key = ["#key"])
        open suspend fun process(key: String, body: Body): String = body.run()

        @Locked(key = ["#key"])
        open suspend fun count(key: String, counter: Counter) = counter.count()

        @Locked(key = ["#key"], waitTime = "0", onTimeout = OnTimeout.SKIP)
        open suspend fun tryOnce(key: String, body: Body): String? = body.run()

        @Locked(key = ["#key"])
        open suspend fun cleansUp(key: String, body: Body): String = body.untilCancelled()

        @Locked(key = ["#key"])
        open suspend fun <T> nested(key: String, block: suspend () -> T): T = block()

        @Locked(key = ["#p0"])
        open suspend fun nothing(key: String): String? = null

        @Locked(key = ["#root.args[0]"])
        open suspend fun unit(key: String) {
            yield()
        }

        @Locked(key = ["#key"])
        open fun blockingUnit(key: String) {
        }

        @Locked(key = ["#key"])
        open fun blocking(key: String): String = "blocked"

        @Locked(key = ["#key + #count"])
        open suspend fun withDefaults(key: String, count: Int = 1, text: String = "x"): String = "$count $text"

        @Locked(key = ["#key + #count"])
        open fun blockingWithDefaults(key: String, count: Int = 1, text: String = "x"): String = "$count $text"

        @Locked(key = ["#key"])
        open suspend fun fails(key: String): String = throw IllegalStateException("refused")

        @Locked(key = ["#key"], waitTime = "0")
        open suspend fun impatient(key: String): String = "impatient"

        @Locked(key = ["#id"])
        open suspend fun byValueClass(id: OrderId, count: Int): List<String> =
            listOf(id.value) + current()!! + "Orders.byValueClass"

        @Locked(key = ["#id"])
        open fun byValueClassBlocking(id: OrderId): List<String> = current()!!

        @Locked(key = ["#key"])
        open fun blockingValueClass(key: String): OrderId = OrderId(key)

        @Locked(key = ["#key"])
        open fun blockingResult(key: String): Result<String> = Result.success(key)

        @Locked
        open suspend fun pay(command: Pay): List<String> = current()!!

        @Locked
        open suspend fun tryToPay(command: TryToPay): String = "paid"

        @Locked
        open fun blockingTryToPay(command: TryToPay): String = "paid"

        @Locked
        open suspend fun tryToPayOrNull(command: TryToPay): String? = "paid"

        @Locked
        open fun payLater(command: Pay): Flow<String> = flow { emit(current()!!.single()) }

        @Locked(key = ["#key"])
        open fun deferred(key: String, work: () -> Deferred<String>): Deferred<String> = work()

        @Locked(key = ["#key"])
        open fun flow(key: String, body: Body): Flow<String> = flow { emit(body.run()) }

        @Locked(key = ["#key"], waitTime = "0", onTimeout = OnTimeout.SKIP)
        open fun tryFlow(key: String): Flow<String> = flowOf("its own")

        @Locked(key = ["#key"], waitTime = "0", onTimeout = OnTimeout.SKIP)
        open suspend fun trySuspendingFlow(key: String): Flow<String> = flowOf("its own")

        @Locked(key = ["#key"])
        open fun nulls(key: String): Flow<String?> = flowOf("first", null, "last")

        @Locked(key = ["#key"])
        open suspend fun suspendingNulls(key: String): Flow<String?> = flowOf("first", null, "last")

        @Locked(key = ["#key"])
        open fun cleansUpFlow(key: String, body: Body): Flow<String> = flow { emit(body.untilCancelled()) }

        @Locked(key = ["#key"])
        open fun counting(key: String, emitted: AtomicInteger): Flow<Int> = flow {
            while (true) {
                emit(emitted.incrementAndGet())
            }
        }

        @Locked(key = ["#key"])
        open fun leases(key: String): Flow<Any> = flow {
            emit(current()!!)
            yield()
            emit(current()!!)
            emit(self.tryOnce(key, Body.ofEnded("re-entered"))!!)
        }.flowOn(Dispatchers.Default)

        @Locked(key = ["#key"])
        open suspend fun suspendingFlow(key: String, body: Body): Flow<String> {
            yield()
            return flow {
                emit(body.run())
                emit(self.tryOnce(key, Body.ofEnded("re-entered"))!!)
            }
        }
    }

    companion object {
        fun current(): List<String>? = Lease.current().map { it.keys() }.orElse(null)
    }
}

@JvmInline
value class OrderId(val value: String)

class LocalKotlinTests : KotlinContract() {

    override fun properties() = arrayOf("async-lock.provider=local")
}

class RedisKotlinTests : KotlinContract() {

    override fun properties() = arrayOf(
        "async-lock.redis.url=" + TestRedis.shared().url(),
        "async-lock.redis.key-prefix=" + TestRedis.randomPrefix(),
        // On a busy machine the first connection takes a while.
        "async-lock.redis.command-timeout=20s",
    )
}
