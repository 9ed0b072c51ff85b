"""What the last line shows of the keys."""

from __future__ import annotations

from phoenix_tui.tui.bindings import KEYS, Group
from phoenix_tui.tui.keys import Keys

Hint = tuple[str, str]
"""A key as people write it, and what it does in a word or two."""


def footer_of(group: Group, keys: Keys) -> tuple[Hint, ...]:
    """What there is to show while the focus is in `group`: its own keys, those from anywhere, and at the end the help,
    which is there however narrow it is."""
    groups = (Group.CHAT, Group.READING) if group is Group.CHAT else (group,)
    own = [(keys.label(row.id), row.footer) for row in KEYS if row.group in groups and row.footer]
    elsewhere = ("help", "panels") if group is Group.PAGE else ("help",)  # a page has no panels beside it
    anywhere = [
        (keys.label(row.id), row.footer)
        for row in KEYS
        if row.group is Group.ANYWHERE and row.footer and row.id not in elsewhere
    ]
    return (*own, (keys.primaries_brief, "primary"), *anywhere, (keys.label("help"), "help"))
