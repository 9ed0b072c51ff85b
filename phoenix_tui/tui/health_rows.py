"""What the health panel shows of each provider, in one to four lines and at any width: the more room, the more.

First comes the line of state with its figures in columns. Below it stand a graph of the last minutes and what is to be
said: why the provider is not simply asked, else what is worth knowing of it, else its model.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from rich.cells import cell_len

from phoenix_tui.core.snapshot import HealthState, ProviderHealth, ProviderInfo, Snapshot
from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.glyphs import Glyphs, style_of, word_of
from phoenix_tui.tui.health_words import (
    Phrases,
    as_of,
    first_token,
    hint,
    in_memory,
    last_error,
    left_of,
    remaining_until_retry,
    tightest,
    why_not,
)
from phoenix_tui.tui.latency_graph import LONGEST, Line, spans, sparkline
from phoenix_tui.tui.text import count, countdown, fit, fitting, one_line, percent, seconds

MOST_LINES = 4
NAME_CELLS, WORD_CELLS = 10, 9
_UP_TO_WORD = 1 + 2 + 2 + NAME_CELLS + 1 + WORD_CELLS
_FIGURE_CELLS = (6, 5, 12, 16)
"""Columns at the right end: time to first token, success rate, the last time to first token, number of requests. A
countdown stands in the place of the first two."""
_COUNTDOWN_CELLS = sum(_FIGURE_CELLS[:2])
_INDENT = 5
_WIDE = 44
"""Cells from which on an empty graph keeps its place, so that what is said stands in a column."""
_GRAPHS = ((64, 24, 30.0), (_WIDE, 16, 60.0), (0, 12, 60.0))
"""From which width on a graph has how many cells, of how many seconds each."""
_MUTED = "$text-muted"


@dataclass(frozen=True, slots=True)
class Entry:
    """One provider and the room that it has. `number` is that of its key, `position` the one in the order now."""

    number: int
    health: ProviderHealth
    info: ProviderInfo
    position: int | None
    is_primary: bool
    now: float
    width: int
    glyphs: Glyphs

    @property
    def remaining(self) -> float | None:
        """Seconds until it may be tried again; a lost network counts down in one place for all."""
        return None if self.health.state is HealthState.OFFLINE else remaining_until_retry(self.health, self.now)

    @property
    def figures(self) -> tuple[str, ...]:
        """The text of each column; empty where nothing is known."""
        usual, health = first_token(self.health, self.info.model), self.health
        return (
            "" if usual is None else seconds(usual),
            "" if health.success_rate is None else percent(health.success_rate),
            "" if health.ttft_last is None else f"last {seconds(health.ttft_last)}",
            count(health.total_requests, "request") if health.total_requests else "",
        )

    @property
    def columns(self) -> int:
        return columns(self.width)

    def fit(self, phrases: Phrases, room: int) -> str:
        return fitting(phrases, max(0, room), ellipsis=self.glyphs.ellipsis)


def columns(width: int) -> int:
    """How many figures have room in the line of state."""
    room = width - _UP_TO_WORD
    return sum(total <= room for total in accumulate(_FIGURE_CELLS))


def health_lines(snapshot: Snapshot, now: float, width: int, lines: int, glyphs: Glyphs) -> dict[str, tuple[Line, ...]]:
    """The lines of each provider, by name, in the fixed order of the seven, so that nothing jumps. Each has `lines` of
    them, 1 to 4, at most `width` cells wide."""
    positions = {placement.target.provider: placement.position for placement in snapshot.order if placement.eligible}
    found: dict[str, tuple[Line, ...]] = {}
    for number, (health, info) in enumerate(zip(snapshot.health, snapshot.providers, strict=True), 1):
        is_primary = info.name == snapshot.primary
        its = Entry(number, health, info, positions.get(info.name), is_primary, now, width, glyphs)
        found[info.name] = (_state_line(its), *_details(its, lines - 1))
    return found


# The line of state


def _state_line(its: Entry) -> Line:
    state = style_of(its.health.state)
    name = "$accent bold" if its.is_primary else "$foreground" if its.health.is_available else _MUTED
    word = word_of(its.health, its.info)
    figures = tuple(_figures(its))
    room = max(WORD_CELLS, its.width - (_UP_TO_WORD - WORD_CELLS) - sum(len(text) for text, _ in figures))
    waits = f"{word} {countdown(its.remaining)}" if its.remaining and its.columns < 2 else word
    return (
        (its.glyphs.primary if its.is_primary else " ", "$accent bold"),
        (f"{its.number} ", _MUTED),
        (its.glyphs.state(its.health.state) + " ", state),
        (fit(its.info.name, NAME_CELLS, ellipsis=its.glyphs.ellipsis) + " ", name),
        (fit(its.fit((waits, word), room), room), state),
        *figures,
    )


def _figures(its: Entry) -> Iterator[tuple[str, str]]:
    columns = its.columns
    for number, (text, cells) in enumerate(zip(its.figures[:columns], _FIGURE_CELLS, strict=False)):
        if number < 2 <= columns and its.remaining:
            if number == 0:
                yield f"try in {countdown(its.remaining)}".rjust(_COUNTDOWN_CELLS), "$foreground"
        else:
            yield text.rjust(cells), _MUTED if number else "$foreground"


# Below it


def _details(its: Entry, lines: int) -> tuple[Line, ...]:
    if lines <= 0:
        return ()
    if its.health.state is HealthState.UNCONFIGURED:
        return (_said(its, why_not(its.health, its.info), _MUTED), *((),) * (lines - 1))
    trouble, style = _trouble(its)
    about, left = _about(its), _figures_left(its)
    if lines == 1:
        said = trouble or (left if its.columns < 2 and its.health.total_requests else about)
        return (_graph_and(its, said, style if trouble else _MUTED),)
    first = _graph_beside(its, _graph_beside_figures(its.width), left, _MUTED)
    if lines == 2:
        return first, _said(its, trouble or about, style if trouble else _MUTED)
    last = _said(its, trouble, style) if trouble else _said(its, _aside(its), _MUTED)
    return first, _said(its, about, _MUTED), last


def _trouble(its: Entry) -> tuple[Phrases, str]:
    """Why it is not simply asked, or what is worth knowing, with the style of it."""
    if why := why_not(its.health, its.info):
        return why, _MUTED
    return hint(its.health, its.info, its.now), "$health-degraded"


def _about(its: Entry) -> Phrases:
    """Its model, and what that depends on."""
    model = one_line(its.info.model) or ("no model yet" if its.info.local else "")
    if age := as_of(its.health, its.now):
        return (f"{model}, {age}", age)
    loaded = in_memory(its.health, its.info)
    if not loaded:
        return (model,)
    return (f"{model} ({loaded})", model if loaded == "loaded" else loaded)


def _aside(its: Entry) -> Phrases:
    """What there is to say of one that is well: what is left of the limit that is nearest, and its last error."""
    limit = tightest(its.health)
    left = (left_of(limit),) if limit else ()
    error = last_error(its.health, its.now)[:1]
    return ("; ".join((*left, *error)), *left, *error)


def _figures_left(its: Entry) -> Phrases:
    """The figures that found no room in the line of state, fewer where there is little."""
    left = [text for text in its.figures[its.columns :] if text]
    return tuple(", ".join(left[:number]) for number in range(len(left), 0, -1))


def _graph_and(its: Entry, said: Phrases, style: str) -> Line:
    """The graph, and what is said beside it. The graph makes way where no phrase would be whole beside it, and where it
    is empty and leaves no room for the longest."""
    cells, length = size = _graph_beside_words(its.width)
    room = its.width - _INDENT - cells - 1
    is_empty = all(span.is_empty for span in spans(its.health, its.now, length, cells))
    stays = its.width >= _WIDE and _fits(said[:1], room) if is_empty else _fits(said, room)
    if not stays:
        return (_position(its), (its.fit(said, its.width - _INDENT), style))
    return _graph_beside(its, size, said, style)


def _graph_beside(its: Entry, size: tuple[int, float], said: Phrases, style: str) -> Line:
    cells, length = size
    room = its.width - _INDENT - cells - 1
    beside = its.fit(said, room) if _fits(said, room) else ""
    graph = sparkline(spans(its.health, its.now, length, cells), its.glyphs)
    return (_position(its), *graph, (" ", ""), (beside, style))


def _graph_beside_words(width: int) -> tuple[int, float]:
    """How many cells a graph has that leaves room for a phrase, and the seconds of each."""
    return next((cells, length) for least, cells, length in _GRAPHS if width >= least)


def _graph_beside_figures(width: int) -> tuple[int, float]:
    """The same of one that leaves room for the figures that found none in the line of state."""
    figures = _FIGURE_CELLS[-1] if columns(width) < len(_FIGURE_CELLS) else 1
    cells = max(_GRAPHS[-1][1], width - _INDENT - figures)
    length = 30.0 if cells >= _GRAPHS[0][1] else 60.0
    return min(cells, round(LONGEST / length)), length


def _fits(phrases: Phrases, room: int) -> bool:
    """Whether one of `phrases` fits whole."""
    return any(phrase and cell_len(one_line(phrase)) <= room for phrase in phrases)


def _position(its: Entry) -> tuple[str, str]:
    return (f"  {fit(f'#{its.position}' if its.position else '', _INDENT - 2)}", _MUTED)


def _said(its: Entry, phrases: Phrases, style: str) -> Line:
    return ((" " * _INDENT, ""), (its.fit(phrases, its.width - _INDENT), style))
