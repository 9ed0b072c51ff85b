"""What is known about one model of a provider: the rest that it needs, and how soon its answers begin."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import field

from phoenix_tui.core import ema, quantile
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.moment import Moment, Uniform
from phoenix_tui.core.policy import asked_wait, consequence_of
from phoenix_tui.core.quantile import Quantile
from phoenix_tui.core.values import dataclass, replace

MODELS_KEPT = 16
"""Models of one provider that are remembered: those used last."""
COOLING_CAP = 60.0
"""Seconds; the longest rest after a rate limit that names no time, however often it comes."""
PEAK_TAU = 60.0
"""Seconds in which a peak falls to 1/e of its height over what is usual."""
_PEAK_MINUTES = 12
"""After which nothing is left of a peak that anybody could see."""


@dataclass(frozen=True, slots=True)
class Rest:
    """A time in which a model, or a whole provider, is left in peace because of `cause`. `asked`: the provider itself
    named the time."""

    since: Moment
    until: Moment
    cause: ErrorClass
    asked: bool


@dataclass(frozen=True, slots=True)
class Latency:
    """Times to first token in seconds, of successes only. `peak` is as it was at the newest sample, `at`."""

    samples: int = 0
    median: Quantile = field(default_factory=lambda: Quantile(0.5))
    p95: Quantile = field(default_factory=lambda: Quantile(0.95))
    peak: float | None = None
    at: Moment | None = None


@dataclass(frozen=True, slots=True)
class ModelState:
    """One model. `limits` counts the rate limits without a time of their own since its last success."""

    model: str
    rest: Rest | None = None
    limits: int = 0
    latency: Latency = field(default_factory=Latency)


Models = tuple[ModelState, ...]
"""Models of one provider, the one used last first, none twice."""


def of(models: Models, model: str) -> ModelState:
    """What is known about `model`; a record that says nothing where nothing is."""
    for its in models:
        if its.model == model:
            return its
    return ModelState(model)


def used(models: Models, model: str) -> Models:
    """`models` when `model` is being asked."""
    if models and models[0].model == model:
        return models
    others = tuple(its for its in models if its.model != model)
    return (of(models, model), *others[: MODELS_KEPT - 1])


def changed(models: Models, its: ModelState) -> Models:
    """`models` with another record of one of them; where it was forgotten meanwhile, it is so no longer."""
    if not any(other.model == its.model for other in models):
        return (*models[: MODELS_KEPT - 1], its)
    return tuple(its if other.model == its.model else other for other in models)


def resting(rest: Rest | None, error: ErrorInfo, limits: int, now: Moment, rng: Uniform) -> Rest | None:
    """The rest after `error`, which never ends earlier than the one it finds. `limits`: see ModelState."""
    asked = asked_wait(error)
    own = consequence_of(error).cooling
    if error.error_class is ErrorClass.RATE_LIMIT:
        # Chance only shortens it, so that the time to notice that the limit is over has a hard bound.
        own = min(own * 2 ** min(limits, 10), COOLING_CAP) * rng.uniform(0.8, 1.0) if asked is None else 0.0
    seconds = max(asked or 0.0, own)
    if seconds <= 0:
        return rest
    new = Rest(now, now.plus(seconds), error.error_class, asked is not None and asked >= own)
    return replace(rest, since=now) if rest is not None and rest.until > new.until else new


def limited(its: ModelState, error: ErrorInfo) -> int:
    """`limits` after `error`."""
    own = error.error_class is ErrorClass.RATE_LIMIT and asked_wait(error) is None
    return its.limits + own


def answered(its: ModelState, ttft: float | None, began: Moment, now: Moment) -> ModelState:
    """The model after a success of an attempt that began at `began`: what began before a rest does not end it."""
    rested = its.rest is not None and began < its.rest.since
    return replace(its, rest=its.rest if rested else None, limits=0, latency=_measured(its.latency, ttft, now))


def settled(models: Models, now: Moment) -> Models:
    """`models` as time alone has made them."""
    for its in models:
        if its.rest is not None and its.rest.until.monotonic <= now.monotonic:
            return tuple(
                replace(its, rest=None) if its.rest is not None and its.rest.until.monotonic <= now.monotonic else its
                for its in models
            )
    return models


def freed(models: Models) -> Models:
    """`models` with nothing held against any of them, as after a change of key."""
    return tuple(replace(its, rest=None, limits=0) for its in models)


def is_missing(its: ModelState) -> bool:
    """Whether it rests because the provider did not know it."""
    return its.rest is not None and its.rest.cause is ErrorClass.MODEL_NOT_FOUND


def found(models: Models, listed: Collection[str] | None = None) -> Models:
    """`models` without the rest of those that were missing and are `listed` (None: whichever). A record for no model at
    all is mended by any list that has one."""
    names = None if listed is None else {comparable(name) for name in listed}
    return tuple(
        replace(its, rest=None)
        if is_missing(its) and (names is None or comparable(its.model) in names or (not its.model and bool(names)))
        else its
        for its in models
    )


def comparable(model: str) -> str:
    """`model` as names are compared: Ollama's are the same in any case, and with or without their default tag."""
    return model.lower().removesuffix(":latest")


def peak_now(latency: Latency, now: Moment) -> float | None:
    """The peak as it has fallen towards the usual since the newest sample: in whole minutes, so that what people are
    shown does not change with every reading of the clock."""
    usual = latency.median.value
    if latency.peak is None or latency.at is None or usual is None:
        return latency.peak
    usual = min(usual, latency.peak)
    minutes = max(0.0, now.since(latency.at)) // PEAK_TAU
    if minutes > _PEAK_MINUTES:
        return usual
    return usual + (latency.peak - usual) * math.exp(-minutes) if minutes else latency.peak


def peak_falls_at(latency: Latency, now: Moment) -> float:
    """Monotonic time at which `peak_now` will be another without a new sample; infinite when it will not."""
    if latency.peak is None or latency.at is None:
        return math.inf
    minutes = max(0.0, now.since(latency.at)) // PEAK_TAU
    return math.inf if minutes > _PEAK_MINUTES else latency.at.monotonic + (minutes + 1) * PEAK_TAU


def _measured(latency: Latency, ttft: float | None, now: Moment) -> Latency:
    if ttft is None or not ema.is_sample(ttft):
        return latency
    peak = ttft
    if latency.peak is not None and latency.at is not None and latency.peak > ttft:
        peak = ttft + (latency.peak - ttft) * math.exp(-max(0.0, now.since(latency.at)) / PEAK_TAU)
    return Latency(
        latency.samples + 1,
        quantile.updated(latency.median, ttft),
        quantile.updated(latency.p95, ttft),
        peak,
        now,
    )
