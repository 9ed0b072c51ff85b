"""`phoenix-tui keys`: every key of the full screen, with the person's own."""

from __future__ import annotations

import argparse
import os
from itertools import groupby
from typing import Any

from phoenix_tui.commands import exit_status
from phoenix_tui.commands.output import put, say, write_json
from phoenix_tui.commands.own_preferences import read_own_preferences
from phoenix_tui.tui.bindings import KEYS, KeyAction
from phoenix_tui.tui.keys import Keys, shown_key


def run_keys(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    preferences, wrong = read_own_preferences(os.environ)
    keys = Keys(preferences.keys)
    for sentence in wrong:
        say(sentence)
    if options.json:
        write_json({"keys": [_shape(row, keys) for row in KEYS], "problems": list(wrong)})
    else:
        put(_table(keys))
    return exit_status.USAGE if wrong else exit_status.OK


def _shape(row: KeyAction, keys: Keys) -> dict[str, Any]:
    return {
        "id": row.id,
        "group": row.group.value,
        "description": row.description,
        "keys": [shown_key(key) for key in keys.of(row.id)],
        "default": [shown_key(key) for key in row.keys.split(",")],
        "own": row.id in keys.own,
    }


def _table(keys: Keys) -> str:
    """The table as text: groups below each other, their columns aligned with each other; a star marks own keys."""
    ids, labels = max(len(row.id) for row in KEYS), max(len(_labels(row, keys)) for row in KEYS)
    lines: list[str] = []
    for group, rows in groupby(KEYS, key=lambda row: row.group):
        lines += ["", group.value] if lines else [group.value]
        for row in rows:
            mark = "*" if row.id in keys.own else " "
            lines.append(f"{mark} {row.id.ljust(ids)}  {_labels(row, keys).ljust(labels)}  {row.description}".rstrip())
    if keys.own:
        lines += ["", "* your own, from preferences.toml"]
    return "\n".join(lines) + "\n"


def _labels(row: KeyAction, keys: Keys) -> str:
    return ", ".join(shown_key(key) for key in keys.of(row.id))
