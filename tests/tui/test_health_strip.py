"""The health of those that matter, in one line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from phoenix_tui.core.snapshot import HealthState, ProviderHealth, Snapshot
from phoenix_tui.tui.glyphs import UNICODE
from phoenix_tui.tui.health_strip import strip_parts
from tests.tui.fakes import NOW, at, make_snapshot


def down(name: str, seconds: float = 12) -> ProviderHealth:
    return ProviderHealth(name, HealthState.UNAVAILABLE, reason="3 failures in a row", retry_at=at(seconds))


def strip(snapshot: Snapshot, width: int) -> str:
    return "".join(text for text, _ in strip_parts(snapshot, NOW, width, UNICODE, "f9")).rstrip()


def test_the_primary_whoever_answers_and_the_troubled_come_before_the_rest() -> None:
    snapshot = make_snapshot("openai", "anthropic", "gemini", "grok", openai=down("openai"), grok=down("grok", 99))
    assert strip(snapshot, 120) == "✗ openai down 12s  ● anthropic healthy  ✗ grok down 99s  ● gemini healthy"


def test_where_there_is_little_room_trouble_keeps_its_place_before_words() -> None:
    snapshot = make_snapshot("openrouter", "anthropic", "ollama", anthropic=down("anthropic"))
    assert strip(snapshot, 58) == "● openrouter healthy  ✗ anthropic down 12s  +1 (f9)"
    assert strip(snapshot, 38) == "● openrouter  ✗ anthropic 12s  +1 (f9)"
    assert strip(snapshot, 16) == "● openrouter  +2 (f9)", "one at least"


@pytest.mark.parametrize("width", range(22, 140, 7))
def test_it_keeps_to_its_width(width: int) -> None:
    snapshot = make_snapshot(
        openai=down("openai"), grok=down("grok"), gemini=ProviderHealth("gemini", HealthState.SUSPECT)
    )
    assert cell_len(strip(snapshot, width)) <= width


def test_nobody_is_set_up() -> None:
    full = make_snapshot("openai")
    infos = tuple(replace(info, configured=False) for info in full.providers)
    assert strip(replace(full, providers=infos, order=()), 60) == "no provider is set up"
