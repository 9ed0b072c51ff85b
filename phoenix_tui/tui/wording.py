"""What the transcript says about attempts: switch lines, attributions, failures with their next step. Pure strings."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, Phase, ProviderError
from phoenix_tui.core.profiles import PROVIDER_NAMES, profile_of
from phoenix_tui.core.snapshot import ProviderInfo
from phoenix_tui.core.types import Answer, AttemptRecord, Outcome, OutcomeKind, Target
from phoenix_tui.tui import keys
from phoenix_tui.tui.glyphs import is_local_server
from phoenix_tui.tui.text import count, countdown, money, one_line, seconds, sentence

NOTICEABLE = 0.2
"""Seconds by which a wait must be longer than another before the difference is told."""


def or_another() -> str:
    """The way out that a next step may end with."""
    return f", or make another provider the primary ({keys.primaries()})"


def what_happened(error: ErrorInfo, model: str = "") -> str:
    """The fault as the end of a sentence that begins with the provider's name: "refused the key"."""
    model = one_line(model) or "the model"
    match error.error_class:
        case ErrorClass.AUTH:
            return "refused the key"
        case ErrorClass.PERMISSION:
            return f"does not allow this key to use {model}"
        case ErrorClass.QUOTA:
            return "has no credit or quota left"
        case ErrorClass.RATE_LIMIT:
            return "is limiting requests" + (f" for {countdown(error.retry_after)}" if error.retry_after else "")
        case ErrorClass.OVERLOADED:
            return "has no capacity just now"
        case ErrorClass.SERVER:
            return f"failed (HTTP {error.status})" if error.status and error.status >= 400 else "failed"
        case ErrorClass.TIMEOUT:
            return _too_slow(error.phase)
        case ErrorClass.NETWORK:
            return "could not be reached" if error.phase in (None, Phase.CONNECT) else "broke the connection"
        case ErrorClass.OFFLINE:
            return "could not be reached, this machine seems to be offline"
        case ErrorClass.CONTEXT_LENGTH:
            return f"cannot take so long a conversation with {model}"
        case ErrorClass.CONTENT_FILTER:
            return "declined the content"
        case ErrorClass.MODEL_NOT_FOUND:
            return f"does not know the model {model}"
        case ErrorClass.MODEL_NOT_READY:
            return f"is not ready with {model}"
        case ErrorClass.BAD_REQUEST:
            return "did not accept the request" + (f" (field {one_line(error.param)})" if error.param else "")
        case ErrorClass.PROTOCOL:
            return "sent something that is no whole answer"
        case ErrorClass.CANCELLED:
            return "was stopped"
        case ErrorClass.UNKNOWN:
            return "failed in a way that is not known here"


def _too_slow(phase: Phase | None) -> str:
    match phase:
        case Phase.CONNECT:
            return "did not take the connection in time"
        case Phase.STREAMING:
            return "fell silent"
        case _:
            return "did not begin to answer in time"


def failed_line(target: Target, error: ErrorInfo, goes_to: Target | None, arrow: str) -> str:
    """One failed attempt of which nothing had been shown: `openrouter failed (HTTP 500) -> anthropic`."""
    return f"{target.provider} {what_happened(error, target.model)}" + _onward(target, goes_to, arrow)


def cut_line(
    target: Target, error: ErrorInfo, chars: int, goes_to: Target | None, arrow: str, missed: Sequence[str] = ()
) -> str:
    """One attempt that was cut after text had been shown; `missed` says who was to go on with it, and did not."""
    cut = f"{target.provider} stopped after {count(chars, 'character')} ({_short(error)})"
    return "; ".join((cut, *missed)) + _onward(target, goes_to, arrow)


def _onward(target: Target, goes_to: Target | None, arrow: str) -> str:
    if goes_to is None:
        return ""
    if goes_to == target:
        return ", asking it again"
    if goes_to.provider == target.provider:
        return f" {arrow} {goes_to.provider} with {one_line(goes_to.model)}"
    return f" {arrow} {goes_to.provider}"


def _short(error: ErrorInfo) -> str:
    words = {
        ErrorClass.NETWORK: "connection broken",
        ErrorClass.TIMEOUT: "fell silent",
        ErrorClass.PROTOCOL: "early end",
        ErrorClass.SERVER: "server error",
        ErrorClass.RATE_LIMIT: "rate limit",
    }
    return words.get(error.error_class, error.error_class.value.replace("_", " "))


def attribution(answer: Answer, labels: dict[str, str]) -> str:
    """Who answered and what it took, as one line below or above the answer.

    Time to first word and rate are those of the attempt that won. What the person waited in all, failed attempts
    included, stands beside it where it was noticeably longer.
    """
    won = _winner(answer)
    parts = [f"{labels.get(answer.target.provider, answer.target.provider)}  {one_line(answer.model)}".rstrip()]
    facts: list[str] = []
    if won is not None and won.ttft is not None:
        in_all = f" ({seconds(answer.ttft)} in all)" if (answer.ttft or 0.0) - won.ttft >= NOTICEABLE else ""
        facts.append(f"{seconds(won.ttft)} to first word{in_all}")
    if rate := tokens_per_second(answer, won):
        facts.append(f"{rate:.0f} tok/s")
    if answer.usage.output_tokens is not None:
        facts.append(count(answer.usage.output_tokens, "token"))
    if answer.usage.cost_usd is not None:
        facts.append(money(answer.usage.cost_usd))
    if facts:
        parts.append(", ".join(facts))
    began = next((record.target.provider for record in answer.attempts if record.outcome.chars), "")
    if answer.seams and began != answer.target.provider:
        parts.append(f"begun by {began}, ended by {answer.target.provider}")
    elif answer.requested.provider != answer.target.provider:
        meant = answer.requested.provider
        asked = {record.target.provider for record in answer.attempts if record.outcome.kind is not OutcomeKind.SKIPPED}
        parts.append(
            f"asked {meant}, answered by {answer.target.provider}" if meant in asked else f"in place of {meant}"
        )
    return "   ".join(parts)


