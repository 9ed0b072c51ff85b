"""What the first screen says: how to begin, or how to set the seven up. Rows of plain text; no widget is known here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from rich.cells import cell_len

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.profiles import profile_of
from phoenix_tui.core.snapshot import HealthState, ProviderHealth, ProviderInfo, Snapshot
from phoenix_tui.tui import keys, spoken
from phoenix_tui.tui.glyphs import Glyphs, has_failed_check, is_local_server, style_of, word_of
from phoenix_tui.tui.health_words import Phrases, why_not
from phoenix_tui.tui.markdown.lines import Span
from phoenix_tui.tui.markdown.wrap import wrap
from phoenix_tui.tui.order_words import first_to_answer
from phoenix_tui.tui.ports import Tone
from phoenix_tui.tui.spoken_words import state_words
from phoenix_tui.tui.text import fit, one_line
from phoenix_tui.tui.wording import mend

Part = tuple[str, str]
Line = tuple[Part, ...]

Notice = tuple[str, Tone]
"""A sentence that was said before anybody has asked anything, and how it is meant."""

NAME_CELLS, WORD_CELLS = 11, 10
_SOME_MODEL = "qwen3"
"""A small one of Ollama's library, to have something that can be typed."""


def demo_words(*, comes_back: bool) -> str:
    """What the first screen of the demo says of it."""
    leave = keys.label("quit")
    end = f"{leave} leaves it and comes back to your own providers." if comes_back else f"{leave} leaves it."
    return (
        "This is the demo: simulated providers on this machine, no key, no network. During your second question the "
        "first provider breaks off in the middle of its answer, another takes over, and a little later the first is "
        f"back. {end}"
    )


def needs_setup(snapshot: Snapshot) -> bool:
    """Whether nobody can be asked of whom more is known than that it does not answer, and no key is set at all."""
    if any(info.configured and not is_local_server(info) for info in snapshot.providers):
        return False
    names = [place.target.provider for place in snapshot.order if place.eligible]
    return all(has_failed_check(snapshot.health_of(name)) for name in names)


def wrapped(parts: Iterable[Part], width: int) -> tuple[Line, ...]:
    """`parts`, each in its style, broken into lines of at most `width` cells."""
    rows = wrap((Span(text, (style,)) for text, style in parts), width)
    return tuple(tuple((span.text, span.style[0]) for span in row.spans) for row in rows)


def not_in_list(notices: Iterable[Notice], snapshot: Snapshot | None) -> list[Part]:
    """`notices` in their styles, but for those that stand in the list of the seven word for word."""
    listed = {about(snapshot.health_of(it.name), it)[0] for it in snapshot.providers if it.broken} if snapshot else ()
    styles = {Tone.ERROR: "$health-degraded"}
    return [(one_line(text), styles.get(tone, "$text-muted")) for text, tone in notices if one_line(text) not in listed]


# Before anybody is set up


def setup_head(snapshot: Snapshot, *, in_list: bool) -> tuple[Sequence[Part], ...]:
    """The paragraphs above the list of the seven; `in_list` while the keys act there."""
    is_any = any(info.configured for info in snapshot.providers)
    missing = "No local server answers, and no key is set." if is_any else "No provider is set up yet."
    stop, enter, demo = (keys.label(action) for action in ("stop", "first.key", "first.demo"))
    if in_list:
        how = f"Up and down choose, {enter} sets it up. {demo} opens the demo, {stop} goes back to the prompt."
    else:
        how = f"Press {stop}, choose one with up and down, and {enter} sets it up; {demo} there opens the demo."
    return ((missing, "$accent bold"), (" One key is enough, or a local server.", "")), ((how, ""),)


def setup_foot() -> tuple[Sequence[Part], ...]:
    """The paragraphs below it."""
    return (
        (("Ollama and LM Studio need no key: start one, now or later, and it is found by itself.", "$text-muted"),),
        (("A line as above may also stand in .env.local here, or be exported, before the start.", "$text-muted"),),
    )


# The hello


