"""What a person takes for one character, though it may be several: letters with accents, emoji put together."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import split_graphemes


def whole(text: str, index: int) -> int:
    """`index`, or the end of the character that it falls into."""
    index = max(0, min(index, len(text)))
    if text.isascii():
        return index
    return next((end for start, end, _ in split_graphemes(text)[0] if start < index <= end), index)


def at_cell(text: str, cell: int) -> int:
    """The index of the character that covers a cell; the length of `text` for cells behind it."""
    if text.isascii():
        return min(cell, len(text))
    used = 0
    for start, _, cells in split_graphemes(text)[0]:
        used += cells
        if used > cell:
            return start
    return len(text)


def apart(text: str) -> Iterator[str]:
    """`text` in pieces: what is put together of several characters each for itself, everything else in between."""
    if text.isascii():
        yield text
        return
    at = 0
    for start, end, _ in split_graphemes(text)[0]:
        if end - start > 1:
            if at < start:
                yield text[at:start]
            yield text[start:end]
            at = end
    if at < len(text):
        yield text[at:]
