"""The health of the seven, at a glance."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.reactive import reactive

from phoenix_tui.core.snapshot import HealthState, ProviderHealth, ProviderInfo, Snapshot
from phoenix_tui.tui.bindings import Group, bindings_of
from phoenix_tui.tui.glyphs import UNICODE, Glyphs, graph, style_of, word_of
from phoenix_tui.tui.health_words import as_of, hint, remaining_until_retry, why_not
from phoenix_tui.tui.messages import CheckRequested, PrimaryChosen
from phoenix_tui.tui.text import countdown, fit, fitting, percent, seconds
from phoenix_tui.tui.widgets.row_list import Line, Row, RowList

NAME_CELLS, WORD_CELLS, TIME_CELLS, RATE_CELLS = 10, 9, 6, 5


class HealthSidebar(RowList):
    """One row a provider: number of its key, state as sign and word, time to first token, success rate; below it, where
    there is room, its place in the order, the newest samples and the model, or why it is not available."""

    HELP = (
        "The health of the seven. The number is that of the key that makes one the primary ({primaries}); #2 is its "
        "place in the order now. Then state, average time to first token and success rate; below, the newest "
        "samples (a mark in a gap is a failure) and the model."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(Group.HEALTH)]

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)
    """Wall time in seconds since the epoch, for countdowns."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._glyphs = glyphs
        self.border_title = "Providers"

    def watch_snapshot(self) -> None:
        self._draw()

    def watch_now(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        if self.snapshot is None:
            self.show_rows([Row("", ((("starting" + self._glyphs.ellipsis, "$text-muted"),),))])
            return
        roomy = self.size.height >= 2 * len(self.snapshot.providers)
        self.show_rows(health_rows(self.snapshot, self.now, width, roomy, self._glyphs))

    def action_make_primary(self) -> None:
        self.opened(self.chosen)

    def opened(self, key: str) -> None:
        if key:
            self.post_message(PrimaryChosen(key))

    def action_check(self) -> None:
        if self.chosen:
            self.post_message(CheckRequested(self.chosen))


def health_rows(snapshot: Snapshot, now: float, width: int, roomy: bool, glyphs: Glyphs) -> list[Row]:
    """The rows of the panel in the fixed order of the seven, so that nothing jumps."""
    places = {placement.target.provider: placement.position for placement in snapshot.order if placement.eligible}
    rows: list[Row] = []
    for number, (health, info) in enumerate(zip(snapshot.health, snapshot.providers, strict=True), 1):
        lines = [_state_line(number, health, info, now, info.name == snapshot.primary, width, glyphs)]
        if roomy:
            lines.append(_detail_line(health, info, places.get(info.name), now, width, glyphs))
        rows.append(Row(info.name, tuple(lines)))
    return rows


def _state_line(
    number: int, health: ProviderHealth, info: ProviderInfo, now: float, is_primary: bool, width: int, glyphs: Glyphs
) -> Line:
    style = style_of(health.state)
    right = TIME_CELLS + RATE_CELLS
    left = f"{number} "
    name_style = "$accent bold" if is_primary else ("$foreground" if health.is_available else "$text-muted")
    gap = max(0, width - (len(left) + 2 + NAME_CELLS + 1 + WORD_CELLS + right))
    name = fit(info.name, NAME_CELLS + min(gap, 4), ellipsis=glyphs.ellipsis)
    gap -= min(gap, 4)
    return (
        (left, "$text-muted"),
        (glyphs.state(health.state) + " ", style),
        (name + " ", name_style),
        (fit(word_of(health, info), WORD_CELLS + gap, ellipsis=glyphs.ellipsis), style),
        *_figures(health, now),
    )


def _figures(health: ProviderHealth, now: float) -> Line:
    """The eleven cells on the right: time to first token and success rate, or the countdown in their place."""
    if health.state is HealthState.OFFLINE:
        return ((" " * (TIME_CELLS + RATE_CELLS), ""),)  # one countdown for all of them stands above
    if remaining := remaining_until_retry(health, now):
        return ((f"try in {countdown(remaining)}".rjust(TIME_CELLS + RATE_CELLS), "$foreground"),)
    ttft = health.ttft_average if health.ttft_average is not None else health.ttft_last
    time = seconds(ttft) if ttft is not None else ""
    rate = percent(health.success_rate) if health.success_rate is not None else ""
    return ((time.rjust(TIME_CELLS), "$foreground"), (rate.rjust(RATE_CELLS), "$text-muted"))


def _detail_line(
    health: ProviderHealth, info: ProviderInfo, place: int | None, now: float, width: int, glyphs: Glyphs
) -> Line:
    placed = fit(f"#{place}" if place else "", 3)
    start: Line = (("  " + placed, "$text-muted"),)
    rest = max(0, width - 5)
    if phrases := why_not(health, info):
        return (*start, (fitting(phrases, rest, ellipsis=glyphs.ellipsis), "$text-muted"))
    if phrases := hint(health, info, now):
        return (*start, (fitting(phrases, rest, ellipsis=glyphs.ellipsis), "$health-degraded"))
    cells = 12 if width < 44 else 16
    signs = graph(health.recent, cells, glyphs)
    drawn = tuple((sign, "$health-down bold" if is_failure else "$accent") for sign, is_failure in signs)
    blank = (" " * (cells - len(signs) + 1), "")
    model = info.model or ("no model yet" if info.local else "")
    about: tuple[str, ...] = (model,)
    if age := as_of(health, now):
        about = (f"{model}, {age}", age)
    elif info.local and info.model_loaded is False:
        loading = "loading" if health.in_flight else "not loaded"
        about = (f"{model} ({loading})", loading)
    return (*start, *drawn, blank, (fitting(about, rest - cells - 1, ellipsis=glyphs.ellipsis), "$text-muted"))
