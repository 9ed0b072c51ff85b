from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from phoenix_tui.config import Overrides, Settings, load_settings
from tests.helpers.settings import Load


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def config_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    return folder


@pytest.fixture
def load(cwd: Path, config_dir: Path) -> Load:
    """Settings from a shell environment, files of the current folder and files of the config folder: name -> text."""

    def loader(
        environ: Mapping[str, str] | None = None,
        *,
        folder: Mapping[str, str] | None = None,
        user: Mapping[str, str] | None = None,
        env_file: Path | str | None = None,
        flags: Overrides | None = None,
        entered: Mapping[str, str] | None = None,
    ) -> Settings:
        for place, files in ((cwd, folder), (config_dir, user)):
            for name, text in (files or {}).items():
                (place / name).write_text(text, encoding="utf-8")
        return load_settings(
            environ=environ or {},
            cwd=cwd,
            config_dir=config_dir,
            env_file=Path(env_file) if env_file else None,
            overrides=flags,
            entered=entered,
        )

    return loader
