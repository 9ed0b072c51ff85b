"""The one-line widgets: status at the top, health strip for narrow terminals, activity above the prompt, keys below."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from phoenix_tui.core.snapshot import Snapshot
from phoenix_tui.tui import keys, spoken
from phoenix_tui.tui.bindings import Group
from phoenix_tui.tui.estimate import Estimate, phrases
from phoenix_tui.tui.footer import Hint, footer_of
from phoenix_tui.tui.glyphs import UNICODE, Glyphs
from phoenix_tui.tui.handover import LOCK_SHOWN
from phoenix_tui.tui.health_strip import strip_parts
from phoenix_tui.tui.health_words import Phrases, offline_banner
from phoenix_tui.tui.messages import ActionClicked
from phoenix_tui.tui.spoken_words import health_line
from phoenix_tui.tui.text import clip, count, fitting, money, sentence

TITLE_CELLS = 36
"""What the conversation is about takes no more."""
CHAIN_NAMES = 4
"""So many providers of the chain are named at most."""
Part = tuple[str, str] | Content
"""A piece of a line: a text with its style."""


def does(action: str, text: str, style: str) -> Content:
    """A piece that carries out an action of the screen when it is clicked."""
    return Content.styled(text, style).stylize(Style.from_meta({"action": action}))


def cells(parts: Iterable[Part]) -> int:
    """How wide `parts` are."""
    return sum(part.cell_length if isinstance(part, Content) else cell_len(part[0]) for part in parts)


def spread(left: list[Part], right: list[Part], width: int) -> Content:
    """`left` and `right` at the two ends of a line; the right end gives way where both do not fit."""
    used, wanted = cells(left), cells(right)
    if used + wanted + (2 if right else 0) > width:
        return Content.assemble(*left).truncate(width, ellipsis=True)
    return Content.assemble(*left, " " * (width - used - wanted), *right)


class ClickableLine(Widget):
    """A line of which some pieces do something when they are clicked."""

    def on_click(self, event: events.Click) -> None:
        if action := event.style.meta.get("action"):
            self.post_message(ActionClicked(str(action)))


class CalmLine(ClickableLine):
    """A line that is painted again only when it looks different, whatever has become of what it is made from."""

    def __init__(self, *, glyphs: Glyphs, id: str | None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._glyphs = glyphs
        self._shown = Content()

    def on_resize(self) -> None:
        self.draw()

    def draw(self) -> None:
        """Look whether it looks different."""
        shown = self._content()
        if not shown.is_same(self._shown):
            self._shown = shown
            self.refresh(layout=spoken.in_force())  # there it takes as many lines as it needs

    def render(self) -> Content:
        return self._shown

    def _content(self) -> Content:
        raise NotImplementedError


class StatusLine(CalmLine):
    """Name, whether the conversation is kept here, the chain of providers that would be asked, and what it is about."""

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False)
    chat_title: reactive[str] = reactive("", repaint=False)
    kept_here: reactive[bool] = reactive(False, repaint=False)

    def __init__(self, *, glyphs: Glyphs = UNICODE, badge: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(glyphs=glyphs, id=id)
        self._badge = badge

    def watch_snapshot(self) -> None:
        self.draw()

    def watch_chat_title(self) -> None:
        self.draw()

    def watch_kept_here(self) -> None:
        self.draw()

    def _content(self) -> Content:
        name: list[Part] = [("phoenix", "$accent bold"), ("  ", "")]
        lock: list[Part] = [does("local", LOCK_SHOWN, "$health-up bold"), ("  ", "")] if self.kept_here else []
        if spoken.in_force():
            return self._said()
        badge: list[Part] = [(f" {self._badge} ", "$on-accent on $accent bold")] if self._badge else []
        room = self.size.width - cells([*name, *lock, *badge]) - 2
        chain, title = self._chain_and_title(room)
        gap: list[Part] = [("  ", "")] if title and badge else []
        return spread([*name, *lock, *chain], [*title, *gap, *badge], self.size.width)

    def _said(self) -> Content:
        """Without the chain, which the line of health tells."""
        facts = ("phoenix-tui", self._badge.lower(), LOCK_SHOWN if self.kept_here else "", self.chat_title)
        return Content.styled(clip(", ".join(filter(None, facts)), self.size.width), "$foreground")

    def _chain_and_title(self, room: int) -> tuple[list[Part], list[Part]]:
        """As much of both as fits: first the chain becomes shorter, then the title, and at last it is left out."""
        longest = min(TITLE_CELLS, cell_len(self.chat_title))
        for title_cells in (longest, min(longest, TITLE_CELLS // 2), 0):
            title = self._title(title_cells)
            for names in range(CHAIN_NAMES, 0 if title else 1, -1):
                chain = self._chain(names)
                if cells([*chain, *title]) + 2 <= room:
                    return chain, title
        return self._chain(1), []

    def _title(self, width: int) -> list[Part]:
        if not width:
            return []
        title = clip(self.chat_title, width, ellipsis=self._glyphs.ellipsis)
        return [("chat: ", "$text-muted"), (title, "$foreground")]

    def _chain(self, shown: int) -> list[Part]:
        """The first `shown` of those that would be asked."""
        if self.snapshot is None:
            return []
        names = [placement.target.provider for placement in self.snapshot.order if placement.eligible]
        if not names:
            return [does("pick_primary", "no provider can answer", "$health-down")]
        parts: list[Part] = []
        for index, name in enumerate(names[:shown]):
            if index:
                parts.append((" > ", "$text-muted"))
            parts.append(does("pick_primary", name, "$foreground" if index == 0 else "$text-muted"))
        if len(names) > shown:
            parts.append(does("pick_primary", f" > {len(names) - shown} more", "$text-muted"))
        return parts


class HealthStrip(CalmLine):
    """The health of those that matter, in one line, for terminals where the panels do not fit."""

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(glyphs=glyphs, id=id)

    def watch_snapshot(self) -> None:
        self.draw()

    def watch_now(self) -> None:
        self.draw()

    def _content(self) -> Content:
        if self.snapshot is None:
            return Content.styled("starting" + self._glyphs.ellipsis, "$text-muted")
        if spoken.in_force():
            return Content.styled(" ".join(health_line(self.snapshot, self.now, keys.label("panels"))), "$foreground")
        parts = strip_parts(self.snapshot, self.now, self.size.width, self._glyphs, keys.label("panels"))
        return Content.assemble(*(self._piece(*part) for part in parts)).truncate(self.size.width, ellipsis=True)

    def _piece(self, text: str, style: str) -> Content:
        shows_others = text.startswith("+") and text.endswith(")")
        return does("toggle_panels" if shows_others else "pick_primary", text, style)


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


LEAST_ROOM = 12
"""Cells; in fewer, what would be sent is not said."""


class ActivityLine(Widget):
    """What is going on now, just above the prompt; empty when nothing is. A click goes to where it is going on. At its
    right end stands what would be sent now."""

    activity: reactive[str] = reactive("")
    estimate: reactive[Estimate | None] = reactive(None)
    told: reactive[str] = reactive("", layout=True)
    """A passing notice, where it is read aloud: it stands here until something else goes on."""

    def render(self) -> Content:
        if spoken.in_force():
            return Content.styled(self._said, "$foreground")
        activity = clip(self.activity, self.size.width)
        room = self.size.width - cell_len(activity) - 2
        if self.estimate is None or room < LEAST_ROOM:
            return Content.styled(activity, "$text-muted")
        style = "$health-degraded" if self.estimate.warns else "$text-muted"
        words = fitting(phrases(self.estimate), room)
        return spread([(activity, "$text-muted")], [(words, style)], self.size.width)

    @property
    def _said(self) -> str:
        """What would be sent is left out unless it warns: it would be said anew after every word that is typed."""
        words = phrases(self.estimate)[0] if self.estimate is not None and self.estimate.warns else ""
        return " ".join(map(sentence, filter(None, (self.told, self.activity, words))))

    def on_click(self) -> None:
        if self.activity:
            self.post_message(ActionClicked("to_end"))


class KeyBar(Widget):
    """The keys that act where the focus is, and the sums of the conversation."""

    group: reactive[Group] = reactive(Group.PROMPT)
    behind: reactive[str] = reactive("chat")
    """What the prompt is left for."""
    is_answering: reactive[bool] = reactive(False)
    confirm_key: reactive[str] = reactive("")
    """The key that lets the conversation go to another provider; empty while that is no question."""
    tokens: reactive[int] = reactive(0)
    cost_usd: reactive[float | None] = reactive(None)
    budget: reactive[str] = reactive("")

    @property
    def _way_out(self) -> tuple[str, str]:
        """The key that ends what is going on now, and what it does in a word."""
        if self.group is Group.COMPLETING:
            return keys.label("complete.close"), "close"
        if self.group is Group.FIND:
            return keys.label("stop"), "close"
        leads = {Group.PROMPT: self.behind, Group.PAGE: "back"}.get(self.group, "write")
        if spoken.in_force() and self.group is not Group.PAGE:
            # One word for both: the line would be read at the beginning and at the end of every answer.
            return keys.label("stop"), f"stop or {leads}"
        return keys.label("stop"), "stop" if self.is_answering else leads

    def render(self) -> Content:
        right = [] if self.confirm_key else self._sums()  # what answers a question comes first
        between = ", " if spoken.in_force() else "   "
        *others, last = footer_of(self.group, keys.in_force())
        kept = len(last[0]) + len(last[1]) + 1
        room = self.size.width - cells(right) - (2 if right else 0) - kept
        first = [self._way_out]
        if self.confirm_key:
            first = [(keys.label("stop"), "keep here"), (self.confirm_key, "send now")]
            others = [row for row in others if row[0] != keys.label("send")]  # it sends nothing else meanwhile
        left: list[Part] = []
        used = 0
        shown: list[Hint] = []
        for key, label in (*first, *others):
            taken = len(key) + 1 + len(label) + 3
            if used + taken > room:
                break
            shown.append((key, label))
            used += taken
        for key, label in (*shown, last):
            left.append((between if left else "", ""))
            left += [self._pressed(key, key, "$accent bold"), self._pressed(key, f" {label}", "$text-muted")]
        return spread(left, right, self.size.width)

    def _sums(self) -> list[Part]:
        """How long the conversation is, and what it or the day has cost. Not read aloud: each answer tells its own."""
        if spoken.in_force():
            return []
        sums: list[Part] = [(count(self.tokens, "token"), "$text-muted")] if self.tokens else []
        if self.budget:
            sums.append((f"  {self.budget}", "$foreground"))
        elif self.cost_usd is not None:
            sums.append((f"  {money(self.cost_usd)}", "$foreground"))
        return sums

    def _pressed(self, key: str, text: str, style: str) -> Content:
        """A piece that is as good as the key when it is clicked."""
        return Content.styled(text, style).stylize(Style.from_meta({"key": key}))

    def on_click(self, event: events.Click) -> None:
        shown = event.style.meta.get("key")
        if shown == keys.in_force().primaries_brief:
            self.post_message(ActionClicked("pick_primary"))
        elif key := keys.in_force().shown_as(str(shown)):
            self.app.simulate_key(key)
