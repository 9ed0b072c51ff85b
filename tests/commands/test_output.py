"""What is said to the person on stderr."""

from __future__ import annotations

import io

import pytest

from phoenix_tui.commands.output import say

SENTENCE = "openai is not set up yet: put OPENAI_API_KEY=sk-... into ~/.config/phoenix-tui/.env.local and start again."


class Terminal(io.StringIO):
    """A stream that says that it is one."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_sentence_broken_between_words_and_a_file_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    for stream, lines in ((Terminal(), 4), (io.StringIO(), 1)):
        monkeypatch.setattr("sys.stderr", stream)
        say(SENTENCE)
        said = stream.getvalue().rstrip("\n").split("\n")
        assert " ".join(said) == SENTENCE
        assert len(said) == lines
        assert lines == 1 or max(map(len, said)) < 40 or "/" in max(said, key=len)
