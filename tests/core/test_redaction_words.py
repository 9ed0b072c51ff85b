"""Redaction takes keys, and leaves a provider's words as they are."""

from __future__ import annotations

import pytest

from phoenix_tui.core.text import REDACTED, redact


@pytest.mark.parametrize(
    "words",
    [
        "Missing bearer authentication in header",
        "Missing bearer authentication.",
        "Bearer credentials are required, see https://example.com/docs",
    ],
)
def test_a_sentence_about_bearer_tokens_stays(words: str) -> None:
    assert redact(words) == words


@pytest.mark.parametrize(
    "key", ["abcdef.ghi-jkl", "abcdefgh1", "1abcdefgh", "ya29.a0AfH6SMB", "eyJhbGciOi==x", "a" * 40 + "7"]
)
def test_a_bearer_token_of_any_shape_goes(key: str) -> None:
    assert redact(f"authorization: Bearer {key}, refused") == f"authorization: {REDACTED}, refused"
