"""Every form in which a provider asks for a wait."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.core.adapters import waits

NOW = 1_800_000_000.0  # 2027-01-15T08:00:00Z


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("0", 0.0),
        ("1.5", 1.5),
        (" 120 ", 120.0),
        ("1000000000", 1e9),
        ("1e9", 1e9),
        ("Fri, 15 Jan 2027 08:00:30 GMT", 30.0),
        ("Fri, 15 Jan 2027 07:00:30 GMT", None),
        ("-1", None),
        ("1e999", None),
        ("nan", None),
        ("inf", None),
        ("1_000", None),
        ("", None),
        ("soon", None),
        ("Fri, 99 Jan 2027 08:00:30 GMT", None),
    ],
)
def test_retry_after(value: str, wait: float | None) -> None:
    assert waits.retry_after({"retry-after": value}, NOW) == wait


def test_milliseconds_come_first_and_dates_need_a_clock() -> None:
    assert waits.retry_after({"retry-after": "9", "retry-after-ms": "1500.5"}, NOW) == 1.5005
    assert waits.retry_after({"retry-after": "9", "retry-after-ms": "-5"}, NOW) == 9.0
    assert waits.retry_after({"retry-after": "Fri, 15 Jan 2027 08:00:30 GMT"}, None) is None


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("12ms", 0.012),
        ("1s", 1.0),
        ("6m0s", 360.0),
        ("1h2m3.5s", 3723.5),
        ("34s", 34.0),
        ("600.5s", 600.5),
        ("250µs", 0.00025),
        ("-1s", None),
        ("1 parsec", None),
        ("1s later", None),
        ("5", None),
        ("", None),
    ],
)
def test_durations(value: str, wait: float | None) -> None:
    assert waits.duration(value) == (None if wait is None else pytest.approx(wait))


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("Rate limit reached. Please try again in 1.5s. Visit https://x.", 1.5),
        ("Please retry in 46s", 46.0),
        ("Please retry in 46.123456789s.", 46.123456789),
        ("try again in 6m0s", 360.0),
        ("Try again in 250ms", 0.25),
        ("Retry after 20 seconds", 20.0),
        ("Please wait 2 minutes and 3 seconds before", 123.0),
        ("try again in 1 day", 86400.0),
        ("Please try again later.", None),
        ("We retry 3 times", None),
        ("in 20s you fell asleep", None),
    ],
)
def test_waits_in_words(text: str, wait: float | None) -> None:
    assert waits.wait_in_words(text) == (None if wait is None else pytest.approx(wait))


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s"}, 360.0),
        (
            {
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-tokens": "6m0s",
                "x-ratelimit-remaining-tokens": "9000",
            },
            1.0,
        ),
        ({"x-ratelimit-reset": str(NOW + 20)}, 20.0),
        ({"x-ratelimit-reset": str(int((NOW + 20) * 1000))}, 20.0),
        ({"x-ratelimit-reset": str(NOW - 20)}, None),
        ({"x-ratelimit-reset": "30"}, 30.0),
        (
            {
                "anthropic-ratelimit-requests-reset": "2027-01-15T08:01:00Z",
                "anthropic-ratelimit-requests-remaining": "3",
                "anthropic-ratelimit-tokens-reset": "2027-01-15T08:00:10+00:00",
                "anthropic-ratelimit-tokens-remaining": "0",
            },
            10.0,
        ),
        ({"anthropic-ratelimit-tokens-reset": "tomorrow"}, None),
        ({"x-ratelimit-limit": "20"}, None),
        ({"x-ratelimit-reset-tokens": "0", "x-ratelimit-remaining-tokens": "-1"}, None),
        ({"x-ratelimit-reset-tokens": "6m0s", "x-ratelimit-remaining-tokens": "[hidden]"}, None),
        ({}, None),
    ],
)
def test_resets(headers: dict[str, str], wait: float | None) -> None:
    assert waits.rate_limit_reset(headers, NOW) == wait


def test_resets_at_a_moment_need_a_clock() -> None:
    assert waits.rate_limit_reset({"x-ratelimit-reset": str(NOW)}, None) is None
    assert waits.rate_limit_reset({"x-ratelimit-reset": "30"}, None) == 30.0


@given(st.text(max_size=40), st.booleans())
def test_no_text_makes_a_wait_that_is_none_of_our_numbers(text: str, has_clock: bool) -> None:
    now = NOW if has_clock else None
    found = (
        waits.retry_after({"retry-after": text, "retry-after-ms": text}, now),
        waits.rate_limit_reset({"x-ratelimit-reset": text}, now),
        waits.wait_in_words(f"try again in {text}"),
        waits.duration(text),
    )
    assert all(wait is None or 0 <= wait < float("inf") for wait in found)
