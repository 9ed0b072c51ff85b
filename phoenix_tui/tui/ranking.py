"""What a person may mean by the little they have typed: the things that fit, best first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

_NOT_AT_ALL = 6


def ranked(query: str, things: Iterable[T], names: Callable[[T], Iterable[str]]) -> list[T]:
    """Those of `things` that `query` may mean, best first: a name that is the same, one that begins with it, one with a
    word that does, one with it inside, one with its letters in order. Of several words all have to fit some name of a
    thing. Equals keep their order; an empty `query` means all."""
    words = query.casefold().split()
    if not words:
        return list(things)
    found: list[tuple[int, T]] = []
    for thing in things:
        folded = [name.casefold() for name in names(thing)]
        worst = max(min(map(_place, [word] * len(folded), folded), default=_NOT_AT_ALL) for word in words)
        if worst < _NOT_AT_ALL:
            found.append((worst, thing))
    return [thing for _, thing in sorted(found, key=lambda pair: pair[0])]


def _place(word: str, name: str) -> int:
    """How well `word` fits `name`, 1 is best."""
    if name.startswith(word):
        return 1 if name == word else 2
    at = name.find(word)
    if at < 0:
        letters = iter(name)
        return 5 if all(letter in letters for letter in word) else _NOT_AT_ALL
    while at > 0:
        if not name[at - 1].isalnum():
            return 3
        at = name.find(word, at + 1)
    return 4
