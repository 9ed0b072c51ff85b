"""The matrix for people to read: a line for each fault, a column for each phase."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.matrix.cells import Cell, all_cells
from tests.matrix.faults import FAULTS
from tests.matrix.known_defects import KNOWN_DEFECTS
from tests.matrix.outcomes import ROWS, Cannot, Fails, told
from tests.matrix.phases import Mode, Phase
from tests.matrix.speakers import SPEAKERS

_REASONS = list(dict.fromkeys(cell.outcome.why for cell in all_cells() if isinstance(cell.outcome, Cannot)))
"""Why cells cannot occur; the table refers to them by number, from 1."""


def table() -> Iterator[str]:
    """The matrix as lines of Markdown."""
    cells = defaultdict(list)
    for cell in all_cells():
        cells[cell.fault.name, cell.phase].append(cell)
    yield "# What each fault comes to"
    yield ""
    yield from _counts()
    yield from _rows()
    for group in dict.fromkeys(fault.group for fault in FAULTS):
        yield ""
        yield f"## {group.capitalize()}"
        yield ""
        yield f"| fault | {' | '.join(phase.value for phase in Phase)} |"
        yield f"| --- |{' --- |' * len(Phase)}"
        for fault in (fault for fault in FAULTS if fault.group == group):
            yield f"| {fault.name} | {' | '.join(_said(cells[fault.name, phase]) for phase in Phase)} |"
    yield ""
    yield "## What cannot occur, and why"
    yield ""
    for number, reason in enumerate(_REASONS, 1):
        yield f"{number}. {reason}"
    yield ""
    yield "## Known defects"
    yield ""
    if not KNOWN_DEFECTS:
        yield "None."
    for defect in KNOWN_DEFECTS:
        yield f"- {defect.fault}: {defect.diagnosis}"


def _counts() -> Iterator[str]:
    cells = list(all_cells())
    occurring = [cell for cell in cells if cell.occurs]
    virtual = [cell for cell in occurring if cell.fault.virtual]
    runs = sum(len(cell.variants) for cell in virtual)
    yield (
        f"{len(FAULTS)} faults, {len(Phase)} phases, {len(SPEAKERS)} providers, five wire formats, {len(Mode)} modes: "
        f"{len(cells):,} cells. {len(occurring):,} cells occur, {len(cells) - len(occurring):,} cannot. "
        f"{len(virtual):,} are played in virtual time, in {runs:,} runs; {len(occurring) - len(virtual):,} need real "
        "sockets."
    )


def _rows() -> Iterator[str]:
    yield ""
    yield "| row | error class | health | same provider again | next provider | people are told |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name, row in ROWS.items():
        rests = f", the model rests {row.rests:g} s" if row.rests else ""
        yield (
            f"| {name} | {row.error.value} | {row.health.value}{rests} | {row.again.value} | {row.next.value} | "
            f"{row.says} |"
        )
    yield ""
    yield (
        "An attempt that failed before anything was shown is not spoken of as a cut. Text that was shown is retracted "
        "when the answer begins again elsewhere, and else kept and said to be cut; then the same provider is never "
        "asked again."
    )


def _said(cells: list[Cell]) -> str:
    """What most of `cells` come to, and the exceptions with who they hold for."""
    by_words = defaultdict(list)
    for cell in cells:
        by_words[_words(cell)].append(cell)
    most, *others = sorted(by_words, key=lambda words: -len(by_words[words]))
    return "; ".join([most, *(f"{_who(by_words[words], cells)}: {words}" for words in others)])


def _words(cell: Cell) -> str:
    outcome = cell.outcome
    if isinstance(outcome, Cannot):
        return f"– ({_REASONS.index(outcome.why) + 1})"
    if isinstance(outcome, Fails):
        return f"**{outcome.row}**: {outcome}, {told(outcome, cell.phase, cell.mode)}"
    return str(outcome)


def _who(some: list[Cell], cells: list[Cell]) -> str:
    """The providers and modes of `some`, as far as they set them apart."""
    modes = Counter(cell.mode for cell in some)
    names = list(dict.fromkeys(cell.speaker.provider for cell in some))
    all_names = list(dict.fromkeys(cell.speaker.provider for cell in cells))
    mode = next(iter(modes)).value if len(modes) == 1 else ""
    who = "" if names == all_names else ", ".join(names)
    return " ".join(part for part in (who, mode) if part) or "others"
