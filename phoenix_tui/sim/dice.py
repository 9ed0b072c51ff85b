"""Seeded randomness: the same seed gives the same simulation, to the last id."""

from __future__ import annotations

import random


def seeded(*parts: object) -> random.Random:
    """Dice of their own for what `parts` name."""
    return random.Random(":".join(map(str, parts)))  # noqa: S311 - a simulation, nothing secret
