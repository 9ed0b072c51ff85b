"""The health of those that matter in one line: the primary, who would answer first and who is in trouble, then the
rest."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from phoenix_tui.core.snapshot import HealthState, Snapshot
from phoenix_tui.tui.glyphs import Glyphs, has_failed_check, style_of, word_of
from phoenix_tui.tui.health_words import remaining_until_retry
from phoenix_tui.tui.order_words import first_to_answer
from phoenix_tui.tui.text import countdown

Part = tuple[str, str]
_BETWEEN = "  "
_TROUBLE = frozenset(
    {
        HealthState.SUSPECT,
        HealthState.PROBATION,
        HealthState.UNAVAILABLE,
        HealthState.COOLING,
        HealthState.BLOCKED,
    }
)


def strip_parts(snapshot: Snapshot, now: float, width: int, glyphs: Glyphs, more_key: str) -> list[Part]:
    """The strip as (text, style) parts, at most `width` cells, unless a single provider takes more. Who is well needs
    no word where there is little room: its sign says so. `more_key` is the key that shows the others."""
    first, others = _ranked(snapshot)
    if not first and not others:
        return [("no provider is set up", "$health-down")]
    for brief in (False, True):
        entries = [_entry(snapshot, name, now, glyphs, brief=brief) for name in (*first, *others)]
        shown = _fitting(entries, width, more_key)
        if shown >= len(first):
            break
    parts = [part for entry in entries[:shown] for part in (*entry, (_BETWEEN, ""))]
    if shown < len(entries):
        parts.append((_more(len(entries) - shown, more_key), "$text-muted"))
    return parts


def _ranked(snapshot: Snapshot) -> tuple[list[str], list[str]]:
    """Who must be seen, and who comes after them. Who is not set up is left out."""
    placed = [placement.target.provider for placement in snapshot.order]
    names = dict.fromkeys((*placed, *(info.name for info in snapshot.providers)))
    configured = [name for name in names if snapshot.info_of(name).configured]
    answers = first_to_answer(snapshot)
    leading = [snapshot.primary, *((answers.target.provider,) if answers else ())]
    troubled = [name for name in configured if _is_in_trouble(snapshot, name)]
    first = [name for name in dict.fromkeys((*leading, *troubled)) if name in configured]
    return first, [name for name in configured if name not in first]


def _is_in_trouble(snapshot: Snapshot, name: str) -> bool:
    health = snapshot.health_of(name)
    return health.state in _TROUBLE or has_failed_check(health)


def _entry(snapshot: Snapshot, name: str, now: float, glyphs: Glyphs, *, brief: bool) -> list[Part]:
    health, info = snapshot.health_of(name), snapshot.info_of(name)
    said_above = health.state is HealthState.OFFLINE
    remaining = None if said_above else remaining_until_retry(health, now)
    waits = countdown(remaining) if remaining else ""
    words = [word_of(health, info), waits]
    if brief:
        words = [waits or words[0]] if _is_in_trouble(snapshot, name) else []
    state = style_of(health.state)
    name_style = "$accent bold" if name == snapshot.primary else "$foreground"
    return [
        (glyphs.state(health.state) + " ", state),
        (name, name_style),
        *((f" {word}", state) for word in words if word),
    ]


def _fitting(entries: Sequence[Sequence[Part]], width: int, more_key: str) -> int:
    """How many of `entries` fit, with the mark for those that do not; at least one is shown."""
    used = 0
    for number, entry in enumerate(entries):
        used += sum(cell_len(text) for text, _ in entry)
        left = len(entries) - number - 1
        if used + (len(_BETWEEN) + cell_len(_more(left, more_key)) if left else 0) > width:
            return max(1, number)
        used += len(_BETWEEN)
    return len(entries)


def _more(number: int, key: str) -> str:
    return f"+{number} ({key})"
