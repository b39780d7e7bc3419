package io.github.asynclock.sample.web;

import io.github.asynclock.sample.InvalidInputException;
import io.github.asynclock.sample.NotFoundException;
import io.github.asynclock.sample.RefusedException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;

import org.springframework.beans.TypeMismatchException;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestBody;
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

	private static String explain(ServerWebInputException ex) {
		// What a record says about its own values comes wrapped in what Jackson says.
		if (ex.getMostSpecificCause() instanceof InvalidInputException invalid) {
			return invalid.getMessage();
		}
		if (ex.getCause() instanceof TypeMismatchException mismatch) {
			return explain(ex.getMethodParameter(), mismatch);
		}
		if (ex.getMostSpecificCause() instanceof JacksonException json) {
			return "The body cannot be read: " + json.getOriginalMessage();
		}
		return isBody(ex.getMethodParameter()) ? "The body is missing" : String.valueOf(ex.getReason());
	}

	private static boolean isBody(@Nullable MethodParameter parameter) {
		return parameter != null && parameter.hasParameterAnnotation(RequestBody.class);
	}

	private static String explain(@Nullable MethodParameter parameter, TypeMismatchException mismatch) {
		String name = (parameter != null) ? parameter.getParameterName() : "A parameter";
		boolean yesOrNo = mismatch.getRequiredType() == boolean.class;
		return name + " is \"" + mismatch.getValue() + "\"; give " + (yesOrNo ? "true or false" : "a whole number");
	}

}
