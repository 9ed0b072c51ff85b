"""What the help says: what the focused part is for and its keys first, then every other key, every command, the signs.
Pure; laid out for a width, so that a long description stays beside its key."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from phoenix_tui.core.values import dataclass
from phoenix_tui.tui import spoken
from phoenix_tui.tui.bindings import KEYS, Group, beside
from phoenix_tui.tui.keys import Keys
from phoenix_tui.tui.slash import COMMANDS

Line = tuple[tuple[str, str], ...]
"""One line as (text, style) parts."""
WIDEST_KEYS, NARROWEST_KEYS = 24, 12
"""Cells of the column of keys."""
_INDENT = "  "
_SIGNS = (
    ("●", "healthy"), ("◐", "shaky, or on trial after an outage"), ("◌", "cooling after a limit"),
    ("✗", "down, or blocked until something is mended"), ("○", "not tested yet"), ("–", "off, offline or not set up"),
    ("★", "the model that is asked"), ("◆", "pinned to its place"),
    ("┄", "one provider goes on with another's answer"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """A headline, some running text, and entries: what is said of what."""

    title: str
    text: str = ""
    entries: tuple[tuple[str, str], ...] = ()

    def matching(self, words: str) -> Section | None:
        """What of it has `words`; all of it for none, None where there is nothing."""
        if not words or words in self.title.casefold():
            return self
        entries = tuple(entry for entry in self.entries if words in " ".join(entry).casefold())
        text = self.text if words in self.text.casefold() else ""
        return Section(self.title, text, entries) if text or entries else None


def sections(about: str, group: Group | None, keys: Keys) -> tuple[Section, ...]:
    """The whole help. `about` is what the focused part says of itself, `group` that of its keys; None for neither."""
    here = beside(group) if group is not None else ()
    own = tuple(entry for one in here for entry in _entries(one, keys))
    others = [one for one in Group if one not in here]
    return (
        *((Section("Here", about, own),) if about or own else ()),
        *(Section(one.value, entries=_entries(one, keys)) for one in others),
        Section("Commands: a line that begins with /", entries=tuple(_commands())),
        *(() if spoken.in_force() else (Section("Signs", entries=_SIGNS),)),
    )


def _entries(group: Group, keys: Keys) -> tuple[tuple[str, str], ...]:
    return tuple((keys.labels(row.id), row.description) for row in KEYS if row.group is group)


def _commands() -> Iterator[tuple[str, str]]:
    for command in COMMANDS:
        yield f"/{command.name} {command.argument}".rstrip(), command.description


def help_lines(shown: Sequence[Section], width: int, words: str = "") -> list[Line]:
    """`shown` in lines of at most `width` cells; only what has `words`, where some are given."""
    lines: list[Line] = []
    for section in shown:
        if (found := section.matching(words.strip().casefold())) is None:
            continue
        if lines:
            lines.append((("", ""),))
        lines.append(((found.title[:width], "$accent bold"),))
        lines += [((_INDENT + row, "$foreground"),) for row in _wrapped(found.text, width - len(_INDENT))]
        for left, right in found.entries:
            lines += _entry(left, right, width)
    return lines or [((f'Nothing here has "{words.strip()}" in it.'[:width], "$text-muted"),)]


def _entry(left: str, right: str, width: int) -> list[Line]:
    """`left` and `right` beside each other, each wrapped within its own column."""
    column = min(WIDEST_KEYS, max(NARROWEST_KEYS, width // 3))
    rows = zip_longest(_wrapped(left, column - 1), _wrapped(right, max(8, width - len(_INDENT) - column)), fillvalue="")
    return [((_INDENT + key.ljust(column), "$foreground bold"), (words, "$foreground")) for key, words in rows]


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(1, width))
