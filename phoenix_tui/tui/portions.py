"""A picture in portions, for a line that is too slow for it: what has the focus first, then from above. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from textual.geometry import Region

LEAST, MOST = 40, 4_000
"""Cells of a portion: less would never be done, and a line that takes more at once is not slow."""
WANTED = (0.05, 0.15)
"""Seconds that a portion should take: below that it may be larger, above it must be smaller."""


def adapted(cells: int, painted: int, took: float) -> int:
    """How large the next portion may be, which was `cells`, when `painted` of them took so many seconds to be drawn. A
    small one that is drawn soon says nothing of a large one."""
    shortest, longest = WANTED
    if took > longest:
        cells = int(cells * max(0.1, longest / took))
    elif took < shortest and painted >= cells // 2:
        cells *= 2
    return max(LEAST, min(cells, MOST))


def portion(regions: Iterable[Region], first: Region, cells: int) -> tuple[set[Region], set[Region]]:
    """So much of `regions` as has about `cells`, at least a row, and the rest. What meets `first` comes first."""
    rows = {Region(region.x, y, region.width, 1) for region in regions for y in range(region.y, region.bottom)}
    now: set[Region] = set()
    used = 0
    for row in sorted(rows, key=lambda row: (not row.overlaps(first), row.y, row.x)):
        if now and used + row.width > cells:
            break
        now.add(row)
        used += row.width
    return now, rows - now
