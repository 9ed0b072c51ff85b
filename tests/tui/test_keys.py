"""Keys that the person changed: they act, and every sentence names them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import phoenix_tui.tui
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.tui import keys
from phoenix_tui.tui.bindings import KEYS, Group
from phoenix_tui.tui.commands import NOT_OFFERED, commands, named_keys
from phoenix_tui.tui.keys import ROWS, Keys, shown_key
from phoenix_tui.tui.widgets.lines import KeyBar
from tests.tui.conftest import OpenScreen
from tests.tui.fakes import FakeClient, make_snapshot, nobody, says

_SOURCES = sorted(Path(phoenix_tui.tui.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize(
    ("key", "shown"),
    [("escape", "esc"), ("left_square_bracket", "["), ("ctrl+slash", "ctrl+/"), ("space", "space"), ("K", "K"),
     ("question_mark", "?"), ("pageup", "pageup"), ("alt+1", "alt+1")],
)  # fmt: skip
def test_a_key_is_named_as_people_write_it(key: str, shown: str) -> None:
    assert shown_key(key) == shown


def test_a_label_is_the_first_key_and_the_own_one_where_there_is_one() -> None:
    own = Keys({"again": "f12,ctrl+y"})
    assert (Keys().label("stop"), Keys().label("again"), own.label("again")) == ("esc", "ctrl+r", "f12")
    assert own.labels("again") == "f12, ctrl+y"


def test_the_keys_of_the_primaries_are_a_run_or_a_list() -> None:
    assert (Keys().primaries, Keys().primaries_brief) == ("alt+1 to alt+7", "alt+1..7")
    own = Keys({"primary.openai": "ctrl+y"})
    assert own.primaries == "alt+1, ctrl+y, alt+3, alt+4, alt+5, alt+6, alt+7"


def test_a_text_written_down_once_names_the_keys_in_force() -> None:
    assert keys.filled("{send} sends, {primaries} choose; {history.back} and {this stays}") == (
        "enter sends, alt+1 to alt+7 choose; up and {this stays}"
    )


def test_every_key_that_is_named_anywhere_is_in_the_table() -> None:
    named = {
        name
        for source in _SOURCES
        for name in re.findall(r"""labels?\(\s*["']([a-z_.]+)["']""", source.read_text("utf-8"))
    }
    assert {"stop", "again"} <= named <= set(ROWS)
    braced = {
        name
        for source in _SOURCES
        for text in re.findall(r"HELP = \(.*?\n    \)", source.read_text("utf-8"), re.DOTALL)
        for name in re.findall(r"\{([a-z_.]+)\}", text)
    }
    assert "send" in braced
    assert braced <= {*ROWS, "primaries"}


def test_no_sentence_names_a_key_that_the_person_may_have_changed() -> None:
    key = re.compile(r"(?<![\w{./])(esc|ctrl\+\w|alt\+\w+|f\d{1,2})(?![\w}])", re.IGNORECASE)
    fixed = ("esc leaves it as it is", "ctrl+z takes it back")  # no action of the table
    found = []
    for source in _SOURCES:
        if source.name in ("bindings.py", "key_rules.py"):
            continue
        tree = ast.parse(source.read_text("utf-8"))
        notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes:
                text = node.value
                for words in fixed:
                    text = text.replace(words, "")
                if " " in text and key.search(text):
                    found.append((source.name, node.lineno, text))
    assert not found


def test_every_row_of_the_table_is_in_the_palette_or_has_a_reason_not_to_be() -> None:
    missing = {row.id for row in KEYS if row.id not in NOT_OFFERED and row.group not in NOT_OFFERED} - named_keys()
    assert not missing
    rows = {row.id for row in KEYS}
    assert all(reason in rows or reason in set(Group) for reason in NOT_OFFERED)


async def test_the_palette_names_the_keys_in_force_and_acts_wherever_the_focus_is(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.rebind({"palette": "f12", "health.check": "v", "quit": "f11"})
        helps = {command.title: command.help for command in commands()}
        assert "v in a panel" in helps["Check openai now"]
        assert helps["Leave; conversation and draft are kept"] == "f11"
        await ui.pilot.press("ctrl+p")
        assert ui.app.screen is ui.screen
        for where in ("#prompt", "#health", "#order", "#transcript"):
            ui.screen.query(where).first().focus()
            ui.client.probed.clear()
            await ui.pilot.press("f12", *"check openai now")
            await ui.until(lambda: "Check openai now" in ui.drawn)
            await ui.pilot.press("enter")
            await ui.until(lambda: ui.client.probed == ["openai"])
        await ui.pilot.press("f1", "f12", *"check openai now")
        await ui.until(lambda: "Check openai now" in ui.drawn)
        await ui.pilot.press("enter")
        await ui.until(lambda: ui.client.probed == ["openai", "openai"])


async def test_an_own_key_acts_in_the_prompt_in_the_chat_and_from_anywhere_and_the_old_one_does_not(
    open_screen: OpenScreen,
) -> None:
    client = FakeClient(make_snapshot(), [nobody(ErrorClass.AUTH, "bad key")], says("Better."))
    async with open_screen(client) as ui:
        await ui.rebind({"send": "f12", "retry": "y", "primary.openai": "ctrl+y"})
        await ui.type("why?\r")
        assert not client.turns
        await ui.pilot.press("f12")
        await ui.answered()
        assert ui.screen.offers[0][:2] == ("y", "retry (ctrl+r from the prompt)")
        await ui.pilot.press("ctrl+y")
        assert client.was_told("primary", "openai")
        ui.screen.prompt.empty()
        await ui.pilot.press("escape", "y")
        await ui.answered(2)


async def test_a_key_that_was_given_away_is_the_editors_again(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.rebind({"send": "f12", "history.back": "alt+up", "quit": "f11"})
        await ui.type("one\rtwo")
        assert ui.screen.prompt.value == "one\ntwo"
        await ui.pilot.press("up")
        assert ui.screen.prompt.cursor_location == (0, 3)
        await ui.pilot.press("ctrl+q")
        assert not ui.app._exit
        await ui.pilot.press("f1", "f11")
        assert ui.app._exit, "over the help too"


async def test_sentences_name_the_keys_that_the_person_has(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [nobody(ErrorClass.SERVER, "bad")])
    async with open_screen(client) as ui:
        await ui.rebind({"again": "f12", "retry": "y", "help": "ctrl+y", "primary.grok": "alt+g"})
        await ui.send("why?")
        await ui.answered()
        assert ui.screen.offers[0][:2] == ("y", "retry (f12 from the prompt)")
        assert "(alt+1, alt+2, alt+3, alt+4, alt+g, alt+6, alt+7)" in ui.said
        await ui.pilot.press("tab")
        assert str(ui.screen.query_one(KeyBar).render()).rstrip().endswith("ctrl+y help")


def test_no_method_is_called_for_a_key_by_its_name_alone() -> None:
    """Textual calls a method `key_at` when @ is pressed, with the key in place of what the method wants."""
    called = [
        f"{path.name}: {method.name}"
        for path in _SOURCES
        for part in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(part, ast.ClassDef)
        for method in part.body
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and re.match("_?key_", method.name)
    ]
    assert called == []
