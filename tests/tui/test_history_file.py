"""What was sent, kept from run to run: bounded, private, shared by programs that run at once."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.tui import history_file
from phoenix_tui.tui.drafts import Draft
from phoenix_tui.tui.history_file import LONGEST_ENTRY, NAME, HistoryFile, kept_form


def test_the_next_run_knows_what_was_sent(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    assert HistoryFile(folder).read() == ()
    for text in ("one", "two\nlines", "three"):
        HistoryFile(folder).add(Draft(text))
    assert HistoryFile(folder).read() == ("one", "two\nlines", "three")
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o600


@given(texts=st.lists(st.text(min_size=1), max_size=5))
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    file = HistoryFile(tmp_path_factory.mktemp("state"))
    for text in texts:
        file.add(Draft(text))
    assert file.read() == tuple(text for text in texts if text.strip())


def test_no_folded_paste_is_kept_and_nothing_without_end() -> None:
    secret = "secret\n" * 500
    draft = Draft(f"see {secret} ok?", ((4, 4 + len(secret)),))
    assert kept_form(draft) == "see [a paste that was not kept: 500 lines, 3,500 characters] ok?"
    assert kept_form(Draft("x" * (LONGEST_ENTRY + 1))) == "x" * LONGEST_ENTRY + " […]"


def test_it_is_shortened_to_its_newest_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_file, "LARGEST_FILE", 1_000)
    file = HistoryFile(tmp_path)
    for number in range(200):
        file.add(Draft(f"message {number}"))
    kept = file.read()
    assert kept[-1] == "message 199"
    assert 15 < len(kept) < 50
    assert (tmp_path / NAME).stat().st_size <= 1_000
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    assert not [path for path in tmp_path.iterdir() if path.name not in (NAME, "sent.lock")]


@pytest.mark.parametrize(
    "damage", [b"\x00\xff{", b"[" * 100_000 + b"\n", b'{"text": 3}\n', b'"text"\n', b"{}", b'{"text": "half']
)
def test_a_damaged_file_is_no_problem(tmp_path: Path, damage: bytes) -> None:
    file = HistoryFile(tmp_path)
    file.add(Draft("one"))
    with (tmp_path / NAME).open("ab") as handle:
        handle.write(damage)
    assert file.read() == ("one",)
    file.add(Draft("two"))
    assert file.read() == ("one", "two")
    assert file.problem == ""


def test_a_huge_file_is_read_from_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = HistoryFile(tmp_path)
    for number in range(50):
        file.add(Draft(f"message {number}"))
    monkeypatch.setattr(history_file, "LARGEST_FILE", 100)
    assert file.read()[-1] == "message 49"
    assert len(file.read()) < 10


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file", "utf-8")
    file = HistoryFile(tmp_path / "state")
    file.add(Draft("one"))
    assert "could not be kept" in file.problem
    (tmp_path / NAME).mkdir()
    other = HistoryFile(tmp_path)
    assert other.read() == ()
    assert "could not be read" in other.problem


def test_programs_at_once_lose_nothing_of_each_other(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from phoenix_tui.tui import history_file; "
        "from phoenix_tui.tui.drafts import Draft; history_file.LARGEST_FILE = 20_000; "
        "file = history_file.HistoryFile(Path(sys.argv[1])); "
        "[file.add(Draft(f'{sys.argv[2]} {number}')) for number in range(100)]; print(file.problem)"
    )
    programs = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name], stdout=subprocess.PIPE, text=True)
        for name in ("a", "b", "c")
    ]
    assert [program.communicate()[0].strip() for program in programs] == ["", "", ""]
    kept = HistoryFile(tmp_path).read()
    for name in ("a", "b", "c"):
        mine = [text for text in kept if text.startswith(f"{name} ")]
        assert mine == [f"{name} {number}" for number in range(100 - len(mine), 100)], "the newest, none missing"
        assert len(mine) > 20
    lines = (tmp_path / NAME).read_text("ascii").splitlines()
    assert all(json.loads(line) for line in lines)


def test_a_lock_that_is_never_given_back_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_file, "LOCK_SECONDS", 0.0)
    monkeypatch.setattr(history_file, "try_lock", lambda lock: False)
    file = HistoryFile(tmp_path)
    file.add(Draft("one"))
    assert file.read() == ("one",)
