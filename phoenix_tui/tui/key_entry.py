"""What people paste where a key or an address is wanted, and what of it is meant. Pure; a key never gets into a
sentence."""

from __future__ import annotations

import re

from phoenix_tui.core.errors import PhoenixError
from phoenix_tui.core.profiles import PROFILES, profile_of
from phoenix_tui.core.text import strip_controls

_NAME = r"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"
_ASSIGNMENT = re.compile(
    rf"(?:(?:export\s+|set\s+|\$env:|-e\s+|ENV\s+)?{_NAME}\s*[=:]\s*|setx\s+{_NAME}\s+)(.*)", re.IGNORECASE
)
_COMMENT = re.compile(r"\s+#.*")
_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’"}
_BEGINNINGS = {"sk-or-": "openrouter", "sk-ant-": "anthropic", "sk-proj-": "openai", "AIza": "gemini", "xai-": "grok"}
"""How the keys of some providers begin, and of no other."""


class WrongEntry(PhoenixError):
    """What was entered is not to be used; the message is a sentence and does not quote it."""


def variables_of(name: str) -> tuple[str, ...]:
    """The variables that can be entered for a provider: its key; for a local server its address, and its access token
    where it has one."""
    profile = profile_of(name)
    return (*profile.url_variables[:1], *profile.key_variables[:1]) if profile.local else profile.key_variables[:1]


def names_of(name: str, variable: str) -> tuple[str, ...]:
    """`variable` of a provider with its other names."""
    profile = profile_of(name)
    return profile.url_variables if variable in profile.url_variables else profile.key_variables


def meant(text: str, name: str, variable: str) -> str:
    """The value in `text` for `variable` of the provider `name`, empty when there is none.

    Blanks, quotes and line ends around it go, and so does what assigns it in a shell or a file. Of several lines the
    one that sets this variable is meant. Raises WrongEntry where none can be.
    """
    lines = [line.strip() for line in strip_controls(text).split("\n")]
    lines = [line for line in lines if line and not line.startswith("#")]
    assigned = [found for line in lines if (found := _ASSIGNMENT.fullmatch(line))]
    for found in assigned:
        if _assigned(found) in names_of(name, variable):
            return _bare(_COMMENT.sub("", found[3]) if found[3][:1] not in _QUOTES else found[3])
    known = {own for profile in PROFILES for own in (*profile.key_variables, *profile.url_variables)}
    if other := next((it for it in map(_assigned, assigned) if it in known), ""):
        raise WrongEntry(f"That sets {other}; here {variable} is wanted.")
    if len(lines) > 1:
        raise WrongEntry(f"That has {len(lines)} lines, and none of them sets {variable}. Paste the value alone.")
    return _bare(lines[0]) if lines else ""


def other_owner(key: str, name: str) -> str:
    """The provider whose keys begin as `key` does, where that is not `name`; empty where it may be one of its own."""
    owner = next((owner for beginning, owner in _BEGINNINGS.items() if key.startswith(beginning)), name)
    return "" if owner == name else owner


def _assigned(found: re.Match[str]) -> str:
    return (found[1] or found[2]).upper()


def _bare(text: str) -> str:
    """`text` without what stands around a value: the end of a statement, quotes, the word before a token."""
    text = text.strip().rstrip(",;").strip()
    while len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1].strip()
    return re.sub(r"^bearer\s+", "", text, flags=re.IGNORECASE)
