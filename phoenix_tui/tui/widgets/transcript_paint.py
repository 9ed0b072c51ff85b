"""Rows of the transcript in the colours of the theme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from phoenix_tui.tui.markdown.graphemes import apart, whole
from phoenix_tui.tui.markdown.lines import Line, Style
from phoenix_tui.tui.transcript.copying import GUTTER

MEANINGS = (
    "you", "user", "title", "figures", "state", "stopped", "switch", "notice", "error", "hint", "key", "fold",
    "interrupted", "reasoning", "output-title", "output", "note", "cursor", "pointed", "address", "new-below",
    "match", "match-current",
    "heading", "heading-1", "heading-2", "heading-3", "heading-4", "heading-5", "heading-6",
    "strong", "em", "strike", "code", "link", "image", "quote", "bullet", "border", "html",
    "code-block", "code-bar", "code-label", "code-comment", "code-keyword", "code-string", "code-number",
    "code-name", "code-inserted", "code-deleted",
)  # fmt: skip
"""Every meaning a piece of text can have; each is a component class `transcript--...` of the sheet."""


class Painter:
    """Turns rows into strips, with the component styles of `widget`."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._styles: dict[Style, RichStyle] = {}

    def forget(self) -> None:
        """The theme has changed."""
        self._styles.clear()

    def style(self, names: Style) -> RichStyle:
        """The colours of meanings, outermost first."""
        style = self._styles.get(names)
        if style is None:
            style = self._widget.rich_style
            for name in names:
                style += self._widget.get_component_rich_style(f"transcript--{name}", partial=True)
            self._styles[names] = style
        return style

    def row(self, line: Line, width: int, *, has_cursor: bool = False, hint: str = "") -> Strip:
        """One row, `width` cells wide; `hint` stands at its right end where there is room."""
        segments = [Segment("▌", self.style(("cursor",))) if has_cursor else Segment(" " * GUTTER, self.style(()))]
        for text, names, _ in line.spans:
            style = self.style(names)
            # Textual counts a selection's characters by their cells one by one, which is wrong inside such a segment.
            segments.extend(Segment(piece, style) for piece in apart(text))
        strip = Strip(segments).crop_extend(0, width, self.style(line.fill))
        room = width - GUTTER - line.width
        return self.over_end(strip, hint, (*line.fill, "code-label")) if hint and len(hint) < room else strip

    def over_end(self, strip: Strip, text: str, names: Style) -> Strip:
        """A row with `text` over its right end."""
        return self._over(strip, strip.cell_length - cell_len(text), text, names)

    def over_start(self, strip: Strip, text: str, names: Style) -> Strip:
        """A row with `text` over its left end, behind the gutter."""
        return self._over(strip, GUTTER, text, names)

    def _over(self, strip: Strip, at: int, text: str, names: Style) -> Strip:
        at = max(0, at)
        behind = at + cell_len(text)
        segments = [*strip.crop(0, at), Segment(text, self.style(names)), *strip.crop(behind)]
        return Strip(segments).crop_extend(0, strip.cell_length, self.style(()))

    def marked(self, strip: Strip, stretches: Iterable[tuple[int, int]], name: str) -> Strip:
        """A row with some of its characters, `GUTTER` not counted, in the style of `name` on top of their own."""
        style = self._widget.get_component_rich_style(f"transcript--{name}", partial=True)
        for start, end in stretches:
            strip = _restyled(strip, start + GUTTER, end + GUTTER, style)
        return strip

    def selected(self, strip: Strip, selection: Selection, key: int, line: Line) -> Strip:
        """A row with what is selected of it marked; decoration is left out."""
        span = selection.get_span(key)
        if span is None or line.is_label:
            return strip
        text = line.text
        start = max(line.lead, whole(text, span[0] - GUTTER))
        stop = len(text) if span[1] == -1 else whole(text, span[1] - GUTTER)
        style = self._widget.screen.get_component_rich_style("screen--selection")
        return _restyled(strip, start + GUTTER, stop + GUTTER, style)


def _restyled(strip: Strip, start: int, end: int, style: RichStyle) -> Strip:
    """`strip` with `style` on top of the characters from `start` to `end`."""
    if end <= start:
        return strip
    first, last = _cell(strip, start), _cell(strip, end)
    restyled = [Segment(text, (old or RichStyle()) + style) for text, old, _ in strip.crop(first, last)]
    return Strip([*strip.crop(0, first), *restyled, *strip.crop(last)], strip.cell_length)


def _cell(segments: Strip | Sequence[Segment], index: int) -> int:
    """The cell at which the character `index` begins."""
    cells = 0
    for text, _, _ in segments:
        if index <= len(text):
            return cells + cell_len(text[:index])
        cells += cell_len(text)
        index -= len(text)
    return cells
