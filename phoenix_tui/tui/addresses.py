"""Addresses of links: which may be opened, and how one is shown so that a person sees where it leads."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from rich.cells import cell_len

from phoenix_tui.tui.text import clip

LONGEST = 4_000
"""Characters of an address that is still opened."""
_OPENABLE = re.compile(r"(?:https?://[^\s/?#]|mailto:[^\s])[\x21-\x7e]*\Z", re.IGNORECASE)
_START = re.compile(r"[a-z][a-z0-9+.\-]*:(?://[^/?#]*)?", re.IGNORECASE)


def is_openable(address: str) -> bool:
    """Whether `address` may be handed to a browser or a mail program: http, https and mailto only, all in ASCII."""
    try:
        urlsplit(address)
    except ValueError:
        return False
    return len(address) <= LONGEST and _OPENABLE.match(address) is not None


def host_of(address: str) -> str:
    """Who is asked when `address` is opened; the address itself where it names nobody."""
    try:
        parts = urlsplit(address)
        return parts.hostname or parts.path.rpartition("@")[2] or address
    except ValueError:
        return address


def shown(address: str, width: int, *, ellipsis: str = "…") -> str:
    """`address` in at most `width` cells, so that whom it asks can be read however long it is.

    A name before an @ that looks like a host is no host ("https://bank.example@evil.example/"), so there the host
    stands first, alone. What does not fit is cut off at the end, but of a host too long to show its own end is kept:
    there stands who owns it.
    """
    begins = _START.match(address)
    start = begins.group() if begins else ""
    host = host_of(address)
    whole = f"{host}  ({address})" if "@" in start else address
    if cell_len(whole) <= width:
        return whole
    begin = f"{host}  (" if "@" in start else start
    if cell_len(begin) < width:
        return clip(whole, width, ellipsis=ellipsis)
    return (ellipsis + host[len(ellipsis) - width :])[:width] if width > len(ellipsis) else ellipsis[:width]


def offer(address: str, width: int, *, verb: str, ellipsis: str = "…") -> str:
    """What the person is told before they act on a link: what `verb` ("enter", "a click") does, and where it leads."""
    does = f"{verb} opens " if is_openable(address) else f"not opened, {verb} copies "
    return does + shown(address, max(8, width - cell_len(does)), ellipsis=ellipsis)
