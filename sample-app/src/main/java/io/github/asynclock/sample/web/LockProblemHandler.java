package io.github.asynclock.sample.web;

import io.github.asynclock.LockClosedException;
import io.github.asynclock.LockException;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRejectedException;
import io.github.asynclock.LockTimeoutException;
import io.github.asynclock.LockUnavailableException;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * What the lock's exceptions mean for a caller. Their own messages are for the log: they
 * talk about keys and wait times.
 */
@RestControllerAdvice
class LockProblemHandler {

	// Nothing was done in any of these cases, so a client may simply try again.
	@ExceptionHandler({ LockTimeoutException.class, LockRejectedException.class, LockUnavailableException.class,
			LockClosedException.class })
	ResponseEntity<ProblemDetail> busy(LockException ex) {
		ProblemDetail problem = problem(HttpStatus.SERVICE_UNAVAILABLE, "Busy",
				"Others are using this at the moment. Nothing was changed: try again.", ex);
		return ResponseEntity.of(problem).header(HttpHeaders.RETRY_AFTER, "1").build();
	}

	@ExceptionHandler
	ProblemDetail lost(LockLostException ex) {
		return problem(HttpStatus.INTERNAL_SERVER_ERROR, "Outcome unknown",
				"This was interrupted half-way. Look what was done before you try again.", ex);
	}

	private static ProblemDetail problem(HttpStatus status, String title, String detail, LockException ex) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
		problem.setTitle(title);
		problem.setProperty("reason", ex.getClass().getSimpleName());
		return problem;
	}

}
