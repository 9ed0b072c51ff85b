"""What an error body says where it says it oddly: in another place, with more around it, or with words that mislead."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from phoenix_tui.core.adapters import waits
from phoenix_tui.core.adapters.classify import classify, holds_for_all_models, names_model
from phoenix_tui.core.adapters.fault import Fault, find_error, read_body, read_value
from phoenix_tui.core.errors import ErrorClass

NOW = 1_800_000_000.0  # 2027-01-15T08:00:00Z


def kind_of(body: Any, status: int | None = None) -> ErrorClass:
    return classify(read_value(body), status)


def said(message: str, **fields: Any) -> dict[str, Any]:
    return {"error": {"message": message, **fields}}


# -- the class


@pytest.mark.parametrize("status", [300, 301, 399])
def test_every_redirect_is_a_matter_of_configuration(status: int) -> None:
    assert kind_of(said("Incorrect API key provided."), status) is ErrorClass.PROTOCOL


def test_a_limit_of_tokens_a_minute_is_no_conversation_that_is_too_long() -> None:
    words = said("Request too large for this organization. Please reduce the length of the messages or try later.")
    assert kind_of(words, 429) is ErrorClass.RATE_LIMIT
    assert kind_of(words, 400) is ErrorClass.CONTEXT_LENGTH


def test_a_limit_told_in_a_stream_without_a_code_or_a_status_is_known_by_its_words() -> None:
    assert kind_of(said("You sent too many requests to this endpoint.")) is ErrorClass.RATE_LIMIT
    assert kind_of(said("Something broke in the engine.")) is ErrorClass.SERVER


def test_googles_used_up_resources_are_credit_where_it_wants_to_be_paid() -> None:
    exhausted = said("Resource has been exhausted.", status="RESOURCE_EXHAUSTED")
    assert kind_of(exhausted, 402) is ErrorClass.QUOTA
    assert kind_of(exhausted, 429) is ErrorClass.RATE_LIMIT


def test_an_unknown_address_is_known_by_its_code_alone() -> None:
    assert kind_of(said("?", code="unknown_url"), 404) is ErrorClass.PROTOCOL
    assert kind_of(said("?"), 404) is ErrorClass.MODEL_NOT_FOUND


def test_an_unknown_model_is_known_by_its_code_alone() -> None:
    assert names_model(read_value(said("?", code="model_not_found")))
    assert not names_model(read_value(said("?", code="not_found")))


@pytest.mark.parametrize(
    "message",
    ["Unauthorized.", "(unauthorized)", "Unauthorized : no", "Invalid-Api-Key: no", "unauthenticated:bad-key:twice"],
)
def test_punctuation_around_a_short_message_does_not_hide_the_code_in_it(message: str) -> None:
    assert kind_of(said(message), 400) is ErrorClass.AUTH


def test_a_body_that_is_nothing_but_a_word_is_its_code() -> None:
    assert kind_of("insufficient_quota", 400) is ErrorClass.QUOTA


def test_a_status_that_only_the_body_names_counts() -> None:
    assert kind_of(said("It is so.", status=429)) is ErrorClass.RATE_LIMIT
    assert kind_of(said("It is so.", status=429), 500) is ErrorClass.SERVER


# -- where the error stands


def test_an_event_called_error_may_bring_nothing_but_text() -> None:
    assert find_error("boom", "error") == "boom"
    assert find_error("boom", "message") is None


def test_in_an_array_it_may_come_after_part_of_the_answer() -> None:
    chunk = {"candidates": [{"content": {"parts": [{"text": "The"}]}}]}
    fault = read_value([chunk, said("Out of cheese")])
    assert (fault.message, read_value([{"message": "Out of milk"}]).message) == ("Out of cheese", "Out of milk")


def test_several_faults_of_one_request_are_told_together() -> None:
    body = {"detail": [{"loc": ["body"], "msg": "field required"}, {"msg": "not a number"}]}
    assert read_value(body).message == "field required; not a number"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": "x", "type": "overloaded"}, "overloaded"),
        (said("x", code="", type="server_error"), "server_error"),
        ({"type": "error", "error": {"message": "x"}}, None),
    ],
)
def test_the_code_that_people_are_told_is_one_that_says_something(body: Any, code: str | None) -> None:
    assert read_value(body).code == code


def test_a_code_without_end_is_cut() -> None:
    code = read_value(said("x", code="c" * 10_000)).code
    assert code == "c" * 200


@pytest.mark.parametrize(
    ("levels", "in_lists", "is_found"), [(7, False, True), (8, False, False), (4, True, True), (5, True, False)]
)
def test_what_stands_too_deep_is_not_looked_for(levels: int, in_lists: bool, is_found: bool) -> None:
    deep: dict[str, Any] = {"reason": "API_KEY_INVALID"}
    for _ in range(levels):
        deep = {"a": [deep] if in_lists else deep}
    assert ("api_key_invalid" in read_value({"error": deep}).codes) is is_found


# -- the provider behind


def behind(raw: Any, **fields: Any) -> Fault:
    """OpenRouter passing on what another provider said."""
    return read_value(said("Provider returned error", metadata={"raw": raw, **fields}))


def test_it_is_heard_as_text_as_json_and_as_json_in_a_text() -> None:
    told = said("Out of cheese", code="overloaded")
    assert [behind(raw).detail for raw in ("The cow left", told, json.dumps(told), '{"cow": 1}')] == [
        "The cow left",
        "Out of cheese",
        "Out of cheese",
        "",
    ]


def test_its_codes_and_its_wait_join_those_of_the_one_before_it() -> None:
    retry_info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}
    fault = behind(said("x", code="engine_overloaded", details=[retry_info]), error_type="provider_unavailable")
    assert fault.codes >= {"engine_overloaded", "provider_unavailable"}
    assert fault.delay == "34s"


def test_the_rest_of_its_answer_is_not_taken_for_codes() -> None:
    assert "refusal" not in behind({**said("x"), "choices": {"delta": {"type": "refusal"}}}).codes


def test_its_limits_are_not_those_of_the_one_that_was_asked() -> None:
    headers = {"x-ratelimit-limit": "20"}
    own = read_value(said("Rate limit exceeded"))
    assert holds_for_all_models(own, ErrorClass.RATE_LIMIT, headers)
    for passed_on in (behind("slow down"), read_value(said("x", metadata={"provider_name": "Cow"}))):
        assert not holds_for_all_models(passed_on, ErrorClass.RATE_LIMIT, headers)


def test_an_error_in_a_line_of_a_stream_is_read_from_a_body() -> None:
    assert read_body(": hello\n\ndata: " + json.dumps(said("Out of cheese")) + "\n\n").message == "Out of cheese"


# -- waits


def test_words_that_only_look_like_a_wait_do_not_hide_the_next_ones() -> None:
    assert waits.wait_in_words("Wait 5 parsecs, or try again in 3s.") == 3.0


@pytest.mark.parametrize("headers", [{"x-ratelimit-remaining": "0"}, {"x-reset": "5"}, {"x-ratelimit-limit": "0"}])
def test_only_a_reset_of_a_limit_is_a_wait(headers: dict[str, str]) -> None:
    assert waits.rate_limit_reset(headers, NOW) is None


def test_a_moment_in_another_zone_is_the_same_moment() -> None:
    assert waits.until_reset("2027-01-15T10:00:30+02:00", NOW) == 30.0


def test_a_moment_that_is_now_is_no_wait_and_not_in_the_past() -> None:
    assert waits.until_reset("2027-01-15T08:00:00Z", NOW) == 0.0


@pytest.fixture
def far_from_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "XYZ-9")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_from_greenwich")
def test_a_moment_without_a_zone_is_in_utc_wherever_this_machine_is() -> None:
    assert waits.until_reset("2027-01-15T08:00:30", NOW) == 30.0
    assert waits.retry_after({"retry-after": "Fri, 15 Jan 2027 08:00:30 -0000"}, NOW) == 30.0
