"""The command line: what may be said, and which command hears it.

Nothing heavy is imported here: `--help` and `--version` answer at once, and each command loads what it needs itself.
"""

from __future__ import annotations

import argparse
import atexit
import io
import os
import sys

from phoenix_tui import __version__
from phoenix_tui.commands import exit_status
from phoenix_tui.commands.output import OutputLost, forget, say, write_json

TYPE_CHECKING = False  # without loading `typing`, which is much of what `--version` costs
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import NoReturn

_EPILOG = """\
exit status:
  0    answered
  1    phoenix-tui itself failed
  2    usage or configuration is wrong (a missing key too)
  3    no provider answered
  130  interrupted
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit status. A closed pipe and Ctrl-C end it quietly."""
    arguments = sys.argv[1:] if arguments is None else arguments
    _mend_streams()
    try:
        try:
            return _run(_parser().parse_args(arguments))
        except KeyboardInterrupt:
            if _wants_json(arguments):
                _write_problem("cancelled", "interrupted")
            return exit_status.INTERRUPTED
        except Misuse as misuse:
            say(str(misuse))
            if _wants_json(arguments):
                _write_problem("bad_request", str(misuse))
            return exit_status.USAGE
    except BrokenPipeError:
        # Whoever read us has seen enough.
        forget(sys.stdout)
        return exit_status.OK
    except OutputLost as lost:
        forget(sys.stdout)
        say(str(lost))
        return exit_status.USAGE


def _mend_streams() -> None:
    """A stream that was closed before we began is as good as /dev/null, and no character is worth a traceback: neither
    one that the terminal's encoding lacks nor a byte that is no text."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - as long-lived as the program
            atexit.register(nowhere.close)
            setattr(sys, name, nowhere)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")


def _wants_json(arguments: Sequence[str]) -> bool:
    """Whether one object was asked for, also where the arguments as a whole are wrong or were never understood."""
    options = list(arguments)
    options = options[: options.index("--")] if "--" in options else options
    return "--json" in options and "--jsonl" not in options


def _write_problem(error_class: str, message: str) -> None:
    from phoenix_tui.commands.shapes import problem_shape
    from phoenix_tui.core.errors import ErrorClass

    write_json(problem_shape(ErrorClass(error_class), message))


def _run(options: argparse.Namespace) -> int:
    match options.command:
        case "ask":
            from phoenix_tui.commands.ask import run_ask

            return run_ask(options)
        case "health":
            from phoenix_tui.commands.health import run_health

            return run_health(options)
        case "incidents":
            from phoenix_tui.commands.incidents import run_incidents

            return run_incidents(options)
        case "keys":
            from phoenix_tui.commands.keys import run_keys

            return run_keys(options)
        case "models":
            from phoenix_tui.commands.models import run_models

            return run_models(options)
        case "replay":
            from phoenix_tui.commands.replay import run_replay

            return run_replay(options)
        case "route":
            from phoenix_tui.commands.route import run_route

            return run_route(options)
        case "sim":
            from phoenix_tui.commands.sim import run_sim

            return run_sim(options)
        case _:
            from phoenix_tui.commands.screen import run_screen

            return run_screen(options)


class Misuse(Exception):
    """The arguments are wrong; the message says how."""


class _Parser(argparse.ArgumentParser):
    """As argparse has it, but for the end of the program, which is `main`'s."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        raise Misuse(f"{self.prog}: error: {message}")


