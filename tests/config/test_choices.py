"""Choices made on the screen survive a restart, and nothing that stands in their file stops one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_tui.config import Choices, load_choices, save_choices, to_client_config
from phoenix_tui.core.profiles import PROVIDER_NAMES
from phoenix_tui.core.types import Strategy
from tests.helpers.settings import Load

_NAMES = st.sampled_from(PROVIDER_NAMES)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | _NAMES,
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | _NAMES, inner),
)


@settings(deadline=None)
@given(
    st.builds(
        Choices,
        primary=st.none() | _NAMES,
        order=st.none() | st.lists(_NAMES, min_size=1, unique=True).map(tuple),
        switched_off=st.frozensets(_NAMES),
        models=st.dictionaries(_NAMES, st.sampled_from(["a/b:c", "modèle"])),
        pinned=st.frozensets(_NAMES),
        strategy=st.none() | st.sampled_from([strategy.value for strategy in Strategy]),
    )
)
def test_what_was_saved_is_loaded(tmp_path_factory: pytest.TempPathFactory, choices: Choices) -> None:
    folder = tmp_path_factory.getbasetemp() / "new" / "config"
    assert save_choices(folder, choices) is None
    assert load_choices(folder) == (choices, ())
    assert [path.name for path in folder.iterdir()] == ["choices.json"]
    if os.name == "posix":
        assert folder.stat().st_mode & 0o777 == 0o700
        assert (folder / "choices.json").stat().st_mode & 0o777 == 0o600


def test_choices_of_an_earlier_version_without_pins_and_strategy_still_hold(config_dir: Path) -> None:
    content = {"version": 1, "primary": "grok", "order": None, "switched_off": [], "models": {}}
    (config_dir / "choices.json").write_text(json.dumps(content))
    assert load_choices(config_dir) == (Choices(primary="grok"), ())


def test_a_chosen_strategy_yields_to_a_variable_and_the_default_order_is_that_of_the_variables(
    load: Load, config_dir: Path
) -> None:
    save_choices(config_dir, Choices(order=("grok", "openai"), strategy="cost", pinned=frozenset({"grok"})))
    chosen = load()
    assert (chosen.strategy, chosen.default_order) == (Strategy.COST, None)
    assert to_client_config(chosen).pinned == {"grok"}
    said = load({"LLM_STRATEGY": "strict", "LLM_FALLBACK_ORDER": "gemini,openai"})
    assert (said.strategy, said.default_order) == (Strategy.STRICT, ("gemini", "openai"))


def test_nothing_saved_is_no_choice(config_dir: Path) -> None:
    assert load_choices(config_dir) == (Choices(), ())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 99}', '{"version": 1, "order": 5}', "[" * 100_000])
def test_broken_file_is_set_aside_with_a_notice(config_dir: Path, text: str) -> None:
    path = config_dir / "choices.json"
    path.write_text(text)
    choices, (problem,) = load_choices(config_dir)
    assert choices == Choices()
    assert "choices.broken.json" in problem.message
    assert not problem.fatal
    assert not path.exists()
    assert (config_dir / "choices.broken.json").read_text() == text
    assert load_choices(config_dir) == (Choices(), ())


@settings(deadline=None)
@given(st.fixed_dictionaries({"version": st.just(1)}, optional=dict.fromkeys(Choices.__slots__, _JSON)))
def test_any_content_gives_choices_of_ours_or_a_notice(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, object]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "choices.json").write_text(json.dumps(content))
    choices, _ = load_choices(folder)
    named = {choices.primary or "grok", *(choices.order or ()), *choices.switched_off, *choices.models}
    assert named <= set(PROVIDER_NAMES)


def test_folder_that_cannot_be_written_is_a_notice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    problem = save_choices(tmp_path / "file" / "config", Choices(primary="grok"))
    assert problem
    assert "hold for this run only" in problem.message
    assert not problem.fatal


def test_folder_in_the_place_of_the_file_is_a_notice(config_dir: Path) -> None:
    (config_dir / "choices.json").mkdir()
    choices, (problem,) = load_choices(config_dir)
    assert choices == Choices()
    assert "is a folder" in problem.message
    assert save_choices(config_dir, Choices(primary="grok"))
    assert [path.name for path in config_dir.iterdir()] == ["choices.json"]


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
def test_link_is_followed_and_kept(config_dir: Path, tmp_path: Path) -> None:
    (config_dir / "choices.json").symlink_to(tmp_path / "dotfiles.json")
    assert save_choices(config_dir, Choices(primary="grok")) is None
    assert (config_dir / "choices.json").is_symlink()
    assert json.loads((tmp_path / "dotfiles.json").read_text())["primary"] == "grok"
