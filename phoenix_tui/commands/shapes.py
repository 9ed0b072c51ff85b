"""The JSON that commands print. These shapes are a contract: keys are added, never renamed.

Times of day are ISO 8601 in UTC, durations in milliseconds where the key says so.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, NoProviderAnswered
from phoenix_tui.core.snapshot import ProviderHealth, Snapshot, UpstreamStatus
from phoenix_tui.core.text import strip_controls
from phoenix_tui.core.types import Answer, AttemptRecord, ModelInfo, RateLimit, Target, Usage

Json = dict[str, Any]


def answer_shape(answer: Answer) -> Json:
    """What `ask --json` prints of an answer."""
    return {
        "text": answer.text,
        "reasoning": answer.reasoning,
        "refusal": answer.refusal,
        "tool_calls": list(answer.tool_calls),
        "provider": answer.target.provider,
        "model": answer.model,
        "requested": _target(answer.requested),
        "finish_reason": answer.finish_reason.value,
        "usage": _usage(answer.usage),
        "attempts": [_attempt(record) for record in answer.attempts],
        "ttft_ms": milliseconds(answer.ttft),
        "duration_ms": milliseconds(answer.duration),
        "seams": list(answer.seams),
        "error": None,
    }


def failure_shape(failure: NoProviderAnswered) -> Json:
    """What `ask --json` prints when nobody answered."""
    cause = failure.cause
    if cause is None:
        error = problem(ErrorClass.UNKNOWN, str(failure))
    else:
        error = {**error_shape(cause.info), "provider": cause.provider}
    return {
        "error": error,
        "attempts": [_attempt(record) for record in failure.attempts],
        "next_retry_at": iso(_moment(failure.next_retry_at)),
    }


def problem_shape(error_class: ErrorClass, message: str) -> Json:
    """What `--json` prints when it did not come to an attempt."""
    return {"error": problem(error_class, message), "attempts": [], "next_retry_at": None}


def problem(error_class: ErrorClass, message: str) -> Json:
    """The `error` of something that no provider said."""
    return {
        "class": error_class.value,
        "status": None,
        "code": None,
        "message": message,
        "detail": "",
        "provider": None,
    }


def health_shape(snapshot: Snapshot) -> Json:
    """What `health --json` prints."""
    return {
        "current_provider": snapshot.primary,
        "fallback_order": [placement.target.provider for placement in snapshot.order],
        "available_providers": [placement.target.provider for placement in snapshot.order if placement.eligible],
        "strategy": snapshot.strategy.value,
        "offline": snapshot.offline,
        "spent_today_usd": round(snapshot.spent_today, 6),
        "daily_budget_usd": snapshot.daily_budget,
        "providers": [_health(snapshot, health) for health in snapshot.health],
    }


def model_shape(model: ModelInfo) -> Json:
    """One row of `models --json`."""
    return {
        "id": model.id,
        "name": model.name,
        "context_window": model.context_window,
        "max_output_tokens": model.max_output_tokens,
        "loaded": model.loaded,
        "usable": model.usable,
    }


def iso(moment: datetime | None) -> str | None:
    """`moment` in ISO 8601, UTC."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds")


def milliseconds(seconds: float | None) -> float | None:
    """Seconds as milliseconds, to a tenth."""
    return None if seconds is None else round(seconds * 1000, 1)


def _moment(wall: float | None) -> datetime | None:
    return None if wall is None else datetime.fromtimestamp(wall, UTC)


def _target(target: Target) -> Json:
    return {"provider": target.provider, "model": target.model or None}


def _usage(usage: Usage) -> Json:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cached_tokens": usage.cached_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "cost_usd": usage.cost_usd,
    }


def error_shape(info: ErrorInfo) -> Json:
    """An `error`, but for whose it is."""
    return {
        "class": info.error_class.value,
        "status": info.status,
        "code": info.code,
        "message": info.message,
        "detail": info.detail,
    }


def _attempt(record: AttemptRecord) -> Json:
    outcome = record.outcome
    return {
        **_target(record.target),
        "outcome": outcome.kind.value,
        "error": None if outcome.error is None else error_shape(outcome.error),
        "ttft_ms": milliseconds(outcome.ttft),
        "duration_ms": milliseconds(outcome.duration),
        "chars": outcome.chars,
        "bad_events": outcome.bad_events,
        "usage": _usage(outcome.usage),
    }


def _health(snapshot: Snapshot, health: ProviderHealth) -> Json:
    info = snapshot.info_of(health.name)
    rate = health.success_rate
    return {
        "name": health.name,
        "configured": info.configured,
        "state": health.state.value,
        "is_available": health.is_available,
        "model": info.model or None,
        "total_requests": health.total_requests,
        "successful_requests": health.successful_requests,
        "failed_requests": health.failed_requests,
        "success_rate": None if rate is None else round(rate, 4),
        "consecutive_failures": health.consecutive_failures,
        "average_response_time_ms": milliseconds(health.average_response_time),
        "last_checked": iso(health.last_checked),
        "last_success": iso(health.last_success),
        "last_failure": iso(health.last_failure),
        "last_error": None if health.last_error is None else error_shape(health.last_error),
        "retry_at": iso(health.retry_at),
        "reason": health.reason,
        "problem": info.problem,
        "fix": info.fix,
        "model_problem": info.model_problem,
        "as_of": iso(health.as_of),
        "headroom": [_limit(limit) for limit in health.headroom],
        "upstream": None if info.upstream is None else _upstream(info.upstream),
    }


def _limit(limit: RateLimit) -> Json:
    return {
        "kind": limit.kind,
        "limit": limit.limit,
        "remaining": limit.remaining,
        "resets_at": iso(_moment(limit.resets_at)),
    }


def _upstream(status: UpstreamStatus) -> Json:
    return {
        "trouble": status.trouble,
        "words": strip_controls(status.words),
        "page": status.page,
        "read_at": iso(status.read_at),
    }
