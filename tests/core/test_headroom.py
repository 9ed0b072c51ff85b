"""What the headers of an answer tell of the provider's limits, in every form, and what they do not."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.core.headroom import headroom
from phoenix_tui.core.types import RateLimit

NOW = 1_800_000_000.0  # 2027-01-15T08:00:00Z
NAMES = st.sampled_from(
    [
        *(f"x-ratelimit-{what}-{kind}" for what in ("limit", "remaining", "reset") for kind in ("requests", "tokens")),
        *(f"x-ratelimit-{what}" for what in ("limit", "remaining", "reset")),
        *(f"anthropic-ratelimit-input-tokens-{what}" for what in ("limit", "remaining", "reset")),
    ]
)
VALUES = st.one_of(
    st.text(max_size=30),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(["-1", "0", "NaN", "1e400", "12ms", "2027-01-15T08:00:30Z", "9999-12-31T23:59:59Z", "9" * 20]),
)


def of_openai(**values: str) -> dict[str, str]:
    return {f"x-ratelimit-{name.replace('_', '-')}": value for name, value in values.items()}


def test_openai_and_those_who_write_like_it() -> None:
    headers = of_openai(
        limit_requests="500",
        limit_tokens="200000",
        remaining_requests="499",
        remaining_tokens="199983",
        reset_requests="120ms",
        reset_tokens="6m0s",
    )
    assert headroom(headers, now=NOW) == (
        RateLimit("requests", 500, 499, NOW + 0.12),
        RateLimit("tokens", 200000, 199983, NOW + 360),
    )


@pytest.mark.parametrize(
    ("reset", "wait"),
    [
        ("12ms", 0.012),
        ("1s", 1.0),
        ("6m0s", 360.0),
        ("1h2m", 3720.0),
        ("0s", 0.0),
        ("30", 30.0),
        (str(NOW + 20), 20.0),
        (str(int((NOW + 20) * 1000)), 20.0),
        ("2027-01-15T08:00:30Z", 30.0),
        ("2026-01-15T08:00:30Z", None),
        ("9999-12-31T23:59:59Z", None),
        ("99999999999999999999", None),
        ("100000h", None),
        ("whenever", None),
        ("", None),
    ],
)
def test_resets(reset: str, wait: float | None) -> None:
    told = headroom(of_openai(limit_tokens="10", reset_tokens=reset), now=NOW)
    assert told == (RateLimit("tokens", 10, None, None if wait is None else NOW + wait),)


def test_openrouter_names_no_kind() -> None:
    headers = of_openai(limit="20", remaining="0", reset=str(int((NOW + 20) * 1000)))
    assert headroom(headers, now=NOW) == (RateLimit("requests", 20, 0, NOW + 20),)


def test_anthropic_names_four_kinds() -> None:
    kinds = ("output-tokens", "requests", "input-tokens", "tokens")
    headers = {
        f"anthropic-ratelimit-{kind}-{what}": value
        for kind in kinds
        for what, value in (("limit", "100"), ("remaining", "7"), ("reset", "2027-01-15T08:00:30Z"))
    }
    told = headroom(headers, now=NOW)
    assert [limit.kind for limit in told] == ["requests", "tokens", "input-tokens", "output-tokens"]
    assert set(told) == {RateLimit(limit.kind, 100, 7, NOW + 30) for limit in told}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        of_openai(limit_requests="-1", remaining_requests="0"),
        of_openai(limit_requests="0", remaining_requests="-1", reset_requests="0"),
        of_openai(limit_requests="0", remaining_requests="0"),
        of_openai(limit_requests="REDACTED", remaining_requests="REDACTED"),
        of_openai(reset_requests="12ms"),
        {"x-ratelimit-limit-UPPER": "5", "x-ratelimit-limit-": "5", "ratelimit-limit": "5", "x-ratelimit-limits": "5"},
    ],
)
def test_what_tells_nothing(headers: dict[str, str]) -> None:
    assert headroom(headers, now=NOW) == ()


def test_what_is_nonsense_for_one_limit_leaves_the_others() -> None:
    headers = of_openai(limit_requests="-1", remaining_requests="0", limit_tokens="5", remaining_tokens="1e400")
    assert headroom(headers, now=NOW) == (RateLimit("tokens", 5, None),)


def test_however_many_limits_are_told_few_are_kept() -> None:
    headers = {f"x-ratelimit-limit-{chr(97 + number)}": "5" for number in range(26)}
    assert len(headroom(headers | of_openai(limit_tokens="1"), now=NOW)) == 8
    assert headroom(headers | of_openai(limit_tokens="1"), now=NOW)[0].kind == "tokens"


@given(st.dictionaries(st.one_of(NAMES, st.text(max_size=40)), VALUES, max_size=20))
def test_no_header_makes_a_number_that_cannot_be(headers: dict[str, str]) -> None:
    told = headroom(headers, now=NOW)
    assert len(told) <= 8
    assert len({limit.kind for limit in told}) == len(told)
    for limit in told:
        assert limit.limit is not None or limit.remaining is not None
        assert all(count is None or 0 <= count < 10**15 for count in (limit.limit, limit.remaining))
        assert limit.resets_at is None or (math.isfinite(limit.resets_at) and NOW <= limit.resets_at < NOW + 5e7)
