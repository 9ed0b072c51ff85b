"""What is said when the conversation may go to another provider, or has gone there: the question before it, the seam in
a continued answer, the race of two. Pure strings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.events import Confirming
from phoenix_tui.core.snapshot import ProviderInfo, Reason, ReasonKind, Snapshot
from phoenix_tui.core.types import AttemptRecord, OutcomeKind, Target
from phoenix_tui.tui import keys
from phoenix_tui.tui.text import count, money, one_line
from phoenix_tui.tui.wording import what_happened

OUTRUN = "outrun"
"""The error code of an attempt that was stopped because another one, beside it, spoke first."""
NO_ANCHOR = "no_anchor"
"""The error code of an attempt that was to go on with a cut answer and said something else."""

LOCK_SHOWN = "kept on this machine"


def question(confirming: Confirming, when: str, key: str) -> str:
    """The question before another provider is told; `when` that is (`in 12s`), `key` is what answers it with yes."""
    why = f"{one_line(confirming.reason)}. " if confirming.reason else ""
    to = named(confirming.target)
    return f"{why}Sending to {to} {when}: {key} sends it now, {keys.label('stop')} keeps it here."


def question_behind(confirming: Confirming, when: str) -> str:
    """The same, over a dialog in which something is entered: it lies over what answers the question."""
    why = f"{one_line(confirming.reason)}. " if confirming.reason else ""
    to, stop = named(confirming.target), keys.label("stop")
    return f"{why}Sending to {to} {when}: {stop} closes this dialog, {stop} again keeps it here."


def named(target: Target) -> str:
    """A target for people: its provider, and its model where one is known."""
    return f"{target.provider} ({one_line(target.model)})" if target.model else target.provider


def declined(asked: Target | None, error: ErrorInfo | None, refused: Target) -> str:
    """The person kept it from `refused`, after `asked` had failed with `error`; two sentences. None: nobody failed, the
    one that was meant to answer could not be asked."""
    failed = f"{asked.provider} {what_happened(error, asked.model)}. " if asked and error else ""
    return f"{failed}Nothing was sent to {refused.provider}."


class Cut:
    """A reply of `target` that was cut, while others are asked to go on with it."""

    def __init__(self, target: Target, error: ErrorInfo) -> None:
        self._target = target
        self._error = error
        self._failed: list[str] = []
        self.missed: list[str] = []
        """Phrases about those that were asked and did not."""

    def miss(self, target: Target, error: ErrorInfo) -> None:
        """`target` did not go on with it."""
        said_else = error.code == NO_ANCHOR or error.error_class is ErrorClass.CANCELLED
        what = "did not go on where it was cut" if said_else else what_happened(error, target.model)
        self.missed.append(f"{target.provider} {what}")
        if target.provider not in (*self._failed, self._target.provider):
            self._failed.append(target.provider)

    def note(self, by: Target) -> str:
        """The mark in the answer where `by` goes on."""
        whom = "it" if by.provider == self._target.provider else self._target.provider
        others = [name for name in self._failed if name != by.provider]
        after = f", after {_listed(others)} could not" if others else ""
        return f"{by.provider} goes on where {whom} stopped ({_cut_by(self._error)}){after}"


def _cut_by(error: ErrorInfo) -> str:
    match error.error_class:
        case ErrorClass.NETWORK:
            return "the connection broke"
        case ErrorClass.TIMEOUT:
            return "it fell silent"
        case ErrorClass.PROTOCOL:
            return "its answer broke off"
        case _:
            return "it " + what_happened(error)


def late_line(late: Target | None, beside: Target) -> str:
    """A second provider is asked beside one that is late."""
    who = late.provider if late else "The first"
    return f"{who} is late; {beside.provider} is asked too, and whoever speaks first answers."


def lost_lines(attempts: Sequence[AttemptRecord], winner: Target) -> list[str]:
    """For each attempt that lost a race: that it did, and what it has cost for nothing."""
    return [
        f"{record.target.provider} was slower than {winner.provider} and was stopped: {_loss(record)}."
        for record in attempts
        if record.outcome.kind is not OutcomeKind.OK
        and record.outcome.error is not None
        and record.outcome.error.code == OUTRUN
    ]


def _loss(record: AttemptRecord) -> str:
    usage = record.outcome.usage
    if usage.cost_usd is not None:
        return f"{money(usage.cost_usd)} is lost"
    tokens = (usage.input_tokens or 0) + (usage.output_tokens or 0)
    return f"{count(tokens, 'token')} {'is' if tokens == 1 else 'are'} lost" if tokens else "its tokens are lost"


class PassedOver:
    """Who is out in a turn, and what of it is news: nothing that the turn `before` has told already."""

    def __init__(self, before: Mapping[str, str]) -> None:
        self.out: dict[str, str] = {}
        """Who was passed over, by name, with the reason; "" for those that failed in this turn."""
        self._before = before
        self._news: dict[str, list[str]] = {}

    def failed(self, name: str) -> None:
        """`name` was asked and failed, which was told."""
        self.out[name] = ""

    def passed(self, name: str, reason: str) -> None:
        """`name` was not asked."""
        # Numbers in a reason count on; the reason is the same.
        self.out[name] = re.sub(r"\d+", "#", reason)
        if self._before.get(name) not in ("", self.out[name]):
            self._news.setdefault(one_line(reason), []).append(name)

    def lines(self) -> list[str]:
        """What is to be told now, those with the same reason in one line."""
        news, self._news = self._news, {}
        return [passed_over(names, reason) for reason, names in news.items()]


def passed_over(names: Sequence[str], reason: str) -> str:
    """Those that were not asked, all for one reason."""
    why = f" ({reason})" if reason else ""
    return f"{_listed(names)} {'was' if len(names) == 1 else 'were'} passed over{why}"


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def kept_here(snapshot: Snapshot) -> Snapshot:
    """`snapshot` as it is for a conversation that is kept on this machine: nobody else's turn ever comes."""
    local = {info.name for info in snapshot.providers if info.local}
    not_local = Reason(ReasonKind.NOT_ALLOWED, "it is not on this machine, which this conversation may not leave")
    order = sorted(snapshot.order, key=lambda place: place.target.provider not in local)
    places = (
        replace(place, position=position)
        if place.target.provider in local
        else replace(place, position=position, eligible=False, reason=not_local.words, reasons=(not_local,))
        for position, place in enumerate(order, 1)
    )
    return replace(snapshot, order=tuple(places))


