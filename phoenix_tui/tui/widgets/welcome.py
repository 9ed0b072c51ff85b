"""What stands in the chat before the first message: how to begin, or how to set the seven up."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from phoenix_tui.core.snapshot import Snapshot
from phoenix_tui.tui import keys
from phoenix_tui.tui.glyphs import UNICODE, Glyphs, has_failed_check, style_of, word_of
from phoenix_tui.tui.order_words import first_to_answer
from phoenix_tui.tui.text import fit, one_line
from phoenix_tui.tui.wording import mend

Part = tuple[str, str]

_DEMO = (
    "\nThis is the demo: simulated providers on this machine, no key, no network.\n"
    "During your second question the first provider breaks off in the middle of its answer, "
    "another takes over, and a little later the first is back.\n"
)


class Welcome(Widget):
    """Without a usable provider: the seven, each with state and the exact line that mends it. Else: a short hello."""

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False)
    notices: reactive[tuple[str, ...]] = reactive((), repaint=False)
    """Sentences to stand above it: what was said before anybody has asked anything."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, is_demo: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._glyphs = glyphs
        self._is_demo = is_demo
        self._shown = Content()

    def watch_snapshot(self) -> None:
        self._draw()

    def watch_notices(self) -> None:
        self._draw()

    def _draw(self) -> None:
        """Lay out anew only what reads differently: that paints the whole screen, also long after this was hidden."""
        shown = self._content()
        if not shown.is_same(self._shown):
            self._shown = shown
            self.refresh(layout=True)

    def render(self) -> Content:
        return self._shown

    def _content(self) -> Content:
        said: list[Part] = [
            (f"{self._glyphs.separator} {one_line(notice)}\n\n", "$text-muted") for notice in self.notices
        ]
        if self.snapshot is None:
            return Content.assemble(*said)
        return Content.assemble(*said, *welcome_parts(self.snapshot, self._glyphs, is_demo=self._is_demo))


def welcome_parts(snapshot: Snapshot, glyphs: Glyphs, *, is_demo: bool) -> list[Part]:
    """The text of the first screen as (text, style) parts."""
    first = first_to_answer(snapshot)
    if not any(info.configured and not info.local for info in snapshot.providers) and _none_hopeful(snapshot):
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
        elif sum(info.configured for info in snapshot.providers) > 1:
            parts.append(("None of the others could take over now; /providers says why.\n", "$text-muted"))
        else:
            parts.append(("No other provider is set up to take over; /providers shows how.\n", "$text-muted"))
    if is_demo:
        parts.append((_DEMO, "$text-muted"))
    first_key, every_key = keys.primaries(), keys.label("help")
    ways = f"\n{first_key} change who is asked first, {every_key} shows every key, /help every command."
    parts.append((ways, "$text-muted"))
    return parts


def _none_hopeful(snapshot: Snapshot) -> bool:
    """Whether nobody can be asked of whom more is known than that it does not answer."""
    names = [place.target.provider for place in snapshot.order if place.eligible]
    return all(has_failed_check(snapshot.health_of(name)) for name in names)


def _setup(snapshot: Snapshot, glyphs: Glyphs) -> list[Part]:
    is_any = any(info.configured for info in snapshot.providers)
    parts: list[Part] = [
        ("No local server answers, and no key is set.\n" if is_any else "No provider is set up yet.\n", "$accent bold"),
        ("Put one of these lines into .env.local here (or export it) and start again, ", ""),
        ("or start a local server.\n\n", ""),
    ]
    for health, info in zip(snapshot.health, snapshot.providers, strict=True):
        parts += [
            (f"{glyphs.state(health.state)} {fit(info.name, 11)}", style_of(health.state)),
            (fit(word_of(health, info), 10), style_of(health.state)),
            (mend(info) + "\n", ""),
        ]
    parts += [("\nOr look at it first, without any key: ", "$text-muted"), ("phoenix-tui --demo", "$accent bold")]
    return parts
