"""Terminal chats under measurement: what starts each of them, set up so that it asks a simulated provider and nobody
else, and what is on its screen when."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import screen
from bench.environments import interpreter, version_of
from bench.screen import READY, usual

OURS = "phoenix-tui"
MODEL = "llama3.2:3b"
"""One that the simulated Ollama has installed."""


@dataclass(frozen=True, slots=True)
class Chat:
    """`picture` are words of its first picture, `prompt` some that are there once its prompt is, `settled` some that
    are there when it has found its provider. `enter` sends."""

    command: Sequence[str]
    environment: Mapping[str, str]
    picture: str
    prompt: str
    settled: str
    enter: str = "\r"


def _ours(folder: Path, variables: Mapping[str, str]) -> Chat:
    """This program."""
    places = {"PHOENIX_TUI_STATE_DIR": f"{folder}/state", "PHOENIX_TUI_CONFIG_DIR": f"{folder}/config"}
    return Chat(screen.OURS, usual() | places | dict(variables), READY, READY, "If you send now")


def elia(scripts: Path, folder: Path, variables: Mapping[str, str]) -> Chat:
    """elia, with a model of its own in its settings."""
    environment = _private(folder) | {
        "LITELLM_LOCAL_MODEL_COST_MAP": "True"
    }  # otherwise it asks the internet for prices
    settings = folder / "config" / "elia" / "config.toml"
    settings.parent.mkdir(parents=True)
    model = {
        "id": "bench",
        "name": "openai/gpt-4o",
        "api_base": variables["OPENAI_BASE_URL"],
        "api_key": variables["OPENAI_API_KEY"],
    }
    lines = [
        'default_model = "bench"',
        "[[models]]",
        *(f"{name} = {json.dumps(value)}" for name, value in model.items()),
    ]
    settings.write_text("\n".join(lines), "utf-8")
    prompt = "essage..."  # "Enter your message...", one letter of it underlined
    return Chat([str(scripts / "elia")], environment, prompt, prompt, prompt, enter="\n")


def oterm(scripts: Path, folder: Path, variables: Mapping[str, str]) -> Chat:
    """oterm, without its opening animation, and with one empty conversation."""
    environment = _private(folder) | {"OLLAMA_URL": variables["OLLAMA_BASE_URL"]}
    data = folder / "data" / "oterm"
    data.mkdir(parents=True)
    (data / "config.json").write_text(json.dumps({"splash-screen": False}), "utf-8")
    command = [str(scripts / "oterm")]
    subprocess.run([*command, "--upgrade"], check=True, env=environment)  # noqa: S603 - makes its database
    with sqlite3.connect(data / "store.db") as store:
        store.execute("INSERT INTO chat(name, model, provider) VALUES ('bench', ?, 'ollama')", (MODEL,))
    store.close()
    return Chat(command, environment, "terminal LLM client", "submit", "submit")


def parllama(scripts: Path, folder: Path, variables: Mapping[str, str]) -> Chat:
    """parllama, past its greeting, and opened at its chat."""
    data = folder / "data" / "parllama"
    data.mkdir(parents=True)
    settings = {
        "starting_tab": "Chat",
        "use_last_tab_on_startup": False,
        "last_llm_config": {"provider": "Ollama", "model_name": MODEL},
        "ui": {"show_first_run": False},
        "schema_version": 2,
    }
    (data / "settings.json").write_text(json.dumps(settings), "utf-8")
    command = [str(scripts / "parllama"), "--ollama-url", variables["OLLAMA_BASE_URL"]]
    return Chat(command, _private(folder), "PAR LLAMA", "Type a message", "list refreshed")


PEERS: dict[str, Callable[[Path, Path, Mapping[str, str]], Chat]] = {
    "elia-chat": elia,
    "oterm": oterm,
    "parllama": parllama,
}
"""By distribution."""


def everybody(folder: Path, variables: Mapping[str, str]) -> dict[str, Chat]:
    """Ours and those that can be had here, by name and version, each with a new folder of its own below `folder`."""
    chats = {OURS: _ours(folder / OURS, variables)}
    for name, prepared in PEERS.items():
        if program := interpreter(name):
            chats[f"{name} {version_of(name, program)}"] = prepared(program.parent, folder / name, variables)
    return chats


def _private(folder: Path) -> dict[str, str]:
    """An environment in which a program finds nothing of the user's, and leaves nothing with him."""
    folder.mkdir(parents=True, exist_ok=True)
    places = {f"XDG_{kind.upper()}_HOME": f"{folder}/{kind}" for kind in ("config", "data", "cache", "state")}
    return {"PATH": os.environ["PATH"], "LANG": os.environ.get("LANG", "C.UTF-8"), "HOME": str(folder)} | places
