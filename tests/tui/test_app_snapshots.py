"""Pictures of the screen, for layout and colour only. After a wanted change: pytest tests/tui/test_app_snapshots.py
--snapshot-update, and look at what changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import pytest
from textual.app import App
from textual.pilot import Pilot

from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.events import AttemptAborted, AttemptCut, Completed, Confirming, Restarted, Resumed, TextDelta
from phoenix_tui.core.snapshot import HealthState, ProviderHealth, Snapshot
from phoenix_tui.tui.app import PhoenixApp
from phoenix_tui.tui.look import Surroundings
from phoenix_tui.tui.start import Start
from tests.tui.fakes import HOLD, NOW, FakeClient, answer, at, attempt, make_snapshot, nobody, started, target

MARKDOWN = "Sunlight is **scattered** by air:\n\n| colour | scattering |\n|---|---:|\n| red | 1.0 |\n| blue | 5.8 |\n"


class SnapCompare(Protocol):
    def __call__(self, app: App[None], *, terminal_size: tuple[int, int], run_before: object) -> bool: ...


def outage() -> Snapshot:
    """One is down with a countdown, one is shaky, the rest is as usual."""
    return make_snapshot(
        "openrouter",
        "anthropic",
        "openai",
        "ollama",
        openrouter=ProviderHealth(
            "openrouter",
            HealthState.SUSPECT,
            total_requests=20,
            successful_requests=19,
            failed_requests=1,
            ttft_average=1.2,
            recent=(0.3, 0.5, 1.0, 2.0, None, 0.4, 0.6, 8.0, 1.2),
            recent_at=tuple(NOW - 50 * age for age in range(9, 0, -1)),
        ),
        anthropic=ProviderHealth(
            "anthropic",
            HealthState.UNAVAILABLE,
            reason="3 failures in a row",
            retry_at=at(42),
            total_requests=3,
            failed_requests=3,
        ),
    )


def takeover() -> list[object]:
    cut = ErrorInfo(ErrorClass.NETWORK, "reset")
    return [
        started("openrouter"),
        TextDelta("Sunlight is"),
        AttemptAborted(attempt("openrouter"), cut, 11, target("openai")),
        Restarted(target("openai")),
        started("openai", 2),
        TextDelta(MARKDOWN),
        Completed(answer(MARKDOWN, "openai")),
    ]


async def _ask(pilot: Pilot[None]) -> None:
    app = pilot.app
    assert isinstance(app, PhoenixApp)
    for _ in range(100):
        if app.main.snapshot is not None:
            break
        await pilot.pause()
    app.main.send("why is the sky blue?")
    for _ in range(100):
        await pilot.pause()
        if not app.main.is_answering and (app.main.estimate or not app.main.prompt.text):
            break  # what came back to the prompt is there with what it would cost
    for _ in range(5):
        await pilot.pause()


async def _look(pilot: Pilot[None]) -> None:
    app = pilot.app
    assert isinstance(app, PhoenixApp)
    for _ in range(100):
        if app.main.snapshot is not None:
            break
        await pilot.pause()
    for _ in range(5):
        await pilot.pause()


def start(client: FakeClient, theme: str) -> PhoenixApp:
    around = Surroundings(is_light=theme == "light", is_still=True)
    return PhoenixApp(Start(open_client=client.opened, wall=lambda: NOW, surroundings=around))


@pytest.mark.parametrize(("width", "height", "theme"), [(60, 20, "dark"), (100, 30, "light"), (160, 40, "dark")])
def test_a_takeover(snap_compare: SnapCompare, width: int, height: int, theme: str) -> None:
    """The fold, the switch line and the attribution in the chat; words beside signs; figures in columns."""
    app = start(FakeClient(outage(), takeover()), theme)
    assert snap_compare(app, terminal_size=(width, height), run_before=_ask)


async def _ask_and_wait(pilot: Pilot[None]) -> None:
    app = pilot.app
    assert isinstance(app, PhoenixApp)
    await _look(pilot)
    app.main.action_local()
    app.main.send("why is the sky blue?")
    for _ in range(100):
        await pilot.pause()
        if app.main.question:
            break


@pytest.mark.parametrize(("width", "theme"), [(60, "dark"), (100, "light")])
def test_the_question_before_another_is_told(snap_compare: SnapCompare, width: int, theme: str) -> None:
    """Header with the lock, one line about the lost network, the mark in the answer, the whole question."""
    lost = ProviderHealth("openai", HealthState.OFFLINE, retry_at=at(4), reason="this machine seems to be offline")
    script = [
        started("ollama"),
        TextDelta("Sunlight is scattered by the air, "),
        Resumed(target("lmstudio"), 33),
        TextDelta(" blue light most of all."),
        Confirming(target("lmstudio"), 8.0, NOW + 8, "ollama: model not ready"),
        HOLD,
    ]
    script.insert(2, AttemptCut(attempt("ollama"), ErrorInfo(ErrorClass.NETWORK, "reset"), 34, target("lmstudio")))
    snapshot = replace(make_snapshot("openai", "ollama", "lmstudio", openai=lost), offline=True)
    app = start(FakeClient(snapshot, script), theme)
    assert snap_compare(app, terminal_size=(width, 24 if width == 60 else 34), run_before=_ask_and_wait)


def test_nobody_answers(snap_compare: SnapCompare) -> None:
    """A sentence, its next step, and the question back in the prompt."""
    client = FakeClient(outage(), [nobody(ErrorClass.AUTH, "Incorrect API key provided")])
    assert snap_compare(start(client, "light"), terminal_size=(100, 24), run_before=_ask)


def test_no_provider_is_set_up(snap_compare: SnapCompare) -> None:
    """The seven, each with the line that mends it, and the way to the demo."""
    full = make_snapshot("openrouter")
    off = tuple(ProviderHealth(info.name, HealthState.UNCONFIGURED) for info in full.providers)
    infos = tuple(info for info in make_snapshot("openai").providers[:1]) + full.providers[1:]
    assert snap_compare(
        start(FakeClient(Snapshot(1, "openrouter", infos, off, ())), "dark"), terminal_size=(100, 30), run_before=_look
    )