def locked_failure(infos: Mapping[str, ProviderInfo], *, fixed: bool) -> str:
    """What can be done when nobody answered a conversation that is kept on this machine, as sentences."""
    local = [info for info in infos.values() if info.local]
    ready = [info.name for info in local if info.configured]
    start = "" if ready else f"Start a local server ({' or '.join(info.name for info in local)}). "
    if fixed:
        return f"{start}LLM_LOCAL_ONLY keeps every conversation on this machine."
    return f"{start}This conversation is kept on this machine; /local off would let it leave."


def lock_told(infos: Mapping[str, ProviderInfo], *, before: bool) -> str:
    """That a conversation is kept here from now on. `before`: some of it has left already."""
    ready = [info.name for info in infos.values() if info.local and info.configured]
    who = f"only {_listed(ready)} will be asked" if ready else "and no local server is set up yet to answer it"
    gone = " What was sent before cannot be called back." if before else ""
    return f"This conversation stays on this machine from now on: {who}.{gone} /local off takes that back."


def unlock_question(infos: Mapping[str, ProviderInfo]) -> str:
    """What taking the lock off would mean."""
    hosted = [info.name for info in infos.values() if info.configured and not info.local]
    whom = _listed(hosted) if hosted else "hosted providers, once one is set up,"
    return (
        f"This conversation is kept on this machine. /local off takes that back: then {whom} may be sent all of it "
        "with your next message."
    )


def unlocked(infos: Mapping[str, ProviderInfo]) -> str:
    """The lock was taken off."""
    hosted = [info.name for info in infos.values() if info.configured and not info.local]
    whom = _listed(hosted) if hosted else "any provider that is set up"
    return f"This conversation may leave this machine again: with your next message {whom} may be sent all of it."


LOCK_IS_FIXED = "LLM_LOCAL_ONLY is set: nothing leaves this machine. Take that line out and start again to change it."