class _Version(argparse.Action):
    """Prints the version."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        sys.stdout.write(f"phoenix-tui {__version__}\n")
        parser.exit()


def _parser() -> _Parser:
    shared = _Parser(add_help=False)
    shared.add_argument("--env-file", type=_path, metavar="FILE", help="read settings from FILE, not from this folder")

    chosen = _Parser(add_help=False)
    chosen.add_argument("--provider", metavar="NAME", help="ask this provider first")
    chosen.add_argument("--model", metavar="ID", help="ask this model of it")

    parser = _Parser(
        prog="phoenix-tui",
        description="Chat with seven language-model providers at once: when one fails, the next one answers.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[shared, chosen],
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    parser.add_argument("--demo", action="store_true", help="simulated providers: no key, no network")
    parser.add_argument(
        "--screen-reader", action="store_true", help="the screen as plain lines in one column, to be read aloud"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands; without one the screen opens")

    ask = commands.add_parser(
        "ask",
        parents=[_unset(shared), _unset(chosen)],
        help="one answer, for terminals and scripts",
        description="Ask once. The answer goes to stdout, everything else to stderr. What is piped in is part of the "
        "question. Into a pipe the answer is written when it is whole; --stream writes it as it comes.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    ask.add_argument("prompt", nargs="?", metavar="PROMPT", help="the question")
    ask.add_argument("--system", metavar="TEXT", help="system prompt")
    ask.add_argument(
        "--max-tokens", type=_positive, metavar="N", help="cap of the answer in tokens, reasoning included"
    )
    ask.add_argument("--temperature", type=_temperature, metavar="T", help="0 to 2; left out where a model refuses it")
    ask.add_argument("--no-fallback", action="store_true", help="ask no other provider when the first one fails")
    form = ask.add_mutually_exclusive_group()
    form.add_argument("--stream", action="store_true", help="write text as it comes, into a pipe too")
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument("--jsonl", action="store_true", help="a JSON request a line in, a JSON object a line out")

    health = commands.add_parser(
        "health", parents=[_unset(shared)], help="the seven providers", description="Health of the seven providers."
    )
    health.add_argument("--probe", action="store_true", help="check them now; a check is free and generates nothing")
    health.add_argument("--json", action="store_true", help="print one JSON object")

    incidents = commands.add_parser(
        "incidents",
        help="what happened: failures, switches, changes of health",
        description="What happened, oldest first: failures, switches, changes of health. No question and no answer is "
        "in it. With --json everything that `replay` needs.",
    )
    incidents.add_argument("--json", action="store_true", help="print one JSON object")
    incidents.add_argument("--since", metavar="TIME", help="how long ago (30min, 2h, 1d), or a date (ISO 8601)")
    incidents.add_argument("--provider", metavar="NAME", help="only what this provider had to do with")
    incidents.add_argument("--session", metavar="ID", help="only this session; --json names them")
    incidents.add_argument(
        "--limit", type=_positive, metavar="N", help="the newest N (default 100; with --json all of them)"
    )

    keys = commands.add_parser(
        "keys",
        help="every key of the full screen, with your own",
        description="Every key of the full screen. A star marks your own, from [keys] in preferences.toml. Ends 2, "
        "with a sentence for each, when something there cannot be.",
    )
    keys.add_argument("--json", action="store_true", help="print one JSON object")

    models = commands.add_parser(
        "models", parents=[_unset(shared)], help="live model lists", description="The providers' live model lists."
    )
    models.add_argument("--provider", metavar="NAME", help="only this provider")
    models.add_argument("--json", action="store_true", help="print one JSON object")

    replay = commands.add_parser(
        "replay",
        help="live through recorded incidents again",
        description="Live through what `incidents --json` printed: the same events at the same moments, told to a new "
        "state machine. Ends 0 when it comes to the recorded states, 1 with the first that differs.",
    )
    replay.add_argument("file", metavar="FILE", help="the recording; - reads standard input")
    replay.add_argument("--at", metavar="TIME", help="show every provider's health at that moment instead")

    route = commands.add_parser(
        "route",
        parents=[_unset(shared), _unset(chosen)],
        help="who would be asked now, and why in that order",
        description="Who would be asked now, in order, with the reason for every place. Nothing is sent to anybody.",
    )
    route.add_argument("--explain", action="store_true", help="show what each place is made of, too")
    route.add_argument("--json", action="store_true", help="print one JSON object")

    sim = commands.add_parser(
        "sim",
        help="simulated providers on this machine",
        description="Run the simulated providers until Ctrl-C, and print the variables that point at them.",
    )
    sim.add_argument("--port", type=_port, default=0, metavar="N", help="first of seven ports (default: free ones)")
    sim.add_argument("--story", action="store_true", help="let them fail as in the demo; otherwise all is well")
    return parser


def _unset(parent: _Parser) -> _Parser:
    """The options of `parent` for a subcommand: given after the command they count, else what stood before it does."""
    copy = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    for action in parent._actions:
        copy.add_argument(
            *action.option_strings,
            dest=action.dest,
            type=action.type or str,
            metavar=action.metavar,
            help=action.help,
            default=argparse.SUPPRESS,
        )
    return copy


def _path(text: str) -> Path:
    from pathlib import Path

    return Path(text)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _temperature(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 2:
        raise argparse.ArgumentTypeError("must be from 0 to 2")
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65_528:
        raise argparse.ArgumentTypeError("must be from 0 to 65528")
    return number