def hello_head(snapshot: Snapshot) -> tuple[Sequence[Part], ...]:
    """Who answers, and who if it fails."""
    first = first_to_answer(snapshot)
    if first is None:
        return (
            (("Ask anything.", "$accent bold"),),
            (("None of the providers that are set up can answer now; /providers says why.", "$health-down"),),
        )
    model = f" with {one_line(first.target.model)}" if first.target.model else ""
    answers: list[Part] = [(first.target.provider, "bold"), (f" answers first{model}.", "")]
    others = [place.target.provider for place in snapshot.order if place.eligible and place is not first]
    if others:
        answers += [(" If it fails: ", "$text-muted"), (", then ".join(others), ""), (".", "$text-muted")]
    elif sum(info.configured for info in snapshot.providers) > 1:
        answers.append((" None of the others could take over now; /providers says why.", "$text-muted"))
    else:
        answers.append((" No other provider is set up to take over.", "$text-muted"))
    found = [_found(info) for info in snapshot.providers if info.found]
    said = f"{' and '.join(found)} {'was' if len(found) == 1 else 'were'} found running here."
    return (
        (("Ask anything.", "$accent bold"),),
        answers,
        *([((said, "$text-muted"),)] if found else []),
    )


def _found(info: ProviderInfo) -> str:
    return f"{info.label} ({one_line(urlsplit(info.base_url).netloc)})" if info.base_url else info.label


def things_to_try() -> tuple[tuple[str, str], ...]:
    """A few keys, and what they do."""
    return (
        (keys.label("stop"), "the seven, and how to set them up"),
        (keys.primaries(), "another one is asked first"),
        (keys.label("help"), "every key; /help every command"),
    )


# The seven


def is_troubled(health: ProviderHealth, info: ProviderInfo) -> bool:
    """Whether the person has something to mend of what they set up."""
    if info.broken or health.state is HealthState.BLOCKED:
        return True
    return info.configured and (has_failed_check(health) or bool(info.model_problem) or _has_no_model(health, info))


def _has_no_model(health: ProviderHealth, info: ProviderInfo) -> bool:
    return is_local_server(info) and not info.model and health.last_checked is not None and not has_failed_check(health)


def about(health: ProviderHealth, info: ProviderInfo) -> Phrases:
    """What there is to say of one provider here: what mends it, else which model it would be asked for. The longest
    way of saying it first."""
    key = keys.label("first.key")
    if info.broken:
        way = f" To mend it: {one_line(info.fix)}" if info.fix else ""
        return (one_line(info.problem) + way,)
    if health.state is HealthState.BLOCKED and _cause(health) is ErrorClass.AUTH:
        return (f"the key was refused; {key} sets another one", f"{key} sets another key")
    if is_local_server(info) and (not info.configured or _is_silent(health)):
        return (mend(info),)
    if info.model_problem:
        return (one_line(info.model_problem),)
    if _has_no_model(health, info):
        has_tool = bool(profile_of(info.name).loaded_path)
        run = f"run `ollama pull {_SOME_MODEL}`, or another" if has_tool else "download and load one there"
        return (f"it has no model yet: {run}", "it has no model yet")
    if phrases := why_not(health, info):
        return phrases
    model = one_line(info.model)
    return (f"found here, {model}", model) if info.found else (model,)


def _is_silent(health: ProviderHealth) -> bool:
    return has_failed_check(health) and _cause(health) in (None, ErrorClass.NETWORK, ErrorClass.TIMEOUT)


def _cause(health: ProviderHealth) -> ErrorClass | None:
    return health.last_error.error_class if health.last_error else None


def provider_lines(
    number: int, health: ProviderHealth, info: ProviderInfo, width: int, glyphs: Glyphs
) -> tuple[Line, ...]:
    """One of the seven: its number, its state as sign and word, and what there is to say of it, behind that where it
    fits and else below."""
    state = style_of(health.state)
    if spoken.in_force():
        facts = (state_words(health, info), *about(health, info)[:1])
        return wrapped([(f"{number}. {info.name}: {', '.join(filter(None, facts))}", state)], width)
    start: Line = (
        (f"{number} ", "$text-muted"),
        (f"{glyphs.state(health.state)} ", state),
        (fit(info.name, NAME_CELLS, ellipsis=glyphs.ellipsis), "" if info.configured else "$text-muted"),
        (fit(word_of(health, info), WORD_CELLS, ellipsis=glyphs.ellipsis), state),
    )
    style = "$health-degraded" if is_troubled(health, info) else "$text-muted"
    room = width - sum(cell_len(text) for text, _ in start)
    phrases = about(health, info)
    if fits := next((phrase for phrase in phrases if cell_len(phrase) <= room), ""):
        return ((*start, (fits, style)),)
    below = wrapped([(phrases[0], style)], width - 4) if phrases and phrases[0] else ()
    return (start, *((("    ", ""), *line) for line in below))
