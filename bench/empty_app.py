"""The floor of every screen: a Textual app with one line of text, which shows the last key."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.events import Key
from textual.widgets import Static


class Empty(App[None]):
    """Says that it is ready, then each key."""

    def compose(self) -> ComposeResult:
        yield Static("ready")

    def on_key(self, event: Key) -> None:
        self.query_one(Static).update(f"key {event.key}")


if __name__ == "__main__":
    Empty().run()
