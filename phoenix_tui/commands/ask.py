"""`phoenix-tui ask`: one answer, or a stream of them, for terminals and scripts."""

from __future__ import annotations

import argparse
import sys

from phoenix_tui.commands import exit_status
from phoenix_tui.commands.opening import Opened, Refused, nobody_to_ask, open_settings, refuse, require_key
from phoenix_tui.commands.output import put, say, write_json
from phoenix_tui.commands.requests import BadLine, conversation, read_request, read_stdin, stdin_lines
from phoenix_tui.commands.running import run
from phoenix_tui.commands.sentences import asked_first, caveat, handed_over, nobody_answered
from phoenix_tui.commands.shapes import Json, answer_shape, failure_shape, problem_shape
from phoenix_tui.core.errors import ErrorClass, NoProviderAnswered
from phoenix_tui.core.events import (
    AttemptAborted,
    AttemptCut,
    AttemptFailed,
    AttemptStarted,
    Completed,
    Hedged,
    Notice,
    Resumed,
    TextDelta,
    Waiting,
)
from phoenix_tui.core.snapshot import Snapshot
from phoenix_tui.core.text import ControlStripper, strip_controls
from phoenix_tui.core.types import ChatRequest, Target


def run_ask(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    try:
        opened = open_settings(options, strict=True)
        for notice in opened.notices:
            say(str(notice))
        if options.provider:
            require_key(opened, options.provider)
        if options.jsonl:
            if options.prompt:
                raise Refused("--jsonl reads its prompts from standard input; leave PROMPT out.")
            return run(_ask_lines(opened))
        request = _request(opened, options.prompt)
        if options.json:
            status, shape = run(_ask_json(opened, request))
            write_json(shape)
            return status
        return run(_ask_text(opened, request, stream=options.stream))
    except Refused as refused:
        return refuse(refused, as_json=options.json)


def _request(opened: Opened, prompt: str | None) -> ChatRequest:
    """The one request of the command line. Raises Refused when nothing was asked."""
    try:
        piped = read_stdin(sys.stdin)
    except OSError as error:
        raise Refused(f"Standard input cannot be read: {error.strerror or error}.") from error
    parts = [part for part in (prompt, piped) if part and part.strip()]
    if not parts:
        raise Refused('Nothing was asked; give a question: phoenix-tui ask "why is the sky blue?"')
    return ChatRequest(conversation("\n\n".join(parts), opened.system_prompt))


async def _ask_text(opened: Opened, request: ChatRequest, *, stream: bool) -> int:
    """The answer as text on stdout, before anything that the end of the program may have to wait for."""
    to_terminal = sys.stdout.isatty()
    printer = _Printer(live=to_terminal or stream, restarts=to_terminal)
    async with opened.client() as client:
        try:
            async with client.stream(request) as turn:
                async for event in turn:
                    match event:
                        case TextDelta(text):
                            printer.write(text)
                        case AttemptStarted(attempt) if attempt.number == 1:
                            _tell_of_other(attempt.target, client.snapshot())
                        case AttemptAborted(attempt, error, chars, next_target):
                            say(handed_over(attempt.target, error, next_target, after=chars))
                            if not printer.restart():
                                return exit_status.NO_ANSWER
                        case AttemptCut(attempt, error, chars, next_target):
                            say(handed_over(attempt.target, error, next_target, after=chars))
                        case Resumed(_, kept):
                            printer.resume(kept)
                        case Hedged(other):
                            say(f"No word yet, so {other.target.provider} is asked too.")
                        case AttemptFailed(attempt, error, next_target):
                            say(handed_over(attempt.target, error, next_target))
                        case Waiting(target, seconds):
                            say(f"{target.provider} is asked again in {seconds:.1f} s.")
                        case Notice(message):
                            say(message)
                        case Completed(answer):
                            printer.finish()
                            if reason := caveat(answer):
                                say(reason)
        except NoProviderAnswered as failure:
            printer.finish()
            if refused := nobody_to_ask(opened, client, failure):
                raise refused from failure
            say(nobody_answered(failure))
            return exit_status.NO_ANSWER
    return exit_status.OK


def _tell_of_other(target: Target, snapshot: Snapshot) -> None:
    """Say so when another than the primary is asked first: no answer comes from elsewhere without a word."""
    for placement in snapshot.order:
        if placement.is_primary and placement.target.provider != target.provider:
            say(asked_first(target, placement))


async def _ask_json(opened: Opened, request: ChatRequest) -> tuple[int, Json]:
    """Exit status and the one object, to be written when all is over: an interruption until then has an object too."""
    async with opened.client() as client:
        try:
            answer = await client.ask(request)
        except NoProviderAnswered as failure:
            if refused := nobody_to_ask(opened, client, failure):
                raise refused from failure
            say(nobody_answered(failure))
            return exit_status.NO_ANSWER, failure_shape(failure)
    if reason := caveat(answer):
        say(reason)
    return exit_status.OK, answer_shape(answer)


async def _ask_lines(opened: Opened) -> int:
    """Answer a request a line, in order, in one process, so that health carries over."""
    async with opened.client() as client:
        async for line in stdin_lines(sys.stdin.buffer):
            shape: Json
            try:
                request = read_request(line, opened.system_prompt)
                shape = answer_shape(await client.ask(request))
            except BadLine as error:
                shape = problem_shape(ErrorClass.BAD_REQUEST, str(error))
            except NoProviderAnswered as failure:
                refused = nobody_to_ask(opened, client, failure)
                shape = problem_shape(refused.error_class, str(refused)) if refused else failure_shape(failure)
            write_json(shape)
    return exit_status.OK


class _Printer:
    """Text on its way to stdout, controls stripped: at once when `live`, else only when it is whole. White space is
    written with what follows it: where a cut answer is gone on with, that brings its own.

    `restarts` says whether a new attempt may follow what was already written (on a terminal, behind a marked line).
    """

    def __init__(self, *, live: bool, restarts: bool) -> None:
        self._live = live
        self._restarts = restarts
        self._stripper = ControlStripper()
        self._held: list[str] = []
        self._blank: list[str] = []
        self._last = "\n"

    def write(self, text: str) -> None:
        if self._live:
            self._put(self._stripper.feed(text))
        else:
            self._held.append(text)

    def restart(self) -> bool:
        """The attempt was cut. False when what was written cannot be taken back."""
        if not self._live:
            self._held.clear()
            return True
        self._stripper, self._blank = ControlStripper(), []
        self._end_line()
        return self._restarts

    def resume(self, kept: int) -> None:
        """What follows belongs behind the first `kept` characters, which end with no white space."""
        if self._live:
            self._stripper, self._blank = ControlStripper(), []
        else:
            self._held = ["".join(self._held)[:kept]]

    def finish(self) -> None:
        """All has come: write what was held, and end the last line."""
        self._put(self._stripper.end() if self._live else strip_controls("".join(self._held)))
        self._held.clear()
        self._write("".join(self._blank))
        self._end_line()

    def _end_line(self) -> None:
        if self._last != "\n":
            self._write("\n")

    def _put(self, text: str) -> None:
        words = text.rstrip()
        if words:
            self._write("".join(self._blank) + words)
            self._blank.clear()
        self._blank.append(text[len(words) :])

    def _write(self, text: str) -> None:
        if text:
            put(text)
            self._last = text[-1]
