"""`phoenix-tui route`: who would be asked now, in which order, and why in that one."""

from __future__ import annotations

import argparse
from datetime import datetime

from phoenix_tui.commands import exit_status
from phoenix_tui.commands.opening import Opened, Refused, open_settings, refuse
from phoenix_tui.commands.output import put, say, write_json, write_table
from phoenix_tui.commands.running import run
from phoenix_tui.commands.shapes import Json, iso, milliseconds
from phoenix_tui.core.ordering import next_retry_at
from phoenix_tui.core.snapshot import ModelHealth, Placement, Snapshot
from phoenix_tui.core.text import strip_controls
from phoenix_tui.prices import Price, PriceBook


def run_route(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    try:
        opened = open_settings(options, strict=True)
    except Refused as refused:
        return refuse(refused, as_json=options.json)
    for notice in opened.notices:
        say(str(notice))
    snapshot = run(_look(opened))
    first = would_ask(snapshot)
    if options.json:
        write_json(route_shape(snapshot, PriceBook()))
    elif options.explain:
        _explain(snapshot, PriceBook())
    else:
        write_table([_row(placement) for placement in snapshot.order], ("", "provider", "model", "why"))
    if first is None:
        say(_nobody(snapshot))
    return exit_status.OK if first else exit_status.NO_ANSWER


def would_ask(snapshot: Snapshot) -> Placement | None:
    """Who a request would go to first; None when nobody is fit to be asked."""
    return next((placement for placement in snapshot.order if placement.eligible), None)


def route_shape(snapshot: Snapshot, prices: PriceBook) -> Json:
    """What `route --json` prints. A contract, as shapes.py has it: keys are added, never renamed."""
    first = would_ask(snapshot)
    return {
        "strategy": snapshot.strategy.value,
        "primary": snapshot.primary,
        "would_ask": None
        if first is None
        else {"provider": first.target.provider, "model": first.target.model or None},
        "order": [_place(snapshot, placement, prices.price(placement.target)) for placement in snapshot.order],
    }


async def _look(opened: Opened) -> Snapshot:
    async with opened.client() as client:
        return client.snapshot()


def _place(snapshot: Snapshot, placement: Placement, price: Price | None) -> Json:
    health = snapshot.health_of(placement.target.provider)
    rate = health.success_rate
    its = _model_health(snapshot, placement)
    return {
        "provider": placement.target.provider,
        "model": placement.target.model or None,
        "position": placement.position,
        "own_position": placement.own_position,
        "eligible": placement.eligible,
        "reasons": [
            {"kind": reason.kind.value, "words": reason.words, "until": iso(reason.until)}
            for reason in placement.reasons
        ],
        "state": health.state.value,
        "band": health.band.value,
        "success_rate": None if rate is None else round(rate, 4),
        "ttft_median_ms": milliseconds(its.ttft_median) if its else None,
        "ttft_peak_ms": milliseconds(its.ttft_peak) if its else None,
        "retry_at": iso(health.retry_at),
        "price_usd_per_million": None
        if price is None
        else {"input": price.input, "output": price.output, "blended": price.blended},
    }


def _row(placement: Placement) -> tuple[str, ...]:
    words = placement.reasons[0].words if placement.reasons else ""
    return (
        str(placement.position) if placement.eligible else "-",
        placement.target.provider,
        placement.target.model or "-",
        words,
    )


def _explain(snapshot: Snapshot, prices: PriceBook) -> None:
    rows = []
    for placement in snapshot.order:
        health = snapshot.health_of(placement.target.provider)
        its = _model_health(snapshot, placement)
        price = prices.price(placement.target)
        number, provider, model, _ = _row(placement)
        rows.append(
            (
                number,
                str(placement.own_position),
                provider,
                model,
                health.state.word,
                health.band.value,
                "-" if health.success_rate is None else f"{health.success_rate:.0%}",
                "-" if its is None or its.ttft_median is None else f"{its.ttft_median:.1f} s",
                "-" if price is None else f"${price.blended:.2f}",
                "-" if health.retry_at is None else f"{health.retry_at.astimezone():%H:%M:%S}",
                placement.reason,
            )
        )
    header = ("", "own", "provider", "model", "state", "band", "ok", "first token", "price", "again at", "why")
    write_table(rows, header)
    put("\n" + strip_controls(_summary(snapshot)) + "\n")


def _summary(snapshot: Snapshot) -> str:
    first = would_ask(snapshot)
    sentences = [f"The strategy is {snapshot.strategy}, the primary {snapshot.primary}."]
    if first is not None:
        model = f" ({first.target.model})" if first.target.model else ""
        sentences.append(f"A request now goes to {first.target.provider}{model}.")
    sentences.append("Prices are dollars for a million tokens, three parts of input to one of output.")
    return " ".join(sentences)


def _nobody(snapshot: Snapshot) -> str:
    again = next_retry_at(snapshot.health)
    if again is None:
        return "Nobody can be asked now."
    at = datetime.fromtimestamp(again).astimezone()
    return f"Nobody is fit to be asked now; the next try makes sense at {at:%H:%M:%S}."


def _model_health(snapshot: Snapshot, placement: Placement) -> ModelHealth | None:
    """What is known of the model that would be asked."""
    models = snapshot.health_of(placement.target.provider).models
    return next((its for its in models if its.model == placement.target.model), None)
