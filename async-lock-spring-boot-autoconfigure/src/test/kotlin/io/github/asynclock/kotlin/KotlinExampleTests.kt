package io.github.asynclock.kotlin

import io.github.asynclock.FirstWins
import io.github.asynclock.Locked
import io.github.asynclock.autoconfigure.AsyncLockAutoConfiguration
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.springframework.boot.autoconfigure.AutoConfigurations
import org.springframework.boot.test.context.runner.ApplicationContextRunner
import org.springframework.stereotype.Service
import java.nio.file.Path
import kotlin.io.path.readText

/** What docs/kotlin.md shows. */
class KotlinExampleTests {

    @Test
    fun itWorks() {
        ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AsyncLockAutoConfiguration::class.java))
            .withBean(Payments::class.java)
            .withBean(Orders::class.java)
            .run {
                val orders = it.getBean(Orders::class.java)
                runBlocking {
                    assertThat(orders.process(1)).isEqualTo(Receipt(1))
                    assertThat(orders.steps(1).toList()).containsExactly(Step("packed"), Step("sent"))
                    assertThat(orders.report(1).await()).isEqualTo(Report(1))
                    assertThat(orders.payOnce(1)).isEqualTo(Receipt(1))
                    assertThat(orders.payOnce(1)).isNull()
                }
            }
    }

    /** The compiler plugin is not part of this build: here the class is opened by hand. */
    @Test
    fun itIsWhatTheDocumentationShows() {
        val shown = Path.of("../docs/kotlin.md").readText().substringAfter("```kotlin\n").substringBefore("```").trim()
        val source = Path.of("src/test/kotlin/io/github/asynclock/kotlin/KotlinExampleTests.kt").readText()
        assertThat(source.replace("open ", "")).contains(shown)
    }
}

class Payments {

    suspend fun check(id: Long) = assertThat(KotlinContract.current()).containsExactly("order-$id")

    suspend fun charge(id: Long) = Receipt(id)

    fun steps(id: Long): Flow<Step> = flowOf(Step("packed"), Step("sent"))

    fun reportAsync(id: Long): Deferred<Report> = CompletableDeferred(Report(id))
}

data class Receipt(val id: Long)

data class Step(val name: String)

data class Report(val id: Long)

@Service
open class Orders(private val payments: Payments) {

    @Locked(key = ["'order-' + #id"], waitTime = "5s")
    open suspend fun process(id: Long): Receipt {
        payments.check(id)
        return payments.charge(id)      // the key is held meanwhile, no thread is
    }

    @Locked(key = ["'order-' + #id"])
    open fun steps(id: Long): Flow<Step> = payments.steps(id)

    @Locked(key = ["'order-' + #id"])
    open fun report(id: Long): Deferred<Report> = payments.reportAsync(id)

    @FirstWins(key = ["'payment-' + #id"], window = "1m")
    open suspend fun payOnce(id: Long): Receipt? = payments.charge(id)   // null for all but the first

}
