"""`phoenix-tui route`: the order of the moment with its reasons, for people and for programs, and nothing sent."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from phoenix_tui.commands import route
from phoenix_tui.core.snapshot import (
    Band,
    HealthState,
    ModelHealth,
    Placement,
    ProviderHealth,
    ProviderInfo,
    Reason,
    ReasonKind,
    Snapshot,
)
from phoenix_tui.core.types import Strategy, Target
from tests.helpers.program import phoenix
from tests.helpers.raw_server import NOT_FOUND, raw_server

AGAIN = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
KEYS = {"OPENROUTER_API_KEY": "sk-canary-1", "ANTHROPIC_API_KEY": "sk-canary-2", "OPENAI_API_KEY": "sk-canary-3"}


def shown(*placements: Placement, health: tuple[ProviderHealth, ...]) -> Snapshot:
    infos = tuple(ProviderInfo(its.name, its.name.title(), configured=True) for its in health)
    return Snapshot(1, "openrouter", infos, health, placements, Strategy.COST)


def an_order() -> Snapshot:
    """The primary rests; OpenAI is asked, somebody with a hostile model name after it."""
    rests = Reason(ReasonKind.COOLING, "rests until its rate limit is over", AGAIN)
    cheap = Reason(ReasonKind.CHEAPER, "$0.20 for a million tokens")
    passed = Reason(ReasonKind.PASSED, "others before it cannot be asked now")
    return shown(
        Placement(
            Target("openai", "gpt-6-luna"), 1, 2, True, f"{passed.words}; {cheap.words}", reasons=(passed, cheap)
        ),
        Placement(Target("ollama", "x\x1b[31m\nred"), 2, 3, True),
        Placement(Target("openrouter", "no/such"), 3, 1, False, rests.words, is_primary=True, reasons=(rests,)),
        health=(
            ProviderHealth("openrouter", HealthState.COOLING, retry_at=AGAIN),
            ProviderHealth(
                "openai",
                HealthState.HEALTHY,
                successful_requests=3,
                failed_requests=1,
                band=Band.B,
                models=(
                    ModelHealth("other", ttft_median=9.0),
                    ModelHealth("gpt-6-luna", ttft_median=0.5, ttft_peak=1.5),
                ),
            ),
            ProviderHealth("ollama", HealthState.UNKNOWN),
        ),
    )


def nobody_there() -> Snapshot:
    blocked = Reason(ReasonKind.BLOCKED, "the key was refused")
    return shown(
        Placement(Target("openai", "gpt-6-luna"), 1, 1, False, blocked.words, reasons=(blocked,)),
        health=(ProviderHealth("openai", HealthState.BLOCKED),),
    )


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[Snapshot]:
    """What the command will see: the last in this list."""
    seen: list[Snapshot] = []

    async def look(opened: object) -> Snapshot:
        return seen[-1]

    monkeypatch.setattr(route, "open_settings", lambda options, strict: SimpleNamespace(notices=()))
    monkeypatch.setattr(route, "_look", look)
    return seen


def options(*, explain: bool = False, as_json: bool = False) -> argparse.Namespace:
    return argparse.Namespace(explain=explain, json=as_json)


def test_the_table_has_a_row_a_provider_with_the_first_reason(
    given: list[Snapshot], capsys: pytest.CaptureFixture[str]
) -> None:
    given.append(an_order())
    assert route.run_route(options()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(None, 2)[:2] for line in lines[1:]] == [["1", "openai"], ["2", "ollama"], ["-", "openrouter"]]
    assert lines[1].endswith("others before it cannot be asked now")
    assert lines[3].endswith("rests until its rate limit is over")
    assert "\x1b" not in lines[2]
    assert len(lines) == 4


def test_explain_shows_every_reason_and_what_stands_behind_it(
    given: list[Snapshot], capsys: pytest.CaptureFixture[str]
) -> None:
    given.append(an_order())
    assert route.run_route(options(explain=True)) == 0
    header, openai, ollama, openrouter, _, summary = capsys.readouterr().out.splitlines()
    for name in ("own", "state", "band", "ok", "first token", "price", "again at"):
        assert name in header
    assert openai.split()[:9] == ["1", "2", "openai", "gpt-6-luna", "healthy", "B", "75%", "0.5", "s"]
    assert "$0.20" in openai
    assert openai.endswith("others before it cannot be asked now; $0.20 for a million tokens")
    assert "$0.00" in ollama
    assert f"{AGAIN.astimezone():%H:%M:%S}" in openrouter
    assert "$" not in openrouter
    assert "strategy is cost" in summary
    assert "A request now goes to openai (gpt-6-luna)." in summary


def test_json_is_one_object_and_a_contract(given: list[Snapshot], capsys: pytest.CaptureFixture[str]) -> None:
    given.append(an_order())
    assert route.run_route(options(as_json=True)) == 0
    shape = json.loads(capsys.readouterr().out)
    assert (shape["strategy"], shape["primary"]) == ("cost", "openrouter")
    assert shape["would_ask"] == {"provider": "openai", "model": "gpt-6-luna"}
    openai, ollama, openrouter = shape["order"]
    assert openai == {
        "provider": "openai",
        "model": "gpt-6-luna",
        "position": 1,
        "own_position": 2,
        "eligible": True,
        "reasons": [
            {"kind": "passed", "words": "others before it cannot be asked now", "until": None},
            {"kind": "cheaper", "words": "$0.20 for a million tokens", "until": None},
        ],
        "state": "healthy",
        "band": "B",
        "success_rate": 0.75,
        "ttft_median_ms": 500.0,
        "ttft_peak_ms": 1500.0,
        "retry_at": None,
        "price_usd_per_million": {"input": 0.1, "output": 0.5, "blended": 0.2},
    }
    assert ollama["price_usd_per_million"] == {"input": 0.0, "output": 0.0, "blended": 0.0}
    assert (ollama["success_rate"], ollama["ttft_median_ms"], ollama["reasons"]) == (None, None, [])
    assert openrouter["price_usd_per_million"] is None
    assert openrouter["reasons"][0]["until"] == openrouter["retry_at"] == "2026-11-20T12:30:00.000+00:00"


@pytest.mark.parametrize("as_json", [True, False])
def test_with_nobody_to_ask_it_says_so_and_ends_with_three(
    given: list[Snapshot], capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    given.append(nobody_there())
    assert route.run_route(options(as_json=as_json)) == 3
    wrote = capsys.readouterr()
    assert wrote.err == "Nobody can be asked now.\n"
    if as_json:
        assert json.loads(wrote.out)["would_ask"] is None
    else:
        assert "the key was refused" in wrote.out


def test_with_nobody_fit_it_says_when_somebody_will_be(
    given: list[Snapshot], capsys: pytest.CaptureFixture[str]
) -> None:
    order = an_order()
    given.append(shown(order.order[-1], health=order.health[:1]))
    assert route.run_route(options(explain=True)) == 3
    wrote = capsys.readouterr()
    assert wrote.err == (f"Nobody is fit to be asked now; the next try makes sense at {AGAIN.astimezone():%H:%M:%S}.\n")
    assert "A request now goes" not in wrote.out


async def test_the_program_tells_the_order_and_sends_nothing() -> None:
    async with raw_server(lambda request: NOT_FOUND) as server:
        urls = {"OPENROUTER_BASE_URL": server.url, "ANTHROPIC_BASE_URL": server.url, "OPENAI_BASE_URL": server.url}
        ran = await phoenix("route", "--json", "--provider", "anthropic", "--model", "own-model", env=KEYS | urls)
    assert (ran.status, ran.err) == (0, "")
    shape = ran.json
    assert shape["would_ask"] == {"provider": "anthropic", "model": "own-model"}
    places = {one["provider"]: one["position"] for one in shape["order"]}
    assert [places[name] for name in ("anthropic", "openrouter", "openai")] == [1, 2, 3]
    assert shape["order"][0]["price_usd_per_million"] is None
    assert server.seen == []
    assert "canary" not in ran.everything


async def test_a_wrong_setting_ends_with_two() -> None:
    ran = await phoenix("route", "--json", env={"LLM_PROVIDER": "opnai"})
    assert ran.status == 2
    assert ran.json["error"]["class"] == "bad_request"


async def test_without_any_key_nobody_can_be_asked() -> None:
    ran = await phoenix("route", env={"OLLAMA_BASE_URL": "", "LMSTUDIO_BASE_URL": ""})
    assert ran.status == 3
    assert "no key" in ran.out
    assert ran.err.endswith("Nobody can be asked now.\n")
