"""What terminal and environment say about how a full screen had better look."""

from __future__ import annotations

from collections.abc import Mapping

from phoenix_tui.tui.look import Surroundings

_LIGHT_BACKGROUNDS = ("7", "15")
_PLAIN_TERMINALS = ("dumb", "linux", "vt100")
_PLAIN_LOCALES = ("C", "POSIX")
_COERCED = ("C.UTF-8", "C.utf8", "UTF-8")
"""What Python sets LC_CTYPE to (PEP 538) where the person's locale is plain."""


def surroundings_of(environ: Mapping[str, str], encoding: str, *, screen_reader: bool = False) -> Surroundings:
    """`environ` is the environment, `encoding` that of what is printed, `screen_reader` whether its flag was given."""
    is_plain = environ.get("TERM") in _PLAIN_TERMINALS or not encoding.lower().startswith("utf")
    return Surroundings(
        # As rxvt, Konsole and others set it.
        is_light=environ.get("COLORFGBG", "").rpartition(";")[2] in _LIGHT_BACKGROUNDS,
        is_ascii=is_plain or _is_plain_locale(environ),
        no_color=bool(environ.get("NO_COLOR")),
        is_still=environ.get("TEXTUAL_ANIMATIONS") == "none",
        screen_reader=screen_reader,
    )


def _is_plain_locale(environ: Mapping[str, str]) -> bool:
    """Whether the person asks for ASCII with a locale of that name. No locale at all is no wish."""
    if whole := environ.get("LC_ALL"):
        return whole in _PLAIN_LOCALES
    characters, language = environ.get("LC_CTYPE", ""), environ.get("LANG", "")
    if characters in _COERCED:
        return language in _PLAIN_LOCALES
    return (characters or language) in _PLAIN_LOCALES
