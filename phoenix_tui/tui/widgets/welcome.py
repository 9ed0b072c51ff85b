"""What stands in the chat before the first message: how to begin, or how to set the seven up."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from phoenix_tui.core.snapshot import Snapshot
from phoenix_tui.tui.glyphs import UNICODE, Glyphs, style_of, word_of
from phoenix_tui.tui.text import fit, one_line
from phoenix_tui.tui.widgets.fallback_panel import first_to_answer

Part = tuple[str, str]

_DEMO = (
    "\nThis is the demo: simulated providers on this machine, no key, no network.\n"
    "During your second question the first provider breaks off in the middle of its answer, "
    "another takes over, and a little later the first is back.\n"
)


class Welcome(Widget):
    """Without a usable provider: the seven, each with state and the exact line that mends it. Else: a short hello."""

    snapshot: reactive[Snapshot | None] = reactive(None, layout=True)

    def __init__(self, *, glyphs: Glyphs = UNICODE, is_demo: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._glyphs = glyphs
        self._is_demo = is_demo

    def render(self) -> Content:
        if self.snapshot is None:
            return Content("")
        return Content.assemble(*welcome_parts(self.snapshot, self._glyphs, is_demo=self._is_demo))


def welcome_parts(snapshot: Snapshot, glyphs: Glyphs, *, is_demo: bool) -> list[Part]:
    """The text of the first screen as (text, style) parts."""
    first = first_to_answer(snapshot)
    if first is None and not any(info.configured for info in snapshot.providers):
        return _setup(snapshot, glyphs)
    parts: list[Part] = [("Ask anything.\n\n", "$accent bold")]
    if first is None:
        parts.append(("None of the providers that are set up can answer now; /providers says why.\n", "$health-down"))
    else:
        model = f" with {one_line(first.target.model)}" if first.target.model else ""
        parts += [(first.target.provider, "bold"), (f" answers first{model}.\n", "")]
        others = [place.target.provider for place in snapshot.order if place.eligible and place is not first]
        if others:
            parts += [("If it fails: ", "$text-muted"), (", then ".join(others), ""), (".\n", "")]
        else:
            parts.append(("No other provider is set up to take over; /providers shows how.\n", "$text-muted"))
    if is_demo:
        parts.append((_DEMO, "$text-muted"))
    parts.append(
        ("\nalt+1 to alt+7 change who is asked first, f1 shows every key, /help every command.", "$text-muted")
    )
    return parts


def _setup(snapshot: Snapshot, glyphs: Glyphs) -> list[Part]:
    parts: list[Part] = [
        ("No provider is set up yet.\n", "$accent bold"),
        ("Put one of these lines into .env.local here (or export it) and start again.\n\n", ""),
    ]
    for health, info in zip(snapshot.health, snapshot.providers, strict=True):
        parts += [
            (f"{glyphs.state(health.state)} {fit(info.name, 11)}", style_of(health.state)),
            (fit(word_of(health, info), 10), style_of(health.state)),
            (one_line(info.fix or info.problem) + "\n", ""),
        ]
    parts += [("\nOr look at it first, without any key: ", "$text-muted"), ("phoenix-tui --demo", "$accent bold")]
    return parts
