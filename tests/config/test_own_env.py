"""What the screen saves in the person's own file: readable by nobody else, whole or not at all, never at the cost of
what stands there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from phoenix_tui.config import remove_variables, set_variables, variables_in
from tests.helpers.settings import Load

KEY = {"OPENAI_API_KEY": "sk-canary0123456789abcdef"}
posix = pytest.mark.skipif(os.name != "posix", reason="rights and links as on Unix")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@posix
def test_folder_and_file_are_made_for_the_user_only(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "config"
    assert set_variables(folder, KEY) is None
    assert (folder / ".env.local").read_bytes() == b"OPENAI_API_KEY=sk-canary0123456789abcdef\n"
    assert (mode(folder), mode(folder / ".env.local")) == (0o700, 0o600)
    assert [path.name for path in folder.iterdir()] == [".env.local"]


@posix
def test_a_file_that_others_could_read_becomes_the_users_own(config_dir: Path) -> None:
    path = config_dir / ".env.local"
    path.write_bytes(b"# mine\r\nLLM_PROVIDER=openai\r\n")
    path.chmod(0o644)
    assert set_variables(config_dir, {**KEY, "LM_API_TOKEN": "a b"}) is None
    assert mode(path) == 0o600
    assert path.read_bytes() == (
        b"# mine\r\nLLM_PROVIDER=openai\r\nOPENAI_API_KEY=sk-canary0123456789abcdef\r\nLM_API_TOKEN='a b'\r\n"
    )


def test_what_is_saved_is_in_force_at_the_next_start_and_gone_when_removed(load: Load, config_dir: Path) -> None:
    set_variables(config_dir, KEY)
    assert load().provider_named("openai").configured
    assert variables_in(config_dir, ("OPENAI_API_KEY", "GROK_API_KEY")) == {"OPENAI_API_KEY"}
    assert remove_variables(config_dir, KEY) is None
    assert not load().provider_named("openai").configured
    assert (config_dir / ".env.local").read_text() == ""


def test_nothing_to_remove_makes_no_file(config_dir: Path) -> None:
    assert remove_variables(config_dir, KEY) is None
    assert not list(config_dir.iterdir())


@posix
def test_a_link_is_followed_and_stays(config_dir: Path, tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles.env"
    kept.write_text("A=1\n")
    (config_dir / ".env.local").symlink_to(kept)
    assert set_variables(config_dir, KEY) is None
    assert (config_dir / ".env.local").is_symlink()
    assert kept.read_text() == "A=1\nOPENAI_API_KEY=sk-canary0123456789abcdef\n"
    assert mode(kept) == 0o600


def _unread(path: Path) -> tuple[int, ...]:
    """What of a file changes when it is written, and not when it is read."""
    its = path.lstat()
    return its.st_mode, its.st_ino, its.st_size, its.st_mtime_ns


@posix
@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (lambda path: path.mkdir(), "is a folder, not a file"),
        (lambda path: path.write_bytes(b"A=\xff\n"), "is not UTF-8 text; save it as UTF-8"),
        (lambda path: (path.write_text("A=1\n"), path.chmod(0o400)), "could not be written (it is read-only)"),
        (lambda path: path.symlink_to(path), "cannot be read (Too many levels of symbolic links)"),
        (lambda path: path.symlink_to("/nowhere/at/all"), "could not be written (No such file or directory)"),
    ],
    ids=["folder", "encoding", "read-only", "loop", "dangling"],
)
def test_what_cannot_be_written_is_a_sentence_and_changes_nothing(config_dir: Path, trouble: object, said: str) -> None:
    path = config_dir / ".env.local"
    assert callable(trouble)
    trouble(path)
    before = _unread(path)
    problem = set_variables(config_dir, KEY)
    assert problem
    assert problem.message.startswith(f"{path} {said}; nothing in it was changed.")
    assert "canary" not in str(problem)
    assert _unread(path) == before
    assert [it.name for it in config_dir.iterdir()] == [".env.local"]


def test_a_file_in_the_place_of_the_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    problem = set_variables(tmp_path / "file", KEY)
    assert problem
    assert "nothing in it was changed" in problem.message


@posix
def test_a_full_disk_leaves_the_old_file_and_no_rest(config_dir: Path) -> None:
    """A limit on the size of files stands for the disk, in a process of its own."""
    path = config_dir / ".env.local"
    path.write_text("A=1\n")
    code = (
        "import resource, sys, pathlib; from phoenix_tui.config import set_variables\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8, 8))\n"
        f"print(set_variables(pathlib.Path(sys.argv[1]), {KEY!r}))"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(config_dir)], capture_output=True, text=True, check=True)
    assert "could not be written (File too large)" in ran.stdout
    assert path.read_text() == "A=1\n"
    assert [it.name for it in config_dir.iterdir()] == [".env.local"]
