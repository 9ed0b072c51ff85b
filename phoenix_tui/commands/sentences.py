"""What the commands tell people, in sentences: what happened, to whom, what they can do now."""

from __future__ import annotations

from datetime import datetime

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, NoProviderAnswered
from phoenix_tui.core.profiles import profile_of
from phoenix_tui.core.snapshot import Placement
from phoenix_tui.core.types import Answer, Target

_NEXT_STEPS = {
    ErrorClass.AUTH: "Check {key}; keys are made at {page}.",
    ErrorClass.PERMISSION: "This key may not do that; choose another model, or ask for access at {page}.",
    ErrorClass.QUOTA: "Add credit or raise the limit at {page}, or use another provider.",
    ErrorClass.RATE_LIMIT: "Wait a little, or use another provider.",
    ErrorClass.OVERLOADED: "Try again in a moment, or use another provider.",
    ErrorClass.CONTEXT_LENGTH: "Shorten the conversation, or choose a model with a larger context window.",
    ErrorClass.CONTENT_FILTER: "Ask in other words.",
    ErrorClass.MODEL_NOT_FOUND: "Choose another model: `phoenix-tui models --provider {name}` lists them.",
    ErrorClass.MODEL_NOT_READY: "Free memory or choose a smaller model.",
    ErrorClass.NETWORK: "Check that {url} is right and can be reached.",
    ErrorClass.OFFLINE: "Check the network.",
    ErrorClass.TIMEOUT: "Try again, or use another provider.",
}


def next_step(error_class: ErrorClass, provider: str) -> str:
    """What a person can do about it, as a sentence; empty where there is nothing better than trying again."""
    profile = profile_of(provider)
    return _NEXT_STEPS.get(error_class, "").format(
        name=provider,
        key=profile.key_variables[0] if profile.key_variables else "its settings",
        page=profile.key_page or profile.label,
        url=profile.url_variables[0],
    )


def words(error: ErrorInfo) -> str:
    """What the provider said, without a full stop; what stood behind it in brackets, where it passed that on."""
    message = error.message.rstrip(". ")
    return f"{message} ({error.detail.rstrip('. ')})" if error.detail else message


def handed_over(target: Target, error: ErrorInfo, next_target: Target | None, *, after: int = 0) -> str:
    """The line that explains why another attempt follows, or why none does."""
    happened = f"stopped after {after} characters" if after else "failed"
    sentence = f"{target.provider} {happened}: {words(error)} ({error.error_class.value})"
    if next_target is None:
        return sentence + "."
    again = " again" if next_target.provider == target.provider else ""
    return f"{sentence} -> asking {_named(next_target)}{again}."


def asked_first(target: Target, primary: Placement) -> str:
    """The line that says why `target` is asked first and not the `primary`."""
    return f"{primary.target.provider}: {primary.reason or 'passed over'} -> asking {_named(target)}."


def nobody_answered(failure: NoProviderAnswered) -> str:
    """Why there is no answer, and what can be done about it."""
    sentences = [str(failure)]
    cause = failure.cause
    if cause is not None:
        if cause.info.message not in sentences[0]:
            sentences.append(f"{cause.provider}: {words(cause.info)}.")
        sentences.append(next_step(cause.error_class, cause.provider))
    if failure.next_retry_at is not None:
        at = datetime.fromtimestamp(failure.next_retry_at).astimezone()
        sentences.append(f"The next try makes sense at {at:%H:%M:%S}.")
    return " ".join(sentence for sentence in sentences if sentence)


def caveat(answer: Answer) -> str | None:
    """How an answer is less than a whole one, with whose it is; None when it simply ended."""
    return None if answer.caveat is None else f"{answer.target.provider}: {answer.caveat}"


def _named(target: Target) -> str:
    return f"{target.provider} ({target.model})" if target.model else target.provider
