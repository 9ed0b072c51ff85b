"""Where settings come from, in order, and how far each place is trusted.

Order, the first that has a value wins (an empty value counts as none)::

    entered on the screen, for this run
    command line
    shell environment
    --env-file, which stands in place of the current folder's two files
    .env.local, then .env, of the current folder
    choices made on the screen
    .env.local, then .env, of the user's config folder

Trust is another matter, since a folder may have been cloned from anywhere. From the most trusted::

    OWN           screen, command line, shell environment, a file named with --env-file, the user's config folder
    FOLDER_LOCAL  .env.local of the current folder: by custom written by hand and never committed
    FOLDER        .env of the current folder: may have come with the folder

A base URL for a provider with a key counts only when it is trusted at least as far as the key. Proxies and
certificates are read from the shell environment alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from enum import IntEnum, StrEnum
from pathlib import Path

from phoenix_tui.config.envfile import parse
from phoenix_tui.config.files import Unreadable, read_text, shown
from phoenix_tui.config.nearest import near_miss
from phoenix_tui.config.problems import ConfigProblem
from phoenix_tui.config.variables import GENERAL, SHELL_ONLY, file_names
from phoenix_tui.core.values import dataclass

FILE_NAMES = (".env.local", ".env")
_FIRST_NAME = re.compile(r"(?:export\s+|set\s+)?\W?(\w+)")


class Trust(IntEnum):
    """How sure it is that the person wrote a value; more is better."""

    FOLDER = 1
    FOLDER_LOCAL = 2
    OWN = 3


class SourceKind(StrEnum):
    """The kind of place that a value came from."""

    ENTERED = "entered on the screen"
    FLAG = "command line"
    ENVIRONMENT = "environment"
    ENV_FILE = "--env-file"
    FOLDER_FILE = "current folder"
    CHOICE = "choice on the screen"
    USER_FILE = "config folder"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Source:
    """Where one value came from. `name` is the variable or flag as it was written there, `line` counts from 1."""

    kind: SourceKind
    name: str = ""
    file: Path | None = None
    line: int | None = None
    trust: Trust = Trust.OWN

    def __str__(self) -> str:
        """The place as the subject of a sentence: "LLM_MODEL (.env, line 3)"."""
        if self.file is not None:
            line = f", line {self.line}" if self.line else ""
            return f"{self.name} ({shown(self.file)}{line})"
        return f"{self.name} (environment)" if self.kind is SourceKind.ENVIRONMENT else self.name


@dataclass(frozen=True, slots=True)
class Found:
    """A value and where it stood. The text may be a key and does not show itself."""

    text: str = field(repr=False)
    source: Source


DEFAULT = Source(SourceKind.DEFAULT)


@dataclass(frozen=True, slots=True)
class Layer:
    """All values of one place. `broken` has our variables whose line could not be understood."""

    kind: SourceKind
    values: Mapping[str, Found] = field(default_factory=dict)
    broken: tuple[ConfigProblem, ...] = ()
    problems: tuple[ConfigProblem, ...] = ()


class Layers:
    """The places in order."""

    def __init__(self, layers: Iterable[Layer]) -> None:
        self._layers = tuple(layers)

    def all(self, name: str) -> Iterator[Found]:
        """Every value of the variable `name`, the one in force first."""
        return (layer.values[name] for layer in self._layers if name in layer.values)

    def get(self, *names: str) -> Found | None:
        """The value in force of the first of `names` that is set anywhere."""
        return next((found for name in names for found in self.all(name)), None)

    def before(self, kind: SourceKind) -> Layers:
        """Only the places that win over those of `kind`."""
        at = next((i for i, layer in enumerate(self._layers) if layer.kind is kind), len(self._layers))
        return Layers(self._layers[:at])

    def without(self, *kinds: SourceKind) -> Layers:
        """The places that are none of `kinds`."""
        return Layers(layer for layer in self._layers if layer.kind not in kinds)

    def broken(self, *names: str) -> ConfigProblem | None:
        """The line that would have set one of `names`, had it been understood."""
        return next((it for layer in self._layers for it in layer.broken if it.variable in names), None)

    def problems(self) -> tuple[ConfigProblem, ...]:
        """What was wrong with the places themselves.

        A misspelt name that only adds to the right one is no matter where that is set too: OPENAI_API_KEY2 is some
        program's second key. A line that was not understood is fatal when it
        would have been in force and concerns more than one provider.
        """
        told: list[ConfigProblem] = []
        general = {variable.name for variable in GENERAL}
        set_before: set[str] = set()
        for layer in self._layers:
            told += [it for it in layer.problems if not self._is_second(it)]
            told += [replace(it, fatal=it.variable in general and it.variable not in set_before) for it in layer.broken]
            set_before.update(layer.values)
        return tuple(told)

    def _is_second(self, problem: ConfigProblem) -> bool:
        meant = problem.variable
        return bool(meant) and problem.message.startswith(meant) and self.get(meant) is not None


def entered_layer(values: Mapping[str, str]) -> Layer:
    """What the person has just entered: variable -> value."""
    kind = SourceKind.ENTERED
    return Layer(kind, {name: Found(text.strip(), Source(kind, name)) for name, text in values.items() if text.strip()})


def flag_layer(values: Mapping[str, tuple[str, str | None]]) -> Layer:
    """The command line: variable -> (flag, value)."""
    given = {
        variable: Found(value.strip(), Source(SourceKind.FLAG, flag))
        for variable, (flag, value) in values.items()
        if value is not None and value.strip()
    }
    return Layer(SourceKind.FLAG, given)


def environment_layer(environ: Mapping[str, str]) -> Layer:
    """The shell's environment, our variables only."""
    ours = file_names()
    values: dict[str, Found] = {}
    problems: list[ConfigProblem] = []
    for name, raw in environ.items():
        # What is not UTF-8 in the environment comes as lone surrogates, which no JSON and no file takes.
        text = raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()
        if not text:
            continue
        source = Source(SourceKind.ENVIRONMENT, name)
        if name in ours:
            values[name] = Found(text, source)
        elif meant := near_miss(name, ours):
            problems.append(_misspelt(source, meant))
    return Layer(SourceKind.ENVIRONMENT, values, problems=tuple(problems))


