"""Rows of the transcript in the colours of the theme."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from phoenix_tui.tui.markdown.lines import Line, Style
from phoenix_tui.tui.transcript.copying import GUTTER

MEANINGS = (
    "you", "user", "title", "figures", "state", "stopped", "switch", "notice", "error", "hint", "fold", "interrupted",
    "reasoning", "output-title", "output", "note", "cursor", "new-below",
    "heading", "heading-1", "heading-2", "heading-3", "heading-4", "heading-5", "heading-6",
    "strong", "em", "strike", "code", "link", "image", "quote", "bullet", "border", "html",
    "code-block", "code-bar", "code-label", "code-comment", "code-keyword", "code-string", "code-number",
    "code-name", "code-inserted", "code-deleted",
)  # fmt: skip
"""Every meaning a piece of text can have; each is a component class `transcript--...` of the sheet."""

NEW_BELOW = " ↓ new below (end) "


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

    def row(self, line: Line, width: int, meta: dict[str, object] | None, *, has_cursor: bool) -> Strip:
        """One row, `width` cells wide. `meta` is what a click on it finds, where it is not on a link."""
        segments = [Segment("▌", self.style(("cursor",))) if has_cursor else Segment(" " * GUTTER, self.style(()))]
        for text, names, link in line.spans:
            style = self.style(names)
            if link:
                style += RichStyle.from_meta({"link": link})
            elif meta:
                style += RichStyle.from_meta(meta)
            segments.append(Segment(text, style))
        return Strip(segments).crop_extend(0, width, self.style(line.fill))

    def with_mark(self, strip: Strip, width: int) -> Strip:
        """A row with the mark that there is more below over its right end."""
        mark = NEW_BELOW[:width]
        style = self.style(("new-below",)) + RichStyle.from_meta({"end": True})
        return Strip([*strip.crop(0, width - len(mark)), Segment(mark, style)], width)

    def selected(self, strip: Strip, selection: Selection, key: int, lead: int) -> Strip:
        """A row with what is selected of it marked; decoration, the first `lead` characters, is left out."""
        span = selection.get_span(key)
        if span is None:
            return strip
        text = strip.text
        start = max(GUTTER + lead, span[0])
        stop = min(len(text.rstrip()), len(text) if span[1] == -1 else span[1])
        if stop <= start:
            return strip
        first, last = strip.index_to_cell_position(start), strip.index_to_cell_position(stop)
        style = self._widget.screen.get_component_rich_style("screen--selection")
        marked = [Segment(text, (old or RichStyle()) + style) for text, old, _ in strip.crop(first, last)]
        return Strip([*strip.crop(0, first), *marked, *strip.crop(last)], strip.cell_length)