def _winner(answer: Answer) -> Outcome | None:
    for record in reversed(answer.attempts):
        if record.outcome.kind is OutcomeKind.OK:
            return record.outcome
    return None


def tokens_per_second(answer: Answer, won: Outcome | None) -> float | None:
    """Output tokens by second after the first one; None where it cannot be told."""
    tokens = answer.usage.output_tokens
    if won is None or not tokens or won.ttft is None:
        return None
    streaming = won.duration - won.ttft
    return tokens / streaming if streaming > 0.05 else None


def unusual_end(answer: Answer) -> str | None:
    """A sentence where an answer did not simply end, or has no text."""
    return one_line(answer.caveat) if answer.caveat else None


def final_failure(
    cause: ProviderError | None, attempts: tuple[AttemptRecord, ...], infos: dict[str, ProviderInfo]
) -> tuple[str, str]:
    """Why nobody answered, and what can be done now: two texts of whole sentences."""
    if cause is None:
        return "No provider can be asked now.", nothing_to_ask(infos)
    happened = f"{cause.provider} {what_happened(cause.info, cause.model)}"
    asked = {record.target.provider for record in attempts if record.outcome.kind is not OutcomeKind.SKIPPED}
    others = len(asked - {cause.provider})
    also = f"; {count(others, 'other provider')} did not answer either" if others else ""
    own_words = said(cause.info)
    happened = f"{happened}{also}." + (f" {own_words}" if own_words else "")
    return happened, next_step(cause.info, cause.model, infos.get(cause.provider))


_NOTHING_CAME = frozenset({ErrorClass.NETWORK, ErrorClass.TIMEOUT, ErrorClass.OFFLINE})


def said(error: ErrorInfo, limit: int = 400) -> str:
    """The words that came with a fault, as a sentence: the provider's, or, where nothing came from it, our own."""
    words = sentence(error.message, limit)
    is_ours = error.status is None and error.error_class in _NOTHING_CAME
    if words and is_ours:
        return words[0].upper() + words[1:]
    return f"It said: {words}" if words else ""


def nothing_to_ask(infos: dict[str, ProviderInfo]) -> str:
    """What to do when not a single provider can be tried."""
    for info in infos.values():
        if not info.configured and info.fix:
            return f"Set up one of the seven, for example with /key {info.name}. /providers shows them all."
    return f"/providers shows why; {keys.label('health.check')} in the health panel checks one now."


def mend(info: ProviderInfo) -> str:
    """What sets up a provider that is not: the line to write, or the server to start. Empty when nothing is known."""
    if info.fix or info.problem:
        return one_line(info.fix.partition("  ")[0] or info.problem)
    if not is_local_server(info):
        return ""
    where = one_line(urlsplit(info.base_url).netloc)
    return "start it" + (f" at {where}" if where else "")


def key_variable(info: ProviderInfo | None) -> str:
    """The variable that holds a provider's key; "key" where there is none."""
    names = profile_of(info.name).key_variables if info is not None and info.name in PROVIDER_NAMES else ()
    return names[0] if names else "key"


def next_step(error: ErrorInfo, model: str, info: ProviderInfo | None) -> str:
    """What the person can do about the fault, as a sentence."""
    match error.error_class:
        case ErrorClass.AUTH:
            return f"Give it another key with /key {info.name}." if info else "Mend its key."
        case ErrorClass.PERMISSION:
            return "Use a key with access to that model, or name another model."
        case ErrorClass.QUOTA:
            return f"Add credit there{or_another()}."
        case ErrorClass.RATE_LIMIT | ErrorClass.OVERLOADED:
            return f"Wait a moment and retry{or_another()}."
        case ErrorClass.SERVER | ErrorClass.PROTOCOL | ErrorClass.UNKNOWN | ErrorClass.CANCELLED:
            return f"Retry{or_another()}."
        case ErrorClass.TIMEOUT | ErrorClass.NETWORK:
            if info is not None and info.local:
                return f"Is the server running at {one_line(info.base_url)}? Start it, then retry."
            return "Look at the connection, and at HTTPS_PROXY if you need a proxy, then retry."
        case ErrorClass.OFFLINE:
            return "Look at this machine's network, then retry; a local provider would still work."
        case ErrorClass.CONTEXT_LENGTH:
            return "Start a new conversation with /new, or use a model with a larger window."
        case ErrorClass.CONTENT_FILTER:
            return "Word it differently, or choose another provider on purpose."
        case ErrorClass.MODEL_NOT_FOUND:
            return f"Choose one it has: phoenix-tui models --provider {info.name}." if info else "Choose another model."
        case ErrorClass.MODEL_NOT_READY:
            return "Load the model there, or wait until it is loaded, then retry."
        case ErrorClass.BAD_REQUEST:
            return "Change the request or the model, then retry."