def file_layer(path: Path, kind: SourceKind, trust: Trust, *, base: Path | None = None) -> Layer:
    """One `.env` file; an empty layer when there is none. `base` is the folder that sentences leave out. What is wrong
    with a file that was named on the command line is fatal, since the person counts on it."""
    label = path.relative_to(base) if base is not None and path.is_relative_to(base) else path
    fatal = kind is SourceKind.ENV_FILE
    values: dict[str, Found] = {}
    broken: list[ConfigProblem] = []
    problems: list[ConfigProblem] = []
    ours = file_names()
    try:
        text = read_text(path)
        if text is None:
            gone = ConfigProblem(f"The file {shown(label)}, named with --env-file, does not exist.", path, fatal=True)
            return Layer(kind, problems=(gone,) if fatal else ())
        for line in parse(text):
            source = Source(kind, line.name, label, line.number, trust)
            if line.value is None:
                broken.extend(_broken(source, ours))
            elif line.name in ours:
                if line.value.strip():
                    values[line.name] = Found(line.value.strip(), source)
            elif line.value.strip() and (problem := _not_ours(source, ours)):
                problems.append(problem)
    except Unreadable as error:
        message = f"{shown(label)} {error}; nothing in it is used."
        problems.append(ConfigProblem(message[0].upper() + message[1:], label, fatal=fatal))
    return Layer(kind, values, tuple(broken), tuple(problems))


def folder_layers(folder: Path, kind: SourceKind, *, base: Path | None = None) -> list[Layer]:
    """`.env.local`, then `.env`, of one folder."""
    own = kind is SourceKind.USER_FILE
    trusts = (Trust.OWN, Trust.OWN) if own else (Trust.FOLDER_LOCAL, Trust.FOLDER)
    return [file_layer(folder / name, kind, trust, base=base) for name, trust in zip(FILE_NAMES, trusts, strict=True)]


def _misspelt(source: Source, meant: str) -> ConfigProblem:
    return ConfigProblem(
        f"{source} is not a name that phoenix-tui knows and is not read; did you mean {meant}?",
        source.file,
        source.line,
        meant,
        f"call it {meant}",
    )


def _not_ours(source: Source, ours: frozenset[str]) -> ConfigProblem | None:
    if meant := near_miss(source.name, ours):
        return _misspelt(source, meant)
    if any(source.name.upper() == variable.name for variable in SHELL_ONLY):
        message = f"{source} is not read from a file, since a file may have come with its folder."
        return ConfigProblem(message, source.file, source.line, source.name, f"export {source.name} in your shell")
    return None


def _broken(source: Source, ours: frozenset[str]) -> Iterator[ConfigProblem]:
    """A line that could not be understood matters only where it begins with one of our variables."""
    match = _FIRST_NAME.match(source.name)
    if match and (name := match[1]) in ours:
        where = replace(source, name=name)
        yield ConfigProblem(
            f"{where} cannot be understood: is a quotation mark left open, or the = missing?",
            source.file,
            source.line,
            name,
            f"{name}=value",
        )
