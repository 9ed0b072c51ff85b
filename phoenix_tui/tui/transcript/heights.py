"""Heights of many things below each other: sums and look-ups in logarithmic time (a Fenwick tree)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate


class Heights:
    """A list of heights in rows that can be changed, grow and shrink at its end, and be searched by row."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights = [*heights]
        before = [*accumulate(self._heights, initial=0)]
        # Each cell of the tree has the sum of the heights that its number stands for (its lowest bit says how many).
        self._tree = [total - before[at & (at - 1)] for at, total in enumerate(before)]
        self._tree[0] = 0
        self.total = before[-1]
        """The sum of all heights."""

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    def append(self, height: int) -> None:
        """Put one more at the end."""
        self._heights.append(height)
        at = len(self._heights)
        value, below, lowest = height, at - 1, at - (at & -at)
        while below > lowest:
            value += self._tree[below]
            below -= below & -below
        self._tree.append(value)
        self.total += height

    def pop(self) -> int:
        """Take the last one away."""
        self._tree.pop()
        height = self._heights.pop()
        self.total -= height
        return height

    def set(self, index: int, height: int) -> int:
        """Change one; gives by how much it grew."""
        change = height - self._heights[index]
        if change:
            self._heights[index] = height
            self.total += change
            at = index + 1
            while at < len(self._tree):
                self._tree[at] += change
                at += at & -at
        return change

    def before(self, index: int) -> int:
        """The sum of the heights before `index`: the row at which it starts."""
        total = 0
        while index > 0:
            total += self._tree[index]
            index -= index & -index
        return total

    def find(self, row: int) -> tuple[int, int]:
        """Which one holds `row`, and the row within it. Rows outside are held by the first or the last one."""
        if not self._heights:
            raise IndexError("nothing has a height here")
        row = max(0, min(row, self.total - 1))
        at, step = 0, 1 << len(self._heights).bit_length()
        while step:
            if at + step < len(self._tree) and self._tree[at + step] <= row:
                at += step
                row -= self._tree[at]
            step >>= 1
        at = min(at, len(self._heights) - 1)
        return at, max(0, row)
