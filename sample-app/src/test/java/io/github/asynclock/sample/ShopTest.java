package io.github.asynclock.sample;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.Timeout;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.context.annotation.Import;

/**
 * The shop, its doors open, without its scheduled job. The time limits are there so that
 * a test that waits for ever ends; none of them measures anything.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "shop.sync.initial-delay=1d", "spring.r2dbc.pool.max-size=200", "server.shutdown=immediate" })
@AutoConfigureWebTestClient(timeout = "120s")
@Import(GatheringRemoteCall.class)
@Timeout(180)
public @interface ShopTest {

}
