"""Keys that are entered on the screen: tried over the real settings, kept in the person's own file, and drawn by no
folder to its own address."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from phoenix_tui.commands.key_keeper import FileKeyKeeper
from phoenix_tui.config import load_settings
from phoenix_tui.core.secret import Secret
from phoenix_tui.tui.ports import KeyPlace

KEY = Secret("sk-canary0123456789abcdef")
OPENAI = {"OPENAI_API_KEY": KEY}
Make = Callable[..., FileKeyKeeper]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A keeper over a shell environment, a `.env` of the current folder and files of the config folder."""
    folder, own = tmp_path / "project", tmp_path / "config"
    folder.mkdir()
    own.mkdir()

    def keeper(environ: dict[str, str] | None = None, *, env: str = "", own_env: str = "") -> FileKeyKeeper:
        (folder / ".env").write_text(env)
        (own / ".env.local").write_text(own_env)
        return FileKeyKeeper(
            lambda entered: load_settings(environ=environ or {}, cwd=folder, config_dir=own, entered=entered), own
        )

    return keeper


def test_it_is_tried_without_being_kept_and_kept_without_a_restart(make: Make, tmp_path: Path) -> None:
    keeper = make()
    tried = keeper.tried("openai", OPENAI)
    assert (tried.configured, tried.key) == (True, KEY)
    assert not keeper.tried("openai", {}).configured
    assert keeper.save("openai", OPENAI) == ""
    assert (tmp_path / "config" / ".env.local").read_text() == "OPENAI_API_KEY=sk-canary0123456789abcdef\n"
    assert keeper.tried("openai", {}).key == KEY
    place = keeper.place("openai")
    source = f"OPENAI_API_KEY ({place.file})"
    assert place == KeyPlace(place.file, "https://api.openai.com", saved=frozenset({"OPENAI_API_KEY"}), source=source)
    assert keeper.remove("openai") == ""
    assert not keeper.tried("openai", {}).configured


def test_it_is_known_where_the_key_in_force_was_found(make: Make, tmp_path: Path) -> None:
    assert make().place("openai").source == ""
    assert make(env="\nOPENAI_API_KEY=sk-1234567890\n").place("openai").source == "OPENAI_API_KEY (.env, line 2)"
    assert make({"XAI_API_KEY": "xai-1234567890"}).place("grok").source == "XAI_API_KEY (environment)"
    assert make().place("ollama").source == ""
    keeper = make()
    (tmp_path / "config" / ".env.local").unlink()
    (tmp_path / "config" / ".env.local").mkdir()
    assert keeper.save("openai", OPENAI)
    assert keeper.place("openai").source == "OPENAI_API_KEY (entered in this run)"


def test_a_folder_does_not_draw_the_new_key_to_its_own_address(make: Make) -> None:
    keeper = make(env="OPENAI_API_KEY=sk-of-the-folder\nOPENAI_BASE_URL=https://evil.example/v1\n")
    place = keeper.place("openai")
    assert place.address == "https://api.openai.com"
    assert "OPENAI_BASE_URL (.env, line 2) is ignored" in place.warnings[0]
    assert place.overruled == {"OPENAI_API_KEY": "OPENAI_API_KEY (.env, line 1)"}
    assert keeper.tried("openai", OPENAI).root == ""
    keeper.save("openai", OPENAI)
    assert keeper.tried("openai", {}).root == "", "it holds for this run"


def test_an_address_of_the_persons_own_is_obeyed(make: Make) -> None:
    keeper = make({"OPENAI_BASE_URL": "https://gateway.example/v1"})
    assert keeper.place("openai").address == "https://gateway.example"
    assert keeper.tried("openai", OPENAI).root == "https://gateway.example"


@pytest.mark.parametrize(
    ("environ", "name", "overruled"),
    [
        ({"GEMINI_API_KEY": "x"}, "gemini", {"GEMINI_API_KEY": "GEMINI_API_KEY (environment)"}),
        ({"GOOGLE_API_KEY": "x"}, "gemini", {}),
        ({"OLLAMA_HOST": ":1"}, "ollama", {}),
        ({"LM_API_TOKEN": "x"}, "lmstudio", {"LM_API_TOKEN": "LM_API_TOKEN (environment)"}),
    ],
)
def test_what_wins_over_the_file_is_what_wins_at_the_next_start(
    make: Make, environ: dict[str, str], name: str, overruled: dict[str, str]
) -> None:
    assert make(environ).place(name).overruled == overruled


def test_what_wins_over_the_file_does_not_win_in_this_run(make: Make) -> None:
    keeper = make({"OPENAI_API_KEY": "sk-of-the-shell"})
    keeper.save("openai", OPENAI)
    assert keeper.tried("openai", {}).key == KEY
    assert keeper.entered == {"OPENAI_API_KEY": KEY.reveal()}
    keeper.remove("openai")
    assert keeper.tried("openai", {}).key == Secret("sk-of-the-shell")


def test_an_address_and_a_token_are_entered_one_after_the_other(make: Make, tmp_path: Path) -> None:
    keeper = make({"LM_API_TOKEN": "of the shell"})
    keeper.save("lmstudio", {"LM_API_TOKEN": KEY})
    tried = keeper.tried("lmstudio", {"LMSTUDIO_BASE_URL": Secret("https://far.example:9")})
    assert (tried.configured, tried.key, tried.root) == (True, KEY, "https://far.example:9")
    assert keeper.place("lmstudio").address == "http://localhost:1234"
    in_clear = keeper.tried("lmstudio", {"LMSTUDIO_BASE_URL": Secret("http://far.example:9")})
    assert in_clear.problem.startswith("LMSTUDIO_BASE_URL begins with http://")


def test_what_could_not_be_written_is_said_and_holds_for_this_run(make: Make, tmp_path: Path) -> None:
    keeper = make()
    path = tmp_path / "config" / ".env.local"
    path.chmod(0o400)
    assert "(it is read-only); nothing in it was changed." in keeper.save("openai", OPENAI)
    assert path.read_text() == ""
    assert keeper.tried("openai", {}).key == KEY


def test_a_key_shows_itself_nowhere(make: Make) -> None:
    keeper = make(env="OPENAI_BASE_URL=nonsense\n")
    keeper.save("openai", OPENAI)
    wrong = keeper.tried("openai", {"OPENAI_API_KEY": Secret("two sk-canary words")})
    for shown in (keeper.place("openai"), keeper.tried("openai", OPENAI), wrong, keeper.remove("openai")):
        assert "canary" not in repr(shown)
