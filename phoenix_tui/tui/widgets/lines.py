"""The one-line widgets: status at the top, health strip for narrow terminals, activity above the prompt, keys below."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from phoenix_tui.core.snapshot import HealthState, Snapshot
from phoenix_tui.tui import keys
from phoenix_tui.tui.bindings import Group
from phoenix_tui.tui.footer import Hint, footer_of
from phoenix_tui.tui.glyphs import UNICODE, Glyphs, style_of, word_of
from phoenix_tui.tui.handover import LOCK_SHOWN
from phoenix_tui.tui.health_words import Phrases, offline_banner, remaining_until_retry
from phoenix_tui.tui.text import clip, count, countdown, fitting, money

Part = tuple[str, str]


def spread(left: list[Part], right: list[Part], width: int) -> Content:
    """`left` and `right` at the two ends of a line; the right end gives way where both do not fit."""
    used = sum(Content(text).cell_length for text, _ in left)
    wanted = sum(Content(text).cell_length for text, _ in right)
    if used + wanted + (2 if right else 0) > width:
        return Content.assemble(*left).truncate(width, ellipsis=True)
    return Content.assemble(*left, " " * (width - used - wanted), *right)


class StatusLine(Widget):
    """Name, whether the conversation is kept here, the chain of providers that would be asked, and what it is about."""

    snapshot: reactive[Snapshot | None] = reactive(None)
    chat_title: reactive[str] = reactive("")
    kept_here: reactive[bool] = reactive(False)

    def __init__(self, *, glyphs: Glyphs = UNICODE, badge: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._glyphs = glyphs
        self._badge = badge

    def render(self) -> Content:
        left: list[Part] = [("phoenix", "$accent bold"), ("  ", "")]
        if self.kept_here:
            left += [(LOCK_SHOWN, "$health-up bold"), ("  ", "")]
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

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._glyphs = glyphs
        self._shown = Content()

    def watch_snapshot(self) -> None:
        self._draw()

    def watch_now(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        """Paint again only what looks different: `now` moves each second while anything counts anywhere."""
        shown = self._content()
        if not shown.is_same(self._shown):
            self._shown = shown
            self.refresh()

    def render(self) -> Content:
        return self._shown

    def _content(self) -> Content:
        if self.snapshot is None:
            return Content.styled("starting" + self._glyphs.ellipsis, "$text-muted")
        entries = self._entries(self.snapshot)
        parts: list[Part] = []
        used = 0
        for index, entry in enumerate(entries):
            more = f"+{len(entries) - index} ({keys.label('panels')})"
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
            said_above = health.state is HealthState.OFFLINE
            remaining = None if said_above else remaining_until_retry(health, self.now)
            word = word_of(health, info) + (f" {countdown(remaining)}" if remaining else "")
            name_style = "$accent bold" if name == snapshot.primary else "$foreground"
            state = style_of(health.state)
            entries.append([(self._glyphs.state(health.state) + " ", state), (name, name_style), (" " + word, state)])
        return entries or [[("no provider is set up", "$health-down")]]


class Banner(Widget):
    """What concerns everything: that this machine has no network. Not there while all is well."""

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)
    phrases: reactive[Phrases] = reactive(())

    def watch_snapshot(self) -> None:
        self._draw()

    def watch_now(self) -> None:
        self._draw()

    def _draw(self) -> None:
        self.phrases = offline_banner(self.snapshot, self.now) if self.snapshot else ()
        self.set_class(bool(self.phrases), "-said")

    def render(self) -> Content:
        return Content.styled(fitting(self.phrases, self.size.width), "$health-degraded bold")


class QuestionBar(Widget):
    """What the person is asked, with the time left; as many lines as it takes. Not there while nothing is asked."""

    question: reactive[str] = reactive("", layout=True)

    def watch_question(self) -> None:
        self.display = bool(self.question)

    def render(self) -> Content:
        return Content.styled(self.question, "$health-degraded bold")


class ActivityLine(Widget):
    """What is going on now, just above the prompt; empty when nothing is."""

    activity: reactive[str] = reactive("")

    def render(self) -> Content:
        return Content.styled(clip(self.activity, self.size.width), "$text-muted")


class KeyBar(Widget):
    """The keys that act where the focus is, and the sums of the conversation."""

    group: reactive[Group] = reactive(Group.PROMPT)
    is_answering: reactive[bool] = reactive(False)
    confirm_key: reactive[str] = reactive("")
    """The key that lets the conversation go to another provider; empty while that is no question."""
    tokens: reactive[int] = reactive(0)
    cost_usd: reactive[float | None] = reactive(None)
    budget: reactive[str] = reactive("")

    def render(self) -> Content:
        right: list[Part] = []
        if self.tokens:
            right.append((count(self.tokens, "token"), "$text-muted"))
        if self.budget:
            right.append((f"  {self.budget}", "$foreground"))
        elif self.cost_usd is not None:
            right.append((f"  {money(self.cost_usd)}", "$foreground"))
        *others, last = footer_of(self.group, keys.in_force())
        kept = len(last[0]) + len(last[1]) + 1
        room = self.size.width - sum(len(text) for text, _ in right) - (2 if right else 0) - kept
        stop = keys.label("stop")
        stops = {Group.FIND: "close", Group.PROMPT: "stop" if self.is_answering else "chat"}
        first = [(stop, stops.get(self.group, "stop" if self.is_answering else "write"))]
        if self.confirm_key:
            first = [(stop, "keep here"), (self.confirm_key, "send now")]
            others = [row for row in others if row[0] != keys.label("send")]  # it sends nothing else meanwhile
        left: list[Part] = []
        used = 0
        shown: list[Hint] = []
        for key, label in (*first, *others):
            cells = len(key) + 1 + len(label) + 3
            if used + cells > room:
                break
            shown.append((key, label))
            used += cells
        for key, label in (*shown, last):
            left += [("   " if left else "", ""), (key, "$accent bold"), (f" {label}", "$text-muted")]
        return spread(left, right, self.size.width)
