"""The page of one provider as lines: all that is known of it, in sections, beside each other where there is room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from rich.cells import cell_len

from phoenix_tui.core.errors import ErrorInfo
from phoenix_tui.core.snapshot import HealthState, ModelHealth, ProviderHealth, ProviderInfo, Snapshot
from phoenix_tui.core.text import strip_controls
from phoenix_tui.core.types import RateLimit
from phoenix_tui.core.values import dataclass
from phoenix_tui.tui import keys, latency_graph, provider_facts, spoken
from phoenix_tui.tui.glyphs import Glyphs, has_failed_check, style_of, word_of
from phoenix_tui.tui.health_words import (
    headroom,
    hint,
    in_memory,
    kept_from_before,
    next_try,
    offline_banner,
    remaining_until_retry,
    scarce,
    share_left,
    why_not,
)
from phoenix_tui.tui.latency_graph import Line, Part
from phoenix_tui.tui.provider_facts import Fact
from phoenix_tui.tui.text import SECONDS_TOLD, ago, clip, count, fit, fitting, one_line, seconds, time_of_day, wrapped
from phoenix_tui.tui.wording import next_step, what_happened

LONGEST_WORDS = 4_000
"""Characters of a provider's own words."""
_BESIDE = 110
"""Cells from which on the sections stand in two columns."""
_LABEL, _VALUE, _GAP = 26, 8, 3
_BAR = 16
_SHORT = 14
"""Cells up to which values are filled up, so that what is noted beside them stands in a column."""
_MUTED = "$text-muted"


