"""What outlives the screen: files written whole, held by their program, set aside when damaged."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.tui import session
from phoenix_tui.tui.conversation import Ending, Exchange
from phoenix_tui.tui.session import Saved, SessionStore, _encoded
from phoenix_tui.tui.transcript.entries import Dumped, Entry, Kind, State

SAVED = Saved(
    (Exchange("why?", "because", Ending.WHOLE, "OpenAI gpt", seams=(3,)),),
    "a draft",
    ({"kind": "user", "text": "why?"},),
    local_only=True,
    known_to=("ollama", "openai"),
)


def files(folder: Path) -> list[str]:
    return sorted(path.name.partition("-")[0] + path.suffix for path in folder.iterdir())


def test_the_next_run_finds_what_the_last_one_left(tmp_path: Path) -> None:
    first = SessionStore(tmp_path / "state")
    first.save(SAVED)
    first.close()
    found = SessionStore(tmp_path / "state").newest()
    assert found is not None
    assert found.saved == SAVED
    assert stat.S_IMODE(found.path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


@pytest.mark.parametrize(("lock", "kept_here"), [(None, False), (False, False), ("no", True), (0, True)])
def test_a_lock_that_cannot_be_read_is_a_lock(tmp_path: Path, lock: object, kept_here: bool) -> None:
    data = {"format": session.FORMAT, "exchanges": [], "draft": "d", "known_to": ["openai", 3]}
    if lock is not None:  # files of earlier versions have none
        data["local_only"] = lock
    (tmp_path / "session-1.json").write_text(json.dumps(data))
    found = SessionStore(tmp_path).newest()
    assert found is not None
    assert found.saved.local_only is kept_here
    assert found.saved.known_to == ("openai",)


def test_a_running_program_keeps_its_file_to_itself(tmp_path: Path) -> None:
    first, second = SessionStore(tmp_path), SessionStore(tmp_path)
    first.save(SAVED)
    assert second.newest() is None, "held by the first"
    second.save(Saved(draft="mine"))
    first.save(Saved(draft="still here"))
    first.close()
    third = SessionStore(tmp_path)
    found = third.newest()
    assert found is not None
    assert found.saved.draft == "still here"
    second.close()


def test_the_restored_file_goes_only_when_the_new_one_is_written(tmp_path: Path) -> None:
    first = SessionStore(tmp_path)
    first.save(SAVED)
    first.close()
    second = SessionStore(tmp_path)
    found = second.newest()
    assert found is not None
    second.adopt(found)
    assert found.path.exists()
    second.save(SAVED)
    assert not found.path.exists()
    second.close()
    assert SessionStore(tmp_path).newest() is not None


def test_nothing_to_keep_leaves_no_file(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    store.save(SAVED)
    store.save(Saved(draft="  \n"))
    store.close()
    assert files(tmp_path) == []


def test_another_conversation_has_another_file(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    store.save(SAVED)
    store.begin_another()
    store.save(Saved(draft="second"))
    store.close()
    assert files(tmp_path) == ["session.json", "session.json"]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[1]", "null", '{"format": 99}', '{"format": 1, "exchanges": 3, "draft": ""}', "[" * 100_000, "\x00\xff"],
)
def test_a_damaged_file_is_set_aside_and_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "session-x.json"
    path.write_bytes(content.encode("latin-1"))
    store = SessionStore(tmp_path)
    assert store.newest() is None
    assert "is damaged and was set aside as" in store.problem
    assert path.with_suffix(".set-aside").exists()
    assert SessionStore(tmp_path).newest() is None


def test_a_huge_file_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "LARGEST_FILE", 10)
    (tmp_path / "session-x.json").write_text(json.dumps({"format": 1, "exchanges": [], "draft": "x"}), "utf-8")
    store = SessionStore(tmp_path)
    assert store.newest() is None
    assert "is too large" in store.problem


def test_a_damaged_file_does_not_hide_an_older_good_one(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    store.save(SAVED)
    store.close()
    (tmp_path / "session-x.json").write_text("{", "utf-8")
    found = SessionStore(tmp_path).newest()
    assert found is not None
    assert found.saved == SAVED


def test_old_files_do_not_pile_up(tmp_path: Path) -> None:
    for number in range(session.KEPT_FILES + 5):
        path = tmp_path / f"session-{number}.json"
        path.write_text(json.dumps({"format": 1, "exchanges": [], "draft": str(number)}), "utf-8")
        os.utime(path, (1_000 + number, 1_000 + number))
    found = SessionStore(tmp_path).newest()
    assert found is not None
    assert found.saved.draft == str(session.KEPT_FILES + 4)
    assert len(list(tmp_path.glob("*.json"))) == session.KEPT_FILES


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file", "utf-8")
    store = SessionStore(tmp_path / "state")
    store.save(SAVED)
    assert "could not be saved" in store.problem
    assert store.newest() is None


def test_a_write_that_fails_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SessionStore(tmp_path)
    store.save(SAVED)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    store.save(Saved(draft="lost"))
    assert "No space left" in store.problem
    store.close()
    monkeypatch.undo()
    found = SessionStore(tmp_path).newest()
    assert found is not None
    assert found.saved == SAVED
    assert files(tmp_path) == ["session.json"]


@given(draft=st.text(), question=st.text(), ending=st.sampled_from(Ending))
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, draft: str, question: str, ending: Ending) -> None:
    folder = tmp_path_factory.mktemp("state")
    store = SessionStore(folder)
    store.save(Saved((Exchange(question, ending=ending),), draft))
    store.close()
    found = SessionStore(folder).newest()
    assert found is not None
    assert found.saved.draft == draft
    assert found.saved.exchanges[0].question == question
    assert found.saved.exchanges[0].ending is (Ending.STOPPED if ending is Ending.OPEN else ending)


def test_a_long_conversation_is_written_in_small_pieces_and_dumped_where_it_is_written(tmp_path: Path) -> None:
    """Nothing that takes long is done where keys are heard, and the encoder lets them be heard meanwhile."""
    entries = [Entry(Kind.ANSWER, f"answer {number}", state=State.DONE) for number in range(200)]
    entries.append(Entry(Kind.ANSWER, "half", state=State.STREAMING))
    shown = Dumped(entries)
    entries[-1].text.append(" and more")
    exchanges = tuple(Exchange(f"question {number}", "answer", Ending.WHOLE) for number in range(200))
    pieces = list(_encoded(Saved(exchanges, "draft", shown, folds=((0, 2),))))
    assert max(map(len, pieces)) < 500
    store = SessionStore(tmp_path)
    store.save(Saved(exchanges, "draft", shown, folds=((0, 2),)))
    store.close()
    found = SessionStore(tmp_path).newest()
    assert found is not None
    assert found.saved.exchanges == exchanges
    assert found.saved.folds == ((0, 2),)
    assert [item["text"] for item in found.saved.shown][-2:] == ["answer 199", "half"]
    assert list(shown[:1]) == [entries[0].dump()]
