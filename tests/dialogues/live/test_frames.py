import json
import random
import uuid
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialogues.live.frames import Hello, Message, Read, Refused, Typing, decode, encode

ID = "0b51c7a2-93a4-4a4e-8d3c-0f8f5a3c1d2e"


def message(body, **fields):
    return json.dumps(
        {"type": "message", "conversation": 17, "id": ID, "body": body, **fields}, ensure_ascii=False
    )


def refusal(text):
    with pytest.raises(Refused) as refused:
        decode(text)
    return json.loads(encode(**refused.value.frame))


def test_each_frame_of_the_protocol_is_understood():
    assert decode(message("Hello")) == Message(conversation=17, id=uuid.UUID(ID), body="Hello")
    assert decode('{"type": "read", "conversation": 17, "after": 0}') == Read(conversation=17, after=0)
    assert decode('{"type": "typing", "conversation": 17}') == Typing(conversation=17)
    hello = decode('{"type": "hello", "version": 1, "token": "t", "after": {"17": 42}}')
    assert hello == Hello(version=1, token="t", after={17: 42})


@pytest.mark.parametrize("sign", ["a", "é", "€", "😀"])
def test_four_thousand_code_points_are_a_message_and_one_more_is_not(sign):
    assert decode(message(sign * 4000)).body == sign * 4000

    refused = refusal(message(sign * 4001))

    assert (refused["reason"], refused["id"], refused["conversation"]) == ("invalid", ID, 17)


@pytest.mark.parametrize("body", ["", "   ", "\n\t\u2003"])
def test_an_empty_message_is_refused_in_words(body):
    assert refusal(message(body))["text"] == "An empty message cannot be sent."


def test_what_cannot_be_stored_is_refused_and_named():
    nul = refusal(message("a\0b"))
    half = refusal(message("HALF").replace("HALF", r"a\ud800"))

    assert (nul["reason"], nul["id"]) == ("invalid", ID)
    assert (half["reason"], half["id"]) == ("malformed", ID)


def test_over_32_kb_is_too_large_and_the_message_is_named():
    refused = refusal(message("€" * 11_000))

    assert (refused["reason"], refused["id"]) == ("too_large", ID)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "NaN",
        "\ufeff{}",
        '{"type": "nothing"}',
        '{"type": "message"}',
        '{"type": "\\ud800"}',
        '{"type": "typing", "conversation": 17, "\\ud800": 1}',
        '{"type": "typing", "conversation": 17, "more": 1}',
        '{"type": "typing", "type": "hello", "conversation": 17}',
        '{"type": "typing", "conversation": 0}',
        '{"type": "typing", "conversation": -1}',
        '{"type": "typing", "conversation": "17"}',
        '{"type": "typing", "conversation": 17.5}',
        '{"type": "typing", "conversation": 1e400}',
        '{"type": "typing", "conversation": true}',
        '{"type": "typing", "conversation": 9007199254740993}',
        '{"type": "typing", "conversation": 1' + "0" * 10_000 + "}",
        '{"type": "read", "conversation": 17, "after": 2147483648}',
        '{"type": "hello", "version": 1, "after": {"a": 1}}',
        '{"type": "hello", "version": 1, "after": {"17": -1}}',
        '{"type": "hello", "version": 1, "token": "' + "t" * 201 + '"}',
        '{"type": "hello", "version": 1, "after": {' + ",".join(f'"{n}": 1' for n in range(1, 102)) + "}}",
        '{"a": ' + "[" * 20_000,
        '{"a": ' + "[" * 10_000 + "]" * 10_000 + ', "type": "typing", "conversation": 17}',
        '{"a": ' * 4_000 + "1" + "}" * 4_000,
    ],
)
def test_what_is_not_understood_is_refused_with_a_reason(text):
    refused = refusal(text)

    assert refused["reason"] == "malformed"
    assert 10 < len(refused["text"]) <= 200


def test_a_malformed_message_is_named_where_its_id_can_be_read():
    assert refusal(message(7))["id"] == ID
    assert "id" not in refusal(message("Hello", id="not a uuid"))
    assert "id" not in refusal(message("Hello", conversation={"\ud800": 1}).encode(errors="replace").decode())


frames = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["hello", "message", "read", "typing", "bye"]) | st.text(max_size=5),
        "conversation": st.integers() | st.floats() | st.none(),
        "id": st.uuids().map(str) | st.text(max_size=40),
        "body": st.text(max_size=50) | st.lists(st.text(max_size=3), max_size=3),
        "after": st.integers() | st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
        "version": st.integers() | st.text(max_size=3),
        "token": st.text(max_size=30),
    },
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.text() | values.map(json.dumps) | frames.map(json.dumps) | frames.map(lambda f: json.dumps(f)[:-1]))
@example(message("HALF").replace("HALF", r"\udfff"))
def test_whatever_comes_is_a_frame_or_a_refusal_that_can_be_sent(text):
    with suppress(Refused):
        assert isinstance(decode(text), Hello | Message | Read | Typing)
        return
    assert refusal(text)["text"]


def test_random_bytes_are_refused():
    dice = random.Random(1)
    for _ in range(2_000):
        noise = dice.randbytes(dice.randint(0, 200)).decode("latin-1")
        assert refusal(noise)["reason"] == "malformed"