@dataclass(frozen=True, slots=True)
class History:
    """What happened to a provider, newest first, as lines of (time, words, style); `note` is a sentence that stands
    there where there are none."""

    lines: tuple[tuple[str, str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page is made from. `now` is wall time; `width` and `height` are the cells that there are; `key_source`
    says where the key comes from, as far as that is known."""

    snapshot: Snapshot
    name: str
    now: float
    width: int
    height: int
    glyphs: Glyphs
    history: History = History()
    key_source: str = ""

    @property
    def health(self) -> ProviderHealth:
        return self.snapshot.health_of(self.name)

    @property
    def info(self) -> ProviderInfo:
        return self.snapshot.info_of(self.name)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page under a title of its own."""

    title: str
    lines: tuple[Line, ...]


def changes_in(page: Page) -> float | None:
    """Seconds until time alone changes what the page says; None when it never does."""
    health, now = page.health, page.now
    moments = [health.retry_at, *(model.cooling_until for model in health.models)]
    ends = [moment.timestamp() for moment in moments if moment] + [limit.resets_at or 0.0 for limit in health.headroom]
    past = [
        moment.timestamp()
        for moment in (health.last_success, health.last_failure, health.last_checked, health.last_error_at)
        if moment
    ]
    if any(end > now for end in ends) or any(now - moment < SECONDS_TOLD for moment in past):
        return 1.0 - now % 1.0
    return latency_graph.STEP - now % latency_graph.STEP if past else None


# What stands at the top


def heading(page: Page) -> tuple[Line, ...]:
    """Three lines: who it is and how; where it stands; why it is not simply well, and until when."""
    health, info = page.health, page.info
    state = style_of(health.state)
    names = [its.name for its in page.snapshot.providers]
    first: list[Part] = [
        (f"{page.glyphs.primary if page.name == page.snapshot.primary else ' '} ", "$accent bold"),
        (f"{page.glyphs.state(health.state)} ", state),
        (f"{info.label or info.name}  ", "$foreground bold"),
        (word_of(health, info), f"{state} bold"),
    ]
    turned = f"{names.index(page.name) + 1} of {len(names)}"
    gap = page.width - sum(cell_len(text) for text, _ in first) - cell_len(turned)
    first += [(" " * max(1, gap), ""), (turned, _MUTED)]
    return tuple(first), _indented(page, _standing(page), _MUTED), _indented(page, _trouble(page), state)


def _standing(page: Page) -> tuple[str, ...]:
    placement = next((its for its in page.snapshot.order if its.target.provider == page.name), None)
    where = f"#{placement.position} in the order" if placement and placement.eligible else "not asked now"
    primary = "the primary, " if page.name == page.snapshot.primary else ""
    pinned = ", pinned" if placement and placement.pinned else ""
    model = one_line(page.info.model)
    place = primary + where + pinned
    return (f"{place}; {model}", place) if model else (place,)


def _trouble(page: Page) -> tuple[str, ...]:
    if page.health.state is HealthState.OFFLINE:
        return offline_banner(page.snapshot, page.now)
    remaining = remaining_until_retry(page.health, page.now)
    again = f"; {next_try(remaining)}" if remaining else ""
    phrases = [phrase for phrase in why_not(page.health, page.info) if phrase]
    if not phrases:
        return hint(page.health, page.info, page.now) or (one_line(page.health.reason),)
    return (*(phrase + again for phrase in phrases), *((next_try(remaining),) if remaining else ()))


def _indented(page: Page, phrases: tuple[str, ...], style: str) -> Line:
    return (("    ", ""), (fitting(phrases, page.width - 4, ellipsis=page.glyphs.ellipsis), style))


# What can be scrolled


def body(page: Page) -> tuple[Line, ...]:
    """All sections: one below the other, or the figures on the left and what happened on the right."""
    is_well = page.health.state in (HealthState.HEALTHY, HealthState.UNKNOWN) and not has_failed_check(page.health)
    if page.width < _BESIDE or spoken.in_force():
        urgent, later = _split(_error(page, page.width), is_well)
        whole = (*_setup(page, page.width), *urgent, *_graph(page, page.width), *_figures(page, page.width), *later)
        return tuple(_column((*whole, *_happened(page, page.width))))
    left = min(76, (page.width - _GAP) * 9 // 20)
    right = page.width - left - _GAP
    urgent, later = _split(_error(page, right), is_well)
    story = (*urgent, *_graph(page, right), *later, *_happened(page, right))
    return tuple(_beside([*_column((*_setup(page, left), *_figures(page, left)))], [*_column(story)], left))


def _split(sections: tuple[Section, ...], is_well: bool) -> tuple[tuple[Section, ...], tuple[Section, ...]]:
    """The last error comes first while it is what matters."""
    return ((), sections) if is_well else (sections, ())


def _column(sections: Iterable[Section]) -> Iterator[Line]:
    for number, section in enumerate(sections):
        if number:
            yield ()
        yield ((section.title, "$accent bold"),)
        yield from section.lines


def _beside(left: Sequence[Line], right: Sequence[Line], width: int) -> Iterator[Line]:
    for one, other in zip_longest(left, right, fillvalue=()):
        used = sum(cell_len(text) for text, _ in one)
        yield (*one, (" " * (width - used + _GAP), ""), *other) if other else one


# The sections, each at most `width` cells wide


def _setup(page: Page, width: int) -> tuple[Section, ...]:
    """What must be done before it can be asked at all; nothing where it can."""
    info = page.info
    if page.health.state is not HealthState.UNCONFIGURED and not info.problem:
        return ()
    lines = [*_wrapped(info.problem, width, "")]
    if info.fix:
        lines += _wrapped(info.fix, width, "$accent")
    elif info.local:
        lines += _wrapped(f"Start its server at {one_line(info.base_url)}; it is found within seconds.", width, "")
    what = "where it runs" if info.local else "its key"
    lines += _wrapped(f"{keys.label('page.key')} takes {what} here.", width, _MUTED)
    return (Section("Not set up", tuple(lines)),)


def _graph(page: Page, width: int) -> tuple[Section, ...]:
    rows = 4 if page.height < 24 else 6 if page.height < 44 else 8
    if page.health.state is HealthState.UNCONFIGURED:
        return ()
    if spoken.in_force():
        said = latency_graph.summary(page.health, page.now)
        return (Section("Time to first token, the last hour", (*_wrapped(said, width, ""),)),)
    lines = latency_graph.chart(page.health, page.now, width, rows, page.glyphs)
    if len(lines) > 1:
        lines = (*lines, ((latency_graph.summary(page.health, page.now), _MUTED),))
    return (Section("Time to first token, the last hour", lines),)


def _figures(page: Page, width: int) -> tuple[Section, ...]:
    health, info, now = page.health, page.info, page.now
    heard = (*_wrapped(kept_from_before(health, now), width, _MUTED),)
    sections = [Section("Requests", _requests(health, width))]
    if health.successful_requests:
        whole = (provider_facts.response_time(health), provider_facts.speed(health))
        sections += [
            Section("Time to first token", _numbers(provider_facts.first_token_times(health, info.model), width)),
            Section("Whole answers", _numbers(whole, width)),
        ]
    sections += [
        Section("Models", _models(page, width)),
        Section("Limits", tuple(_limits(page, width))),
        Section("Last heard of", (*heard, *_texts(provider_facts.moments(health, now), width))),
        Section("Connection", _connection(page, width)),
    ]
    return tuple(section for section in sections if section.lines)


def _requests(health: ProviderHealth, width: int) -> tuple[Line, ...]:
    if not health.total_requests:
        return ((("none yet", _MUTED),),)
    rates = (provider_facts.success_rate(health), provider_facts.reliability(health))
    return _numbers((provider_facts.total(health), *provider_facts.requests(health), *rates), width)


def _numbers(facts: Iterable[Fact], width: int) -> tuple[Line, ...]:
    """Facts whose values stand in a column, to the right."""
    room = max(0, width - _LABEL - _VALUE - 2)
    return tuple(
        ((fit(its.label, _LABEL), _MUTED), (its.value.rjust(_VALUE), ""), ("  " + clip(its.note, room), _MUTED))
        for its in facts
    )


def _texts(facts: Iterable[Fact], width: int) -> tuple[Line, ...]:
    """Facts whose values are words: they begin in a column, and go on below where they are long."""
    facts = tuple(facts)
    label = min(_LABEL, max(12, width // 3))
    noted = max((cell_len(its.value) for its in facts if its.note), default=0)
    lines: list[Line] = []
    for its in facts:
        value = wrapped(its.value, width - label)
        if its.note and noted <= _SHORT:
            value[-1] = fit(value[-1], noted)
        note = f"  {clip(its.note, 200)}" if its.note else ""
        if note and (len(value) > 1 or cell_len(value[0]) + cell_len(note) > width - label):
            value, note = [*value, *wrapped(its.note, width - label)], ""
        for number, text in enumerate(value):
            lines.append(
                ((fit("" if number else its.label, label), _MUTED), (text, ""), ("" if number else note, _MUTED))
            )
    return tuple(lines)


def _models(page: Page, width: int) -> tuple[Line, ...]:
    """What is known of each model that was asked: its times to first token, its answers, its rest."""
    if spoken.in_force():
        return tuple(line for its in page.health.models for line in _wrapped(_model_said(page, its), width, ""))
    asked = page.info.model
    name_cells = max(10, width - 3 * _VALUE - 2)
    lines: list[Line] = []
    for its in page.health.models:
        sign = page.glyphs.arrow[-1] if its.model == asked else " "
        figures = f"{seconds(its.ttft_median):>{_VALUE}}{seconds(its.ttft_p95):>{_VALUE}}{its.samples:>{_VALUE},}"
        name = fit(its.model or "of its own choice", name_cells, ellipsis=page.glyphs.ellipsis)
        lines.append(
            ((f"{sign} ", "$accent bold"), (name, "$foreground" if its.model == asked else _MUTED), (figures, ""))
        )
        if rest := provider_facts.rest(its, page.now):
            lines.append((("    ", ""), (clip(rest, width - 4), "$health-degraded")))
    if not lines:
        return ()
    head = f"{'median':>{_VALUE}}{'95 %':>{_VALUE}}{'answers':>{_VALUE}}"
    return (((" " * (name_cells + 2) + head, _MUTED),), *lines)


def _model_said(page: Page, its: ModelHealth) -> str:
    """One model as a sentence."""
    facts = [f"median {seconds(its.ttft_median)}", f"95 % under {seconds(its.ttft_p95)}"] if its.samples else []
    facts += [count(its.samples, "answer"), provider_facts.rest(its, page.now)]
    return f"{its.model or 'of its own choice'}: {', '.join(filter(None, facts))}"


def _limits(page: Page, width: int) -> Iterator[Line]:
    """What is left of each limit, as a bar and in words."""
    for limit in page.health.headroom:
        style = "$health-degraded" if limit == scarce(page.health) else ""
        bar = _bar(page, limit, style or "$accent")
        indent = sum(cell_len(text) for text, _ in bar)
        for number, row in enumerate(wrapped(headroom(limit, page.now), width - indent)):
            yield (*(((" " * indent, ""),) if number else bar), (row, style))


def _bar(page: Page, limit: RateLimit, style: str) -> Line:
    share = share_left(limit)
    if share is None or spoken.in_force():
        return ()
    filled = max(1 if share else 0, round(share * _BAR))
    return (page.glyphs.filled * filled, style), (page.glyphs.unfilled * (_BAR - filled) + "  ", _MUTED)


def _connection(page: Page, width: int) -> tuple[Line, ...]:
    info = page.info
    loaded = in_memory(page.health, info)
    model = one_line(info.model) or ("none yet" if info.configured else "")
    facts = [
        Fact("model", model, loaded) if model else None,
        Fact("what a check found", one_line(info.model_problem)) if info.model_problem else None,
        Fact("base URL", one_line(info.base_url)) if info.base_url else None,
        Fact("where it runs", "on this machine" if info.local else "hosted"),
        provider_facts.key(info, page.key_source),
        _status(page),
    ]
    return _texts(filter(None, facts), width)


def _status(page: Page) -> Fact | None:
    upstream = page.info.upstream
    if upstream is None:
        return None
    words = provider_facts.status_words(upstream)
    read = time_of_day(upstream.read_at.timestamp(), page.now)
    return Fact("status page", words, f"{one_line(upstream.page)}, read at {read}")


def _error(page: Page, width: int) -> tuple[Section, ...]:
    """The last error in full, with the provider's own words and what can be done about it."""
    error, health = page.health.last_error, page.health
    if error is None:
        return ()
    happened = f"{page.name} {what_happened(error, page.info.model)}."
    lines = [*_wrapped(happened, width, "$health-down"), *_wrapped(_circumstances(page, error), width, _MUTED)]
    for words in filter(None, (error.message, error.detail)):
        lines += _quoted(page, words, width)
    if health.state is not HealthState.HEALTHY:
        lines += _wrapped(next_step(error, page.info.model, page.info), width, "$foreground bold")
    return (Section("Last error", tuple(lines)),)


def _circumstances(page: Page, error: ErrorInfo) -> str:
    facts = [error.error_class.value.replace("_", " ")]
    if error.status is not None:
        facts.append(f"HTTP {error.status}")
    if error.code:
        facts.append(f"code {clip(error.code, 80)}")
    if error.param:
        facts.append(f"field {clip(error.param, 80)}")
    if error.phase is not None:
        facts.append(f"phase {error.phase.value.replace('_', ' ')}")
    if page.health.last_error_at is not None:
        wall = page.health.last_error_at.timestamp()
        facts.append(f"{time_of_day(wall, page.now, exact=True)}, {ago(max(0.0, page.now - wall))}")
    return ", ".join(facts)


def _quoted(page: Page, words: str, width: int) -> Iterator[Line]:
    """Foreign words as they came, line by line, behind a bar."""
    kept = strip_controls(words[:LONGEST_WORDS]).expandtabs(4)
    lines = [row for line in kept.splitlines() for row in wrapped(line, width - 2)]
    if len(words) > LONGEST_WORDS:
        lines.append(f"and {len(words) - LONGEST_WORDS:,} characters more")
    for line in lines:
        yield ((f"{page.glyphs.upright} ", _MUTED), (line, ""))


def _happened(page: Page, width: int) -> tuple[Section, ...]:
    """The timeline of states and incidents, newest first."""
    history = page.history
    lines: list[Line] = []
    for time, words, style in history.lines:
        indent = len(time) + 2 if time else 0
        for number, row in enumerate(wrapped(words, max(10, width - indent))):
            lines.append(((" " * indent if number or not time else f"{time}  ", _MUTED), (row, style)))
    lines += _wrapped(history.note, width, _MUTED)
    return (Section("What happened", tuple(lines)),)


def _wrapped(text: str, width: int, style: str) -> Iterator[Line]:
    if text:
        for row in wrapped(one_line(text), width):
            yield ((row, style),)
