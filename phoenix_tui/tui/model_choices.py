"""The models of one provider as a list to choose from. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from phoenix_tui.core.types import ModelInfo
from phoenix_tui.tui.choice import Choice
from phoenix_tui.tui.glyphs import Glyphs
from phoenix_tui.tui.health_words import Phrases
from phoenix_tui.tui.start import ModelPrice
from phoenix_tui.tui.text import fit, money, one_line
from phoenix_tui.tui.widgets.row_list import Line

COLUMNS = (8, 7, 16)
"""Cells of the columns behind the name: whether it is loaded, its context window, its prices. Those that nobody has
anything for are left out, and the last ones where there is no room."""
_NAME_CELLS = 24
"""A name wants so many before any column is shown."""


def model_choices(
    models: Sequence[ModelInfo], current: str, prices: Mapping[str, ModelPrice], glyphs: Glyphs
) -> list[Choice]:
    """Those of `models` that can chat, the ones in memory first; `current` is the one that is asked now. `prices` are
    known by the ids of models, as far as they are."""
    usable = [model for model in models if model.usable and model.id and model.id == one_line(model.id)]
    usable.sort(key=lambda model: not model.loaded)
    facts = [_facts(model, prices.get(model.id)) for model in usable]
    cells = [width if any(column) else 0 for width, column in zip(COLUMNS, zip(*facts, strict=True), strict=False)]
    return [
        _choice(model, prices.get(model.id), list(zip(its, cells, strict=True)), glyphs, is_current=model.id == current)
        for model, its in zip(usable, facts, strict=True)
    ]


def _facts(model: ModelInfo, price: ModelPrice | None) -> tuple[str, str, str]:
    """What stands in the columns."""
    note = "loaded" if model.loaded else "remote" if model.remote else ""
    return (note, _tokens(model.context_window), f"{money(price.input)} {money(price.output)}" if price else "")


def _choice(
    model: ModelInfo, price: ModelPrice | None, columns: Sequence[tuple[str, int]], glyphs: Glyphs, *, is_current: bool
) -> Choice:

    def line(width: int) -> Line:
        shown: list[str] = []
        left = width - 2
        for text, cells in columns:
            if left - cells < _NAME_CELLS:
                break
            left -= cells
            shown.append(text.rjust(cells))
        return (
            (glyphs.primary + " " if is_current else "  ", "$accent"),
            (fit(model.id, max(0, left), ellipsis=glyphs.ellipsis), "$accent bold" if is_current else "$foreground"),
            ("".join(shown), "$text-muted"),
        )

    names = (model.id, one_line(model.name)) if model.name else (model.id,)
    return Choice(model.id, names, line, _about(model, price, is_current=is_current))


def _about(model: ModelInfo, price: ModelPrice | None, *, is_current: bool) -> Phrases:
    facts = ["asked now"] if is_current else []
    if model.context_window:
        facts.append(f"a window of {model.context_window:,} tokens")
    if price:
        facts.append(f"{money(price.input)} in and {money(price.output)} out for a million tokens")
    if model.loaded is not None:
        facts.append("in memory" if model.loaded else "loaded when it is first asked")
    if model.remote:
        facts.append("its server passes it on to somebody else")
    return tuple("; ".join(facts[:count]) for count in range(len(facts), 0, -1))


def _tokens(count: int | None) -> str:
    """A context window in a few cells: `128k`, `1M`."""
    if not count:
        return ""
    if count >= 1_000_000:
        return f"{count / 1_000_000:.3g}M"
    return f"{count / 1_000:.0f}k" if count >= 1_000 else str(count)
