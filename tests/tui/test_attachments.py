"""Files that a message refers to: which are meant, what is refused, what a model is sent."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.tui import attachments
from phoenix_tui.tui.attachments import (
    LARGEST_FILE,
    MOST_FILES,
    Attachment,
    NotAttached,
    content,
    file_sizes,
    names_files,
    plain,
    read_attachments,
    references,
    written_references,
)
from phoenix_tui.tui.drafts import Draft


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notes.md").write_text("# Notes\r\nred \x1b[31mand\x1b[0m blue\n", "utf-8")
    (tmp_path / "my notes.md").write_text("mine", "utf-8")
    (tmp_path / "Makefile").write_text("all:\n", "utf-8")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.py").write_text("print()\n", "utf-8")
    return tmp_path


def read(text: str, folder: Path) -> list[tuple[str, str]]:
    return [(it.name, it.text) for it in read_attachments(Draft(text), folder)]


def refused(text: str, folder: Path) -> str:
    with pytest.raises(NotAttached) as caught:
        read_attachments(Draft(text), folder)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("@notes.md", ["notes.md"]),
        ('see @a.md, (@b.md) and @"my notes.md".', ["a.md,", "b.md)", "my notes.md"]),
        ("@a.md\n@a.md", ["a.md"]),
        ("bob@example.com, @@a.md and @user@host.social", []),
        ("`@a.md` is code, and @ alone is nothing", []),
    ],
)
def test_what_is_referred_to(text: str, paths: list[str]) -> None:
    assert [it.path for it in references(text)] == paths


def test_files_are_read_as_they_were_named(folder: Path) -> None:
    text = 'compare @notes.md, (@src/main.py) with @"my notes.md" and @Makefile.'
    assert read(text, folder) == [
        ("notes.md", "# Notes\nred and blue\n"),
        ("src/main.py", "print()\n"),
        ("my notes.md", "mine"),
        ("Makefile", "all:\n"),
    ]


def test_a_path_may_begin_at_home_or_at_the_root(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME" if os.name != "nt" else "USERPROFILE", str(folder))
    assert read("@~/Makefile", Path("elsewhere")) == [("~/Makefile", "all:\n")]
    assert read(f"@{folder}/Makefile", Path("elsewhere")) == [(f"{folder}/Makefile", "all:\n")]


@pytest.mark.parametrize(
    "text",
    ["ask @alice", "@types/node", "@pytest.fixture", "@mock.patch", "@app.route('/x')", "@dataclass", "@src is ours",
     '@"hello"', "@...", "@~nobody", "@" + "x" * 5_000, "@.", "@\x01"],
)  # fmt: skip
def test_a_name_in_prose_is_left_alone(folder: Path, text: str) -> None:
    assert read(text, folder) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("@gone.md", "There is no file gone.md."),
        ("@gone.md, please", "There is no file gone.md."),
        ("@./gone", "There is no file ./gone."),
        ("@src/mian", "There is no file src/mian."),
        ("@src/", "src/ is a folder"),
        ("@./src", "./src is a folder"),
        ("@/dev/zero", "/dev/zero is a pipe or a device"),
    ],
)
def test_what_is_meant_and_cannot_be_had_is_a_sentence(folder: Path, text: str, why: str) -> None:
    assert refused(text, folder).startswith(why)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_and_a_socket_are_never_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(folder / "pipe.txt")
    opened: list[object] = []
    monkeypatch.setattr(os, "open", lambda *arguments: opened.append(arguments))
    assert "pipe.txt is a pipe or a device" in refused("@pipe.txt", folder)
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(folder)  # a longer path is none for a socket
        server.bind("socket.txt")
        assert "socket.txt is a pipe or a device" in refused("@socket.txt", folder)
    assert not opened


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00\x00", b"caf\xe9", "hello".encode("utf-16")])
def test_what_is_no_text_is_refused(folder: Path, data: bytes) -> None:
    (folder / "picture.png").write_bytes(data)
    assert refused("@picture.png", folder) == ("picture.png is not text (in UTF-8); only text files can be attached.")


def test_what_is_too_large_is_refused_with_the_limit(folder: Path) -> None:
    (folder / "big.log").write_bytes(b"x" * (LARGEST_FILE + 1))
    assert refused("@big.log", folder) == "big.log is too large (1 MB); 1 MB can be attached."
    for number in range(3):
        (folder / f"part{number}.log").write_bytes(b"x" * LARGEST_FILE)
    assert "too large together; 2 MB" in refused("@part0.log @part1.log @part2.log", folder)


def test_a_file_that_grows_while_it_is_read_is_still_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "big.log").write_bytes(b"x" * 100)
    monkeypatch.setattr(attachments, "_require_file", lambda name, info: None)
    monkeypatch.setattr(attachments, "LARGEST_FILE", 10)
    assert "is too large" in refused("@big.log", folder)


def test_too_many_files_are_refused(folder: Path) -> None:
    for number in range(MOST_FILES + 1):
        (folder / f"{number}.txt").write_text("x", "utf-8")
    assert "21 files are too many" in refused(" ".join(f"@{number}.txt" for number in range(21)), folder)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_what_may_not_be_read_is_refused(folder: Path) -> None:
    (folder / "notes.md").chmod(0)
    assert refused("@notes.md", folder) == "notes.md cannot be read: permission denied."


def test_a_file_that_vanishes_meanwhile_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = attachments._file

    def finds_and_loses(reference: attachments.Reference, here: Path) -> tuple[str, Path] | None:
        place = found(reference, here)
        (folder / "notes.md").unlink()
        return place

    monkeypatch.setattr(attachments, "_file", finds_and_loses)
    assert refused("@notes.md", folder) == "notes.md cannot be read: no such file or directory."


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be there")
def test_a_hostile_name_is_harmless(folder: Path) -> None:
    name = "a\x1b]0;title\x07\u202eb.md"
    (folder / name).write_text("x", "utf-8")
    (it,) = read_attachments(Draft(f"@{name}"), folder)
    assert it.told == "attached ab.md, 1 line, 1 byte"
    assert "## ab.md\n" in content("?", (it,))


def test_what_is_told_and_what_is_sent() -> None:
    notes = Attachment("notes.md", "a line\n" * 120)
    assert notes.told == "attached notes.md, 120 lines, 840 bytes"
    assert Attachment("e", "").told == "attached e, 0 lines, 0 bytes"
    assert content("Why?", ()) == "Why?"
    assert content("Why?", (Attachment("src/main.py", "print()\n"),)) == "Why?\n\n## src/main.py\n\n```py\nprint()\n```"
    assert content("Why?", (Attachment("Makefile", "all:"),)).endswith("## Makefile\n\n```\nall:\n```")


@given(st.text(alphabet="`~ \na", max_size=60))
def test_nothing_in_a_file_closes_its_fence(text: str) -> None:
    sent = content("?", (Attachment("a.md", text),))
    opening = re.search(r"^(`+)md$", sent, re.MULTILINE)
    assert opening is not None
    closing = [line for line in sent[opening.end() :].split("\n") if re.fullmatch(r" {0,3}`{3,}\s*", line)]
    closing = [line for line in closing if len(line.strip()) >= len(opening[1])]
    assert closing == [opening[1]]


def test_a_paste_only_quotes() -> None:
    pasted = "see @~/.ssh/id_rsa\nand @@this\n"
    draft = Draft(f"read @a.md and @@b.md: {pasted}", ((23, 23 + len(pasted)),))
    assert [it.path for it in written_references(draft)] == ["a.md"]
    assert plain(draft) == f"read @a.md and @b.md: {pasted}"


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("line\n@~/.ssh/id_rsa", True),
        ("line\n@notes.md\n", True),
        ("@notes.md", False),
        ("@dataclass\nclass A:", False),
    ],
)
def test_several_lines_that_refer_to_files_are_told_from_others(text: str, does: bool) -> None:
    assert names_files(text) is does


def test_sizes_are_known_without_reading(folder: Path) -> None:
    assert file_sizes(references("@Makefile and @gone.md, @src/ @src/main.py."), folder) == (5, 8)
