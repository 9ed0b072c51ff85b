"""The title of the window: what goes on, where the old one can be put back."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from phoenix_tui.tui.window_title import can_be_restored, window_title


@pytest.mark.parametrize(
    "environ",
    [
        {"TMUX": "x"},
        {"XTERM_VERSION": "XTerm(379)"},
        {"TERM_PROGRAM": "WezTerm"},
        {"TERM": "foot"},
        {"TERM": "tmux-256color"},
    ],
)
def test_terminals_that_put_a_title_back(environ: Mapping[str, str]) -> None:
    assert can_be_restored(environ)


@pytest.mark.parametrize(
    "environ", [{}, {"TERM": "xterm-256color"}, {"TERM": "screen-256color"}, {"TERM_PROGRAM": "Apple_Terminal"}]
)
def test_terminals_of_which_nobody_knows(environ: Mapping[str, str]) -> None:
    assert not can_be_restored(environ)


def test_a_title_is_short_and_has_no_controls() -> None:
    assert window_title("", is_answering=False) == "phoenix-tui"
    assert window_title("why?", is_answering=True) == "answering, phoenix-tui: why?"
    assert window_title("a\x07b\x1b]2;evil\x1b\\c\nd", is_answering=False) == "phoenix-tui: abc d"
    assert len(window_title("x" * 500, is_answering=False)) < 80
