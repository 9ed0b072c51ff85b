"""What can be taken at the cursor, as data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from phoenix_tui.core.profiles import PROVIDER_NAMES
from phoenix_tui.core.snapshot import HealthState, ProviderHealth
from phoenix_tui.core.types import ModelInfo
from phoenix_tui.tui import file_completion
from phoenix_tui.tui.completion import (
    ArgumentSlot,
    CommandSlot,
    Completion,
    ModelList,
    arguments,
    command_slot,
    commands,
)
from phoenix_tui.tui.file_completion import FileSlot, Listing, file_slot, files, list_folder
from phoenix_tui.tui.slash import COMMANDS
from tests.tui.fakes import make_snapshot


def labels(completion: Completion) -> list[str]:
    return [option.label for option in completion.options]


def command(line: str) -> Completion:
    slot = command_slot(line, len(line))
    assert isinstance(slot, CommandSlot)
    return commands(slot)


def argument(line: str, models: ModelList | None = None, **states: ProviderHealth) -> Completion:
    slot = command_slot(line, len(line))
    assert isinstance(slot, ArgumentSlot)
    return arguments(slot, make_snapshot("openrouter", "openai", **states), models)


def test_a_slash_offers_every_command_and_letters_narrow_them_the_beginning_first() -> None:
    assert labels(command("/")) == [f"/{it.name}" for it in COMMANDS]
    found = labels(command("/re"))
    assert found[:2] == ["/retry", "/restore"]
    assert labels(command("/RETRY")) == ["/retry"]
    assert labels(command("/rst")) == ["/restore"]
    assert labels(command("/xyz")) == []


@pytest.mark.parametrize("line", ["", "hello", "//", "//re", "/etc/hosts", " /re", "/nonsense x", "/retry now"])
def test_what_is_no_command_or_takes_nothing_offers_nothing(line: str) -> None:
    assert command_slot(line, len(line)) is None


def test_the_name_is_completed_where_the_cursor_is_and_taken_whole() -> None:
    slot = command_slot("/retr openai", 3)
    assert slot == CommandSlot("re", 0, 5)


def test_only_a_command_that_can_do_without_runs_without_its_argument() -> None:
    (key,) = [option for option in command("/key").options if option.label == "/key"]
    assert (key.text, key.more, key.runs) == ("/key", " ", False)
    assert command("/use").options[0].runs
    assert command("/model").options[0].runs
    assert command("/quit").options[0].more == ""


def test_providers_come_with_their_state_in_a_word() -> None:
    down = ProviderHealth("openai", HealthState.UNAVAILABLE)
    completion = argument("/use ", openai=down)
    assert labels(completion) == list(PROVIDER_NAMES)
    assert completion.options[0].description == "the primary, healthy, openrouter-model"
    assert completion.options[1].description == "down, openai-model"
    assert completion.options[2].description == "no key"
    assert completion.chosen is None, "without one it opens a list"
    assert argument("/key ").chosen == 0, "one of them it has to be"
    assert argument("/use oll").options[0].text == "ollama"


def test_before_the_connections_are_open_the_names_are_known() -> None:
    slot = command_slot("/use g", 6)
    assert isinstance(slot, ArgumentSlot)
    assert labels(arguments(slot, None, None)) == ["gemini", "grok"]


def test_strategies_say_what_they_do_and_which_it_is_now() -> None:
    completion = argument("/strategy ")
    assert [option.description.startswith("now: ") for option in completion.options] == [False, True, False, False]
    assert completion.chosen is None, "enter alone asks which it is"
    assert argument("/strategy la").chosen == 0


def test_local_offers_off() -> None:
    assert labels(argument("/local ")) == ["off"]
    assert argument("/local ").chosen is None, "enter alone locks"


def test_models_say_what_is_known_of_them_and_hide_what_cannot_be_typed() -> None:
    models = (ModelInfo("openrouter-model", context_window=8_000), ModelInfo("two"), ModelInfo("e", usable=False))
    known = ModelList("openrouter", (*models, ModelInfo("a\nb"), ModelInfo("\x1b[31mred")))
    completion = argument("/model ", known)
    assert labels(completion) == ["openrouter-model", "two"]
    assert completion.options[0].description == "now, 8,000 tokens"
    assert argument("/model tw", known).chosen is None, "any name may be typed, listed or not"
    assert "all the same" in argument("/model my-own", known).note


def test_a_list_of_models_that_is_not_there_says_so() -> None:
    assert "is being fetched" in argument("/model ").note
    assert "is being fetched" in argument("/model ", ModelList("openrouter", is_coming=True)).note
    assert argument("/model ", ModelList("openrouter", problem="Not now.")).note == "Not now."


def test_a_thousand_models_are_cut_and_that_is_said() -> None:
    known = ModelList("openrouter", tuple(ModelInfo(f"model-{number}") for number in range(1_000)))
    completion = argument("/model m", known)
    assert len(completion.options) == 200
    assert "800 more" in completion.note


# Files


@pytest.mark.parametrize(
    ("line", "slot"),
    [
        ("@", FileSlot("", "", 0, 1)),
        ("see @no", FileSlot("", "no", 4, 7)),
        ("(@src/ma", FileSlot("src/", "ma", 1, 8)),
        ("@~", FileSlot("~/", "", 0, 2)),
        ('@"my notes/a b', FileSlot("my notes/", "a b", 0, 14)),
        ("@.g", FileSlot("", ".g", 0, 3)),
        ("bob@example", None),
        ("@@lit", None),
        ("@one two", None),
        ("@user@host", None),
        ("nothing", None),
    ],
)
def test_where_a_path_is_written(line: str, slot: FileSlot | None) -> None:
    assert file_slot(line, len(line)) == slot


def test_a_path_ends_at_the_cursor() -> None:
    assert file_slot("@notes and more", 3) == FileSlot("", "no", 0, 3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("Notes.md", "notes.txt", ".hidden", "a b.md", "plain"):
        (tmp_path / name).write_text(name, "utf-8")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.py").write_text("", "utf-8")
    return tmp_path


def offered(folder: Path, line: str) -> list[str]:
    slot = file_slot(line, len(line))
    assert slot is not None
    return [option.text + option.more for option in files(slot, list_folder(folder, slot.folder)).options]


def test_files_and_folders_of_the_current_folder(folder: Path) -> None:
    assert offered(folder, "@") == ['@"a b.md" ', "@Notes.md ", "@notes.txt ", "@plain ", "@src/"]
    assert offered(folder, "@NO") == ["@Notes.md ", "@notes.txt "]
    assert offered(folder, "@.") == ["@.hidden "]
    assert offered(folder, "@src/") == ["@src/main.py "]
    assert offered(folder, "@md") == ['@"a b.md" ', "@Notes.md "], "a word of the name will do"
    assert offered(folder, f"@{folder}/src/m") == [f"@{folder}/src/main.py "]


def test_the_home_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME" if os.name != "nt" else "USERPROFILE", str(folder))
    assert offered(Path("elsewhere"), "@~/s") == ["@~/src/"]


def test_a_folder_that_cannot_be_read_says_so(folder: Path) -> None:
    listing = list_folder(folder, "gone/")
    assert listing.problem == "gone/ cannot be listed: No such file or directory."
    completion = files(FileSlot("gone/", "", 0, 6), listing)
    assert (completion.options, completion.note) == ((), listing.problem)
    assert list_folder(folder, "\x00/").problem
    assert list_folder(folder, "plain/").problem


def test_a_huge_folder_is_not_read_to_its_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_completion, "LARGEST_FOLDER", 2)
    listing = list_folder(folder, "")
    assert len(listing.names) <= 2
    assert listing.is_cut
    assert "there are more" in files(FileSlot("", "", 0, 1), listing).note


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be there")
def test_names_that_cannot_be_typed_are_not_offered(tmp_path: Path) -> None:
    for name in ("a\nb", "c\x1b[31md", 'e"f', "g\u202eh"):
        (tmp_path / name).write_text("", "utf-8")
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))).write_text("", "utf-8")
    assert list_folder(tmp_path, "").names == ()


def test_what_was_read_of_another_folder_is_not_offered() -> None:
    completion = files(FileSlot("src/", "", 0, 5), Listing("", ("notes.md",)))
    assert not completion.is_shown
