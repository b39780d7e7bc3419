package io.github.asynclock.sample.web;

import io.github.asynclock.sample.InvalidInputException;
import io.github.asynclock.sample.NotFoundException;
import io.github.asynclock.sample.RefusedException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.reactive.result.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebInputException;

/** Says no in the way of RFC 9457, with words that help. */
@RestControllerAdvice
class ProblemHandler extends ResponseEntityExceptionHandler {

	@ExceptionHandler
	ProblemDetail invalid(InvalidInputException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, ex.getMessage());
	}

	@ExceptionHandler
	ProblemDetail notFound(NotFoundException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, ex.getMessage());
	}

	@ExceptionHandler
	ProblemDetail refused(RefusedException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, ex.getMessage());
	}

	@Override
	protected Mono<ResponseEntity<Object>> handleServerWebInputException(ServerWebInputException ex,
			HttpHeaders headers, HttpStatusCode status, ServerWebExchange exchange) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, explain(ex));
		return handleExceptionInternal(ex, problem, headers, status, exchange);
	}

	private static @Nullable String explain(ServerWebInputException ex) {
		for (Throwable cause = ex.getCause(); cause != null; cause = cause.getCause()) {
			if (cause instanceof InvalidInputException) {
				return cause.getMessage();
			}
			if (cause instanceof TypeMismatchException mismatch && ex.getMethodParameter() != null) {
				return ex.getMethodParameter().getParameterName() + " is \"" + mismatch.getValue() + "\"; give a "
						+ ex.getMethodParameter().getParameterType().getSimpleName();
			}
		}
		return ex.getReason() + ((ex.getCause() != null) ? ": " + firstLine(ex.getMostSpecificCause()) : "");
	}

	private static String firstLine(Throwable cause) {
		return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
	}

}
