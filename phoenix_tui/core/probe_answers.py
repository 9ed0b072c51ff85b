"""What a good answer to a free check may still say against the key, or against those who serve a model behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from phoenix_tui.core.adapters.shared import as_dict, objects
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.snapshot import UpstreamStatus

_BLOCKED_FLAGS = ("api_key_blocked", "api_key_disabled", "team_blocked")
_FREE = ":free"
_POOR_UPTIME = 90.0


def key_trouble(body: Any, model: str) -> ErrorInfo | None:
    """What xAI's or OpenRouter's facts about a key say against asking `model` with it; None for all other bodies."""
    facts = as_dict(body)
    if any(facts.get(flag) is True for flag in _BLOCKED_FLAGS):
        return ErrorInfo(ErrorClass.AUTH, "the key, or its team, is blocked", code="blocked")
    data = as_dict(facts.get("data"))
    if _is_spent(data.get("limit_remaining")):
        return ErrorInfo(ErrorClass.QUOTA, "the key's credit limit is used up", code="limit_remaining")
    budgets = (*objects(data.get("budgets")), as_dict(data.get("effective_budget")))
    if any(_is_spent(budget.get("remaining_usd")) for budget in budgets):
        return ErrorInfo(ErrorClass.QUOTA, "a budget that the key belongs to is used up", code="budget")
    if model.endswith(_FREE) and _is_spent(as_dict(data.get("free_model_daily_requests")).get("remaining")):
        message = "today's requests to free models are used up; the count begins again at midnight UTC"
        return ErrorInfo(ErrorClass.QUOTA, message, code="free_requests")
    return None


def upstreams(body: Any, model: str, *, page: str, now: datetime) -> UpstreamStatus | None:
    """How those do who serve `model` behind OpenRouter, from its list of endpoints; None where that cannot be told.

    One good endpoint is enough: requests go to it.
    """
    rows = list(objects(as_dict(as_dict(body).get("data")).get("endpoints")))
    known = list(_uptimes(rows))
    if not known:
        return None
    best = max(known)
    if best >= _POOR_UPTIME:
        return UpstreamStatus(False, "", page, now)
    words = f"nobody serves {model[:100]} well: {best:.0f} % of the last 30 minutes at best"
    return UpstreamStatus(True, words, page, now)


def _uptimes(rows: list[dict[str, Any]]) -> Iterator[float]:
    """Percent of the last half hour, 0 for an endpoint that is taken out (a negative status)."""
    for row in rows:
        status, uptime = _number(row.get("status")), _number(row.get("uptime_last_30m"))
        if status is not None and status < 0:
            yield 0.0
        elif uptime is not None and 0 <= uptime <= 100:
            yield uptime


def _is_spent(left: Any) -> bool:
    amount = _number(left)
    return amount is not None and amount <= 0


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 else None
