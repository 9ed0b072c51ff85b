"""Slash commands: what a line that begins with `/` means. Pure; the screen carries them out."""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum

from phoenix_tui.core.values import dataclass


class Argument(StrEnum):
    """What may follow a command, as the help writes it. What of it there is to choose from is listed while one types
    (`completion.py`)."""

    NOTHING = ""
    PROVIDER = "PROVIDER"
    STRATEGY = "STRATEGY"
    MODEL = "MODEL"
    OFF = "off"
    WORDS = "WORDS"


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """One command as the help shows it. `argument` is what may follow, and with `needs_argument` must."""

    name: str
    description: str
    argument: Argument = Argument.NOTHING
    needs_argument: bool = False


COMMANDS: tuple[SlashCommand, ...] = (
    SlashCommand("providers", "health of all providers, printed in the chat; with a name, its page", Argument.PROVIDER),
    SlashCommand("health", "the same", Argument.PROVIDER),
    SlashCommand("provider", "the page of a provider, of the primary without a name", Argument.PROVIDER),
    SlashCommand("incidents", "what happened: failures, switches, changes of health"),
    SlashCommand("route", "who would be asked now, in which order, and why"),
    SlashCommand("strategy", "what makes that order: strict, balanced, latency or cost", Argument.STRATEGY),
    SlashCommand("local", "keep this conversation on this machine; /local off lets it leave", Argument.OFF),
    SlashCommand("use", "make a provider the primary; without a name from a list", Argument.PROVIDER),
    SlashCommand("model", "choose the model of the primary; without a name from its live list", Argument.MODEL),
    SlashCommand("key", "give a provider a key, or a local server its address", Argument.PROVIDER, needs_argument=True),
    SlashCommand("retry", "send the last unanswered question again"),
    SlashCommand("other", "send it to another provider"),
    SlashCommand("find", "find words in the chat", Argument.WORDS),
    SlashCommand("copy", "copy the last answer as it was written"),
    SlashCommand("restore", "bring back the last conversation"),
    SlashCommand("new", "begin a new conversation"),
    SlashCommand("edit", "write the message in your own editor ($VISUAL, $EDITOR)"),
    SlashCommand("settings", "the look of the screen, notices, and keys of your own"),
    SlashCommand("help", "keys and commands"),
    SlashCommand("quit", "leave"),
)
NAMES = tuple(command.name for command in COMMANDS)
BY_NAME = {command.name: command for command in COMMANDS}


@dataclass(frozen=True, slots=True)
class Say:
    """The line is no command: `text` is to be sent."""

    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """The command `name` with its argument, which may be empty."""

    name: str
    argument: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A line that looks like a command and is none; `message` is a sentence with the nearest one."""

    message: str


def parse(line: str) -> Say | Run | Unknown:
    """What `line` asks for. Two slashes send one; a path (`/etc/hosts is ...`) and several lines are no command."""
    if line.startswith("//"):
        return Say(line[1:])
    if not line.startswith("/") or "\n" in line.strip():
        return Say(line)
    name, _, argument = line[1:].strip().partition(" ")
    if "/" in name:
        return Say(line)
    if name.lower() in NAMES:
        return Run(name.lower(), argument.strip())
    shown = name[:40]
    near = nearest(name.lower(), NAMES)
    meant = f"Did you mean /{near}?" if near else "/help lists the commands."
    return Unknown(
        f"There is no command /{shown}. {meant} (To send a line that begins with a slash, begin it with two.)"
    )


def nearest(word: str, choices: tuple[str, ...]) -> str | None:
    """The choice that was probably meant: one that `word` begins, else the most similar, else None."""
    beginnings = [choice for choice in choices if word and choice.startswith(word)]
    if beginnings:
        return beginnings[0]
    similar = get_close_matches(word, choices, n=1, cutoff=0.5)
    return similar[0] if similar else None
