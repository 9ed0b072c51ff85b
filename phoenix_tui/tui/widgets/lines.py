"""The one-line widgets: status at the top, health strip for narrow terminals, activity above the prompt, keys below."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from phoenix_tui.core.snapshot import Snapshot
from phoenix_tui.tui.bindings import Group, footer_of
from phoenix_tui.tui.glyphs import UNICODE, Glyphs, style_of, word_of
from phoenix_tui.tui.text import clip, count, countdown, money
from phoenix_tui.tui.widgets.health_sidebar import remaining_until_retry

Part = tuple[str, str]


def spread(left: list[Part], right: list[Part], width: int) -> Content:
    """`left` and `right` at the two ends of a line; the right end gives way where both do not fit."""
    used = sum(Content(text).cell_length for text, _ in left)
    wanted = sum(Content(text).cell_length for text, _ in right)
    if used + wanted + (2 if right else 0) > width:
        return Content.assemble(*left).truncate(width, ellipsis=True)
    return Content.assemble(*left, " " * (width - used - wanted), *right)


class StatusLine(Widget):
    """Name, the chain of providers that would be asked, and what the conversation is about."""

    snapshot: reactive[Snapshot | None] = reactive(None)
    chat_title: reactive[str] = reactive("")

    def __init__(self, *, glyphs: Glyphs = UNICODE, badge: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._glyphs = glyphs
        self._badge = badge

    def render(self) -> Content:
        left: list[Part] = [("phoenix", "$accent bold"), ("  ", "")]
        if self.snapshot is not None:
            left += self._chain(self.snapshot)
        right: list[Part] = []
        if self.chat_title:
            title = clip(self.chat_title, 36, ellipsis=self._glyphs.ellipsis)
            right += [("chat: ", "$text-muted"), (title, "$foreground")]
        if self._badge:
            right += [("  " if right else "", ""), (f" {self._badge} ", "$on-accent on $accent bold")]
        return spread(left, right, self.size.width)

    def _chain(self, snapshot: Snapshot) -> list[Part]:
        names = [placement.target.provider for placement in snapshot.order if placement.eligible]
        if not names:
            return [("no provider can answer", "$health-down")]
        parts: list[Part] = []
        for index, name in enumerate(names[:4]):
            if index:
                parts.append((" > ", "$text-muted"))
            parts.append((name, "$foreground" if index == 0 else "$text-muted"))
        if len(names) > 4:
            parts.append((f" > {len(names) - 4} more", "$text-muted"))
        return parts


class HealthStrip(Widget):
    """The health of those that matter, in one line, for terminals where the panels do not fit."""

    snapshot: reactive[Snapshot | None] = reactive(None)
    now: reactive[float] = reactive(0.0)

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._glyphs = glyphs

    def render(self) -> Content:
        if self.snapshot is None:
            return Content.styled("starting" + self._glyphs.ellipsis, "$text-muted")
        entries = self._entries(self.snapshot)
        parts: list[Part] = []
        used = 0
        for index, entry in enumerate(entries):
            more = f"+{len(entries) - index} (f9)"
            cells = sum(len(text) for text, _ in entry) + 2
            is_last = index == len(entries) - 1
            if used + cells + (0 if is_last else len(more)) > self.size.width:
                parts.append((more, "$text-muted"))
                break
            parts += [*entry, ("  ", "")]
            used += cells
        return Content.assemble(*parts).truncate(self.size.width, ellipsis=True)

    def _entries(self, snapshot: Snapshot) -> list[list[Part]]:
        ranked = [placement.target.provider for placement in snapshot.order]
        ranked += [info.name for info in snapshot.providers if info.configured and info.name not in ranked]
        entries: list[list[Part]] = []
        for name in ranked:
            health, info = snapshot.health_of(name), snapshot.info_of(name)
            if not info.configured:
                continue
            remaining = remaining_until_retry(health, self.now)
            word = word_of(health, info) + (f" {countdown(remaining)}" if remaining else "")
            name_style = "$accent bold" if name == snapshot.primary else "$foreground"
            state = style_of(health.state)
            entries.append([(self._glyphs.state(health.state) + " ", state), (name, name_style), (" " + word, state)])
        return entries or [[("no provider is set up", "$health-down")]]


class ActivityLine(Widget):
    """What is going on now, just above the prompt; empty when nothing is."""

    activity: reactive[str] = reactive("")
    alarming: reactive[bool] = reactive(False)

    def render(self) -> Content:
        style = "$health-degraded" if self.alarming else "$text-muted"
        return Content.styled(clip(self.activity, self.size.width), style)


class KeyBar(Widget):
    """The keys that act where the focus is, and the sums of the conversation."""

    group: reactive[Group] = reactive(Group.PROMPT)
    is_answering: reactive[bool] = reactive(False)
    tokens: reactive[int] = reactive(0)
    cost_usd: reactive[float | None] = reactive(None)

    def render(self) -> Content:
        right: list[Part] = []
        if self.tokens:
            right.append((count(self.tokens, "token"), "$text-muted"))
        if self.cost_usd is not None:
            right.append((f"  {money(self.cost_usd)}", "$foreground"))
        *others, last = footer_of(self.group)
        kept = len(last[0]) + len(last[1]) + 1
        room = self.size.width - sum(len(text) for text, _ in right) - (2 if right else 0) - kept
        first = ("esc", "stop" if self.is_answering else "chat" if self.group is Group.PROMPT else "write")
        left: list[Part] = []
        used = 0
        shown: list[tuple[str, str]] = []
        for keys, label in (first, *others):
            cells = len(keys) + 1 + len(label) + 3
            if used + cells > room:
                break
            shown.append((keys, label))
            used += cells
        for keys, label in (*shown, last):
            left += [("   " if left else "", ""), (keys, "$accent bold"), (f" {label}", "$text-muted")]
        return spread(left, right, self.size.width)
