"""The person's own editor: which one it is, and everything that it may do to the message."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from phoenix_tui.tui import editor
from phoenix_tui.tui.editor import USUAL, NotEdited, edited, editor_command

BEGIN = """
import os, pathlib, stat, sys
path = pathlib.Path(sys.argv[-1])
text = path.read_bytes()
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files for editors are made; empty before and after."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def acting(tmp_path: Path, code: str) -> tuple[str, ...]:
    """An editor that does `code`, with `path` and `text` of its file."""
    script = tmp_path / "editor.py"
    script.write_text(BEGIN + code, "utf-8")
    return (sys.executable, str(script), "--wait")


def there_is(*names: str) -> object:
    return lambda name: f"/usr/bin/{name}" if name in names else None


@pytest.mark.parametrize(
    ("named", "command"),
    [
        ("vim", ("vim",)),
        ("code --wait", ("code", "--wait")),
        ("'/opt/my editor' -n 'a b'", ("/opt/my editor", "-n", "a b")),
        ("", (USUAL[0],)),
        ("  ", (USUAL[0],)),
    ],
)
def test_the_editor_that_is_named_or_a_usual_one(named: str, command: tuple[str, ...]) -> None:
    assert editor_command(named, there_is("vim", "code", "/opt/my editor", *USUAL)) == command  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("named", "why"),
    [("gone -x", "The editor gone was not found"), ("vim 'x", "cannot be read"), ("", "No editor is set")],
)
def test_an_editor_that_there_is_not_is_a_sentence(named: str, why: str) -> None:
    with pytest.raises(NotEdited, match=why):
        editor_command(named, there_is("vim"))  # type: ignore[arg-type]


def test_it_gets_the_text_in_a_file_for_nobody_else_and_what_it_leaves_is_read(tmp_path: Path, temporary: Path) -> None:
    seen = tmp_path / "seen"
    code = f"""
pathlib.Path({str(seen)!r}).write_bytes(b"%o %s " % (stat.S_IMODE(path.stat().st_mode), path.suffix.encode()) + text)
path.with_name("message.md~").write_bytes(text)
path.write_bytes(b"one\\r\\ntwo \\x1b[31mred\\x1b[0m\\n")
"""
    assert edited(acting(tmp_path, code), "héllo\nyou\n") == "one\ntwo red"
    assert seen.read_text("utf-8") == "600 .md héllo\nyou\n\n"
    assert list(temporary.iterdir()) == [], "nothing is left, copies neither"


@pytest.mark.parametrize("text", ["", "a", "a\n", "a\n\n", "é\n漢字"])
def test_what_is_not_changed_comes_back_as_it_was(tmp_path: Path, temporary: Path, text: str) -> None:
    assert edited(acting(tmp_path, ""), text) == text
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("path.write_text('x'); sys.exit(3)", "ended with status 3"),
        ("path.unlink()", "left no file behind"),
        ("path.unlink(); path.mkdir()", "left no file behind"),
        ("path.write_bytes(b'\\xff\\x00\\x01')", "what is no text"),
        ("path.write_bytes(b'a\\x00b')", "what is no text"),
        ("path.write_bytes(b'x' * 200)", "more behind than a message can hold"),
    ],
)
def test_what_goes_wrong_is_a_sentence_and_leaves_nothing(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch, code: str, why: str
) -> None:
    monkeypatch.setattr(editor, "LARGEST_TEXT", 100)
    with pytest.raises(NotEdited, match=why):
        edited(acting(tmp_path, code), "text")
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="no signals there")
def test_an_editor_that_is_killed_or_cannot_be_run_is_a_sentence(tmp_path: Path, temporary: Path) -> None:
    with pytest.raises(NotEdited, match="stopped by a signal"):
        edited(acting(tmp_path, "os.kill(os.getpid(), 9)"), "text")
    script = tmp_path / "script"
    script.write_text("no program", "utf-8")
    script.chmod(stat.S_IRWXU)
    with pytest.raises(NotEdited, match="could not be used"):
        edited((str(script),), "text")
    assert list(temporary.iterdir()) == []


def test_where_no_file_can_be_made_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with pytest.raises(NotEdited, match="No file for the editor could be made"):
        edited(("vim",), "text")
