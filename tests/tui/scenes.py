"""The states that the screen can be in, each reached as a person reaches it: for pictures, and for walks over all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.events import AttemptCut, Confirming, ReasoningDelta, Resumed, TextDelta
from phoenix_tui.core.snapshot import HealthState, ProviderHealth, Snapshot
from phoenix_tui.core.types import ModelInfo
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import HOLD, NOW, FakeClient, FakeKeys, at, attempt, make_snapshot, nobody, says, started, target
from tests.tui.test_app_snapshots import outage, takeover

MARKDOWN = """Sunlight is **scattered** by air; see [Rayleigh](https://example.org/rayleigh):

| colour | scattering |
|---|---:|
| red | 1.0 |
| blue | 5.8 |

1. Short waves more,
2. long waves less: `1/wavelength^4`.

```python
def scattered(wavelength: float) -> float:
    return wavelength ** -4
```

> Said by Lord Rayleigh.
"""

Reach = Callable[[Opened], Awaitable[None]]


@dataclass(frozen=True)
class Scene:
    """One state: what the client says and plays, and what a person does until it stands there."""

    name: str
    snapshot: Callable[[], Snapshot] = make_snapshot
    script: Callable[[], list[object]] = lambda: list(says(MARKDOWN))
    does: tuple[str, ...] = ()
    """Actions, once what was said has been answered."""
    asks: str = ""
    types: str = ""
    presses: tuple[str, ...] = ()
    waits: bool = True
    """Whether the question is answered, and not held."""
    start: dict[str, object] = field(default_factory=dict)

    def client(self) -> FakeClient:
        client = FakeClient(self.snapshot(), self.script())
        client.models = tuple(ModelInfo(f"model-{number}", f"Model {number}", 128_000) for number in range(1, 5))
        return client

    @asynccontextmanager
    async def opened(self, open_screen: OpenScreen, **how: object) -> AsyncIterator[Opened]:
        """The screen in this state; `how` as `open_screen` has it."""
        async with open_screen(self.client(), **{"keys": FakeKeys(), "is_still": True, **self.start, **how}) as ui:
            if self.asks:
                await ui.send(self.asks)
                await ui.until(lambda: ui.client.turns)
                if self.waits:
                    await ui.until(lambda: not ui.screen.is_answering)
                else:
                    await ui.until(ui.client.turns[0].holding.is_set)
            await ui.run_actions(*self.does)
            if self.presses:
                await ui.pilot.press(*self.presses)
            if self.types:
                await ui.type(self.types)
            await settled(ui)
            yield ui


async def settled(ui: Opened) -> None:
    """Until two pictures in a row are the same, and what is written has its estimate."""
    prompt = ui.screen.prompt
    await ui.until(lambda: ui.screen.estimate or not prompt.text.strip() or prompt.text.startswith("/"))
    before = ""
    for _ in range(60):
        await ui.pilot.pause()
        if (drawn := ui.drawn) == before:
            return
        before = drawn


def first_run() -> Snapshot:
    """Nothing is set up."""
    full = make_snapshot("openrouter")
    off = tuple(ProviderHealth(info.name, HealthState.UNCONFIGURED) for info in full.providers)
    infos = make_snapshot("openai").providers[:1] + full.providers[1:]
    return Snapshot(1, "openrouter", infos, off, ())


def offline() -> Snapshot:
    lost = {
        name: ProviderHealth(name, HealthState.OFFLINE, retry_at=at(4), reason="this machine seems to be offline")
        for name in ("openrouter", "openai")
    }
    return replace(make_snapshot("openrouter", "openai", "ollama", **lost), offline=True)


def answering() -> list[object]:
    return [started("openrouter"), ReasoningDelta("The sky is blue because"), TextDelta("Because of Ray"), HOLD]


def question() -> list[object]:
    cut = AttemptCut(attempt("openrouter"), ErrorInfo(ErrorClass.NETWORK, "reset"), 34, target("openai"))
    return [
        started("openrouter"),
        TextDelta("Sunlight is scattered by the air, "),
        cut,
        Resumed(target("openai"), 33),
        TextDelta(" blue light most of all."),
        Confirming(target("openai"), 8.0, NOW + 8, "openrouter: no credit left"),
        HOLD,
    ]


def refused() -> list[object]:
    return [nobody(ErrorClass.AUTH, "Incorrect API key provided")]


WHY = "why is the sky blue?"
SCENES = (
    Scene("first run", first_run),
    Scene("ready", outage),
    Scene("answering", outage, answering, asks=WHY, waits=False),
    Scene("answered", asks=WHY),
    Scene("takeover", outage, takeover, asks=WHY),
    Scene("question", outage, question, asks=WHY, waits=False),
    Scene("nobody answers", outage, refused, asks=WHY),
    Scene("offline", offline),
    Scene("code chosen", asks=WHY, presses=("escape", "right_square_bracket")),
    Scene("finding", asks=WHY, presses=("ctrl+f",), types="scatter"),
    Scene("completing", types="/"),
    Scene("written", types="first line\nand a second one"),
    Scene("sidebar", outage, does=("toggle_panels", "toggle_panels"), presses=("escape", "f9")),
    Scene("provider page", outage, does=("provider_page('anthropic')",)),
    Scene("key dialog", first_run, does=("set_key('openai')",)),
    Scene("choose a primary", outage, does=("pick_primary",)),
    Scene("choose a model", does=("choose_model('openai')",)),
    Scene("help", does=("help",)),
    Scene("palette", does=("app.command_palette",)),
    Scene("settings", does=("settings",)),
)
