"""What a person may mean by the little they have typed: the things that fit, best first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

_BEGINS, _LOOSE, _NOT_AT_ALL = 3, 6, 7
"""The worst place of what fits at the beginning of a word, of what fits at all, and the one of what does not."""


def ranked(query: str, things: Iterable[T], names: Callable[[T], Iterable[str]], *, loosely: bool = True) -> list[T]:
    """Those of `things` that `query` may mean, best first: one that has it for a name, one with a name that begins with
    it or has a word that does, and `loosely` one with it inside a name, one with its letters in order, and one whose
    names have each of its words somehow. Equals keep their order; an empty `query` means all."""
    if not query:
        return list(things)
    whole, words = query.casefold(), query.casefold().split()
    worst = _LOOSE if loosely else _BEGINS
    found: list[tuple[int, T]] = []
    for thing in things:
        folded = [name.casefold() for name in names(thing)]
        place = _best(whole, folded)
        if place == _NOT_AT_ALL and len(words) > 1 and all(_best(word, folded) < _NOT_AT_ALL for word in words):
            place = _LOOSE
        if place <= worst:
            found.append((place, thing))
    return [thing for _, thing in sorted(found, key=lambda pair: pair[0])]


def _best(query: str, names: Iterable[str]) -> int:
    return min((_place(query, name) for name in names), default=_NOT_AT_ALL)


def _place(query: str, name: str) -> int:
    """How well `query` fits `name`, 1 is best."""
    if name.startswith(query):
        return 1 if name == query else 2
    at = name.find(query)
    if at < 0:
        letters = iter(name)
        return 5 if all(letter in letters for letter in query) else _NOT_AT_ALL
    while at > 0:
        if not name[at - 1].isalnum():
            return _BEGINS
        at = name.find(query, at + 1)
    return 4
