"""The transcript widget in a tiny host app."""

from __future__ import annotations

from pathlib import Path

from textual.app import App, ComposeResult

from phoenix_tui.tui.widgets.transcript import State, Transcript

SHEET = Path(__file__).parents[2] / "styles" / "transcript.tcss"


class Host(App[None]):
    CSS_PATH = SHEET

    def __init__(self) -> None:
        super().__init__()
        self.said: list[object] = []

    def compose(self) -> ComposeResult:
        yield Transcript()

    def on_mount(self) -> None:
        self.query_one(Transcript).focus()

    def on_transcript_link_opened(self, message: Transcript.LinkOpened) -> None:
        self.said.append(("link", message.url))

    def on_transcript_retry_asked(self) -> None:
        self.said.append("retry")

    def on_transcript_copied(self, message: Transcript.Copied) -> None:
        self.said.append((message.what, message.text))


def rows(transcript: Transcript) -> list[str]:
    """What the view shows, without trailing blanks."""
    height = transcript.scrollable_content_region.height
    return [transcript.render_line(y).text.rstrip() for y in range(height)]


async def test_a_turn_with_a_cut_and_a_takeover() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        transcript = app.query_one(Transcript)
        transcript.add_user("why is the sky [/blue]?")
        first = transcript.begin_answer("OpenRouter  gpt")
        transcript.append_text(first, "Because **of\x1b[2J")
        transcript.retract(first, "interrupted, 12 characters")
        transcript.add_switch("openrouter stopped after 12 characters (reset) -> anthropic")
        second = transcript.begin_answer("Anthropic  claude")
        transcript.append_text(second, "# Light\n\nis *scattered*")
        transcript.append_text(first, "never mixed")
        transcript.finish_answer(second, "Anthropic  claude  0.8s to first word")
        await pilot.pause()
        assert [row.strip() for row in rows(transcript) if row] == [
            "You",
            "why is the sky [/blue]?",
            "▸ OpenRouter  gpt  interrupted, 12 characters — enter opens",
            "↪ openrouter stopped after 12 characters (reset) -> anthropic",
            "Anthropic  claude  0.8s to first word",
            "Light",
            "is scattered",
        ]
        assert transcript.to_messages() == [
            {"role": "user", "content": "why is the sky [/blue]?"},
            {"role": "assistant", "content": "# Light\n\nis *scattered*"},
        ]
        saved = transcript.dump()
        transcript.clear()
        transcript.load(saved)
        assert transcript.dump() == saved
        assert saved[3]["state"] == State.DONE.value if "state" in saved[3] else saved[3]["kind"] == "answer"
