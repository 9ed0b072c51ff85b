"""What in the rows of a part can be pointed at, by the keyboard or the mouse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from phoenix_tui.tui.markdown.flows import Flow, Run, flows
from phoenix_tui.tui.markdown.lines import Line


class SpotKind(StrEnum):
    """What it is; decides what enter and a click do there."""

    ENTRY = "entry"
    ANSWER = "answer"
    """An answer that was cut, behind a fold."""
    REASONING = "reasoning"
    """The fold over an answer's reasoning."""
    CODE = "code"
    LINK = "link"
    OFFER = "offer"
    """Something that can be done about an error."""


class Spot(NamedTuple):
    """One of them, and where it stands in the rows of its part."""

    kind: SpotKind
    runs: tuple[Run, ...]
    value: str = ""
    """The address of a link, the code of a block (as `Code.text`), the action of an offer."""

    def holds(self, line: int, character: int | None = None) -> bool:
        """Whether it stands in a row of its part, there at `character`."""
        return any(run.line == line and (character is None or run.start <= character < run.end) for run in self.runs)


_SIGNS = {SpotKind.CODE: ("```", "~~~", "    ", "\t"), SpotKind.LINK: ("://", "]", "<")}


def may_hold(source: str, kinds: frozenset[SpotKind]) -> bool:
    """Whether Markdown could have any of `kinds` in it: a quick look, so that most of it need not be laid out."""
    return any(sign in source for kind in kinds for sign in _SIGNS.get(kind, ()))


def whole_rows(kind: SpotKind, lines: Sequence[Line]) -> list[Spot]:
    """All rows with text as one spot."""
    runs = tuple(Run(index, 0, len(line.text)) for index, line in enumerate(lines) if line.spans)
    return [Spot(kind, runs)] if runs else []


def in_markdown(lines: Sequence[Line]) -> list[Spot]:
    """Blocks of code that begin in `lines`, and links, in the order in which they stand."""
    return sorted([*_codes(lines), *_links(lines)], key=lambda spot: spot.runs[0])


def _codes(lines: Sequence[Line]) -> Iterator[Spot]:
    for _, group in groupby(enumerate(lines), key=lambda item: id(item[1].code)):
        rows = list(group)
        code = rows[0][1].code
        if code is not None and not code.continues:
            yield Spot(SpotKind.CODE, tuple(Run(index, 0, len(line.text)) for index, line in rows), code.text)


def _links(lines: Sequence[Line]) -> Iterator[Spot]:
    if any(span.link for line in lines for span in line.spans):
        for flow in flows(lines):
            for address, pieces in groupby(_pieces(flow, lines), key=lambda piece: piece[0]):
                if address:
                    yield Spot(SpotKind.LINK, tuple(run for _, run in pieces), address)


def _pieces(flow: Flow, lines: Sequence[Line]) -> Iterator[tuple[str, Run]]:
    """The spans of one text, each with the address that it leads to."""
    for run in flow.runs:
        at = 0
        for span in lines[run.line].spans:
            start, end = max(at, run.start), min(at + len(span.text), run.end)
            at += len(span.text)
            if start < end:
                yield span.link, Run(run.line, start, end)
