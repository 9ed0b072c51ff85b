"""Which rows of a transcript are in view: its end, or what somebody reads, which never moves by itself."""

from __future__ import annotations

from phoenix_tui.tui.transcript.layout import Anchor, Layout

_ROUNDS = 8
"""How often rows are measured again because exact heights have brought others into view."""


class Viewport:
    """A window of `rows` rows over a layout, whose first row is `top`.

    As long as it `follows`, it stands at the end. Otherwise the row at its top keeps its place whatever is added,
    folded or measured anywhere; where what is below it has shrunk, empty rows stand behind the end rather than moving
    it.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.top = 0
        self.rows = 0
        self.has_new_below = False
        """Whether something came that the reader, further up, has not seen."""
        self._anchor: Anchor | None = None

    @property
    def follows(self) -> bool:
        """Whether it stays at the end when something comes."""
        return self._anchor is None

    @property
    def height(self) -> int:
        """The rows that can be scrolled through."""
        return max(self.layout.height, 0 if self.follows else self.top + self.rows)

    @property
    def shows_end(self) -> bool:
        """Whether the last row is in view."""
        return self.top + self.rows >= self.layout.height

    def show(self, layout: Layout) -> None:
        """Stand at the end of another layout."""
        self.layout = layout
        self.go_to_end()

    def go_to_end(self) -> None:
        """Stand at the end, and stay there."""
        self._anchor, self.has_new_below = None, False
        self.settle()

    def scroll(self, row: int) -> None:
        """The reader wants `row` at the top. Whoever goes down to the end stays there."""
        goes_down = row >= self.top
        self._hold(row)
        if self.layout.height <= self.rows or (goes_down and self.shows_end):
            self.go_to_end()
        else:
            self.settle()

    def show_row(self, row: int) -> None:
        """Bring `row` into view and keep it there; nothing moves where it is in view."""
        if row < self.top:
            self._hold(row - 1)
        elif row >= self.top + self.rows:
            self._hold(row - self.rows // 2)
        elif self.follows:
            self._hold(self.top)
        self.settle()

    def show_from(self, row: int) -> None:
        """Stand with `row` at the top, or at the end where all that follows it can be seen."""
        self._hold(row)
        if self.shows_end:
            self.go_to_end()
        else:
            self.settle()
            self.has_new_below = not self.shows_end

    def _hold(self, row: int) -> None:
        self.top = max(0, min(row, self.height - self.rows))
        if self.layout.height:
            self._anchor = self.layout.anchor(self.top)

    def came(self) -> None:
        """Something was added, or has grown."""
        self.settle()
        self.has_new_below = self.has_new_below or not (self.follows or self.shows_end)

    def resize(self, width: int, rows: int) -> None:
        """Another size; another width breaks all rows anew."""
        self.rows = rows
        if width != self.layout.width:
            self.layout.resize(width)
            if self._anchor is not None:
                self._anchor = self.layout.refound(self._anchor)
        self.settle()

    def reads(self, entry: int, section: int) -> bool:
        """Whether somebody reads back and has rows of this section in view: it must not be folded now."""
        if self.follows or not self.rows:
            return False
        start, height = self.layout.extent(entry, section)
        return start < self.top + self.rows and start + height > self.top

    def settle(self) -> None:
        """Make the heights of what is in view exact, and stand where it belongs."""
        layout = self.layout
        if not self.rows or not layout.height:
            self.top = 0
            return
        for _ in range(_ROUNDS):
            if self._anchor is not None:
                self.top = layout.row_of(self._anchor.place)
            else:
                self.top = max(0, layout.height - self.rows)
            if not layout.measure(self.top - self.rows, self.top + 2 * self.rows):
                break
