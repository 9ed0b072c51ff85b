"""The terminal's own cursor. Textual hides it and draws cursors of its own; who listens, or has a magnifier or a
braille display, needs the one that the terminal knows of."""

SHOW, HIDE = "\x1b[?25h", "\x1b[?25l"


def sequence(*, is_shown: bool) -> str:
    """What the terminal is told."""
    return SHOW if is_shown else HIDE
