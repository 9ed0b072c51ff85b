"""What can be taken at the cursor of the prompt: commands, their arguments, files. Data, made by pure functions:
the prompt takes from it, the list above it only shows it, and the screen learns what has to be known for it."""

from __future__ import annotations

from collections.abc import Iterable

from phoenix_tui.core.profiles import PROVIDER_NAMES
from phoenix_tui.core.snapshot import Snapshot
from phoenix_tui.core.types import ModelInfo, Strategy
from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.glyphs import word_of
from phoenix_tui.tui.ranking import ranked
from phoenix_tui.tui.slash import BY_NAME, COMMANDS, Argument, SlashCommand
from phoenix_tui.tui.switching import STRATEGY_WORDS
from phoenix_tui.tui.text import count, one_line

MOST_OPTIONS = 200
"""As many are offered; whoever has more to choose from types on."""


@dataclass(frozen=True, slots=True)
class Option:
    """One line of the list. Taking it puts `text` in place of the word at the cursor, and `more` behind it, where more
    can follow. `label`, `argument` and `description` are what the list shows. With `runs` the line is then a whole
    command, which Enter carries out."""

    text: str
    label: str
    argument: str = ""
    description: str = ""
    more: str = ""
    runs: bool = False


@dataclass(frozen=True, slots=True)
class Completion:
    """What can be taken now. The word at the cursor is from `start` to `end`, in characters of its line. `chosen` is
    the option that Enter takes; None while the person has chosen none and what is typed may stand as it is. `note`
    says what else there is, or why there is nothing."""

    title: str
    start: int
    end: int
    options: tuple[Option, ...] = ()
    chosen: int | None = None
    note: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to show; without, it waits for what is to be learned."""
        return bool(self.options or self.note)


@dataclass(frozen=True, slots=True)
class CommandSlot:
    """The name of a command is being written; `query` is what there is of it, without the slash."""

    query: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ArgumentSlot:
    """The argument of `command` is being written."""

    command: SlashCommand
    query: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ModelList:
    """The models of one provider as far as they are known: asked for (`is_coming`), there, or not to be had, as the
    sentence `problem` says."""

    provider: str
    models: tuple[ModelInfo, ...] = ()
    is_coming: bool = False
    problem: str = ""


def command_slot(line: str, column: int) -> CommandSlot | ArgumentSlot | None:
    """What of a command is written at `column` of the only line of the prompt; None where it is no command, or one
    that takes nothing."""
    if not line.startswith("/") or line.startswith("//"):
        return None
    name, space, _ = line[1:].partition(" ")
    if "/" in name:
        return None
    end_of_name = 1 + len(name)
    if column <= end_of_name:
        return CommandSlot(line[1 : max(column, 1)], 0, end_of_name)
    command = BY_NAME.get(name.lower())
    if not space or command is None or command.argument in (Argument.NOTHING, Argument.WORDS):
        return None
    start = end_of_name + len(line[end_of_name:column]) - len(line[end_of_name:column].lstrip())
    return ArgumentSlot(command, line[start:column], start, len(line))


def commands(slot: CommandSlot) -> Completion:
    """The commands that `slot` may mean."""
    options = tuple(_command_option(command) for command in ranked(slot.query, COMMANDS, lambda it: (it.name,)))
    return Completion("Commands", slot.start, slot.end, options, 0 if options else None)


def _command_option(command: SlashCommand) -> Option:
    takes = bool(command.argument)
    return Option(
        f"/{command.name}",
        f"/{command.name}",
        command.argument.value,
        command.description,
        more=" " if takes else "",
        runs=not command.needs_argument,
    )


def arguments(slot: ArgumentSlot, snapshot: Snapshot | None, models: ModelList | None) -> Completion:
    """What may follow the command of `slot`. `models` are those of the primary, None before anybody asked for them."""
    match slot.command.argument:
        case Argument.PROVIDER:
            return _closed(slot, "Providers", _providers(snapshot))
        case Argument.STRATEGY:
            return _closed(slot, "Strategies", _strategies(snapshot))
        case Argument.MODEL:
            return _models(slot, snapshot, models)
        case _:
            return _closed(slot, f"/{slot.command.name}", [Option("off", "off", runs=True)])


def _closed(slot: ArgumentSlot, title: str, choices: Iterable[Option]) -> Completion:
    """One of `choices` it has to be, so the best is chosen as soon as something is typed, or has to be."""
    options = tuple(ranked(slot.query, choices, lambda option: (option.label,)))
    is_sure = bool(options) and (slot.command.needs_argument or bool(slot.query))
    return Completion(title, slot.start, slot.end, options, 0 if is_sure else None)


def _providers(snapshot: Snapshot | None) -> list[Option]:
    if snapshot is None:
        return [Option(name, name, runs=True) for name in PROVIDER_NAMES]
    options = []
    for health, info in zip(snapshot.health, snapshot.providers, strict=True):
        model = one_line(info.model)
        primary = "the primary, " if info.name == snapshot.primary else ""
        words = f"{primary}{word_of(health, info)}" + (f", {model}" if model else "")
        options.append(Option(info.name, info.name, description=words, runs=True))
    return options


def _strategies(snapshot: Snapshot | None) -> list[Option]:
    now = snapshot.strategy if snapshot else None
    return [
        Option(it.value, it.value, description=("now: " if it is now else "") + STRATEGY_WORDS[it], runs=True)
        for it in Strategy
    ]


def _models(slot: ArgumentSlot, snapshot: Snapshot | None, known: ModelList | None) -> Completion:
    """Any name may be typed, listed or not, so nothing is chosen until the person does."""
    if known is None or known.is_coming:
        of = f" of {known.provider}" if known else ""
        note = f"The list{of} is being fetched; any name can be typed."
        return Completion("Models", slot.start, slot.end, note=note)
    title = f"Models of {known.provider}"
    if known.problem:
        return Completion(title, slot.start, slot.end, note=known.problem)
    current = snapshot.info_of(known.provider).model if snapshot else ""
    typeable = (model for model in known.models if model.usable and model.id == one_line(model.id))
    found = ranked(slot.query, typeable, lambda model: (model.id, one_line(model.name)))
    options = tuple(_model_option(model, is_current=model.id == current) for model in found[:MOST_OPTIONS])
    more = len(found) - len(options)
    note = f"and {more:,} more: type a part of the name" if more else ""
    if not options:
        note = "No model of the list is called so; it can be asked all the same."
    return Completion(title, slot.start, slot.end, options, note=note)


def _model_option(model: ModelInfo, *, is_current: bool) -> Option:
    window = count(model.context_window, "token") if model.context_window else ""
    words = ", ".join(word for word in ("now" if is_current else "", window) if word)
    return Option(model.id, model.id, description=words, runs=True)
