"""Texts become tokens and come back, whatever characters they hold."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.codecs.text import TextCodec


@given(st.lists(st.text(max_size=20), min_size=1, max_size=8).filter(any))
def test_texts_come_back(texts):
    codec = TextCodec().fit((texts, None))
    again = TextCodec.from_dict(json.loads(json.dumps(codec.to_dict())))
    for each in (codec, again):
        assert each.decode(each.tokens(texts)) == texts
    assert again.layout == codec.layout and again.longest == max(map(len, texts))


def test_emoji_newlines_and_half_characters_are_characters():
    texts = ["a\nb\t", "👩\u200d👧 né", "\ud800"]
    codec = TextCodec().fit((texts, None))
    again = TextCodec.from_dict(json.loads(json.dumps(codec.to_dict())))
    assert again.decode(again.tokens(texts)) == texts


def test_rows_hold_every_text_in_an_order_of_their_own():
    texts = [f"{number:03}" for number in range(200)]
    codec = TextCodec().fit((texts, None))
    rows = codec.encode((texts, None), np.random.default_rng(0))
    in_order = codec.encode((texts, None))
    assert rows.shape == in_order.shape and not np.array_equal(rows, in_order)
    assert np.array_equal(np.bincount(rows.ravel() + 1), np.bincount(in_order.ravel() + 1))


def test_rows_hold_the_places_of_labels():
    codec = TextCodec().fit((["a", "b", "a"], np.array(["x", "y", "x"])))
    assert codec.layout.proportions == (2 / 3, 1 / 3)
    (row,) = codec.encode((["b", "a"], np.array(["y", "x"])))
    n = codec.layout.length + 1
    assert row[:5].tolist() == [0, 2, 0, 1, 0] and row[n : n + 4].tolist() == [1, 1, 0, 0]


def test_an_unknown_character_is_named():
    with pytest.raises(ValueError, match="prompt has the character 'q', which none of the fitted texts has"):
        TextCodec().fit((["abc"], None)).tokens(["aq"], "prompt")


def test_another_encoding_is_refused():
    with pytest.raises(ValueError, match="Texts are encoded as 'tokens', which Recurrent takes"):
        TextCodec("vectors")


@given(st.lists(st.text(max_size=20), min_size=1, max_size=8).filter(any), st.integers(1, 60))
def test_texts_come_back_from_pieces(texts, most):
    codec = TextCodec(tokens=most).fit((texts * 5, None))
    again = TextCodec.from_dict(json.loads(json.dumps(codec.to_dict())))
    for each in (codec, again):
        assert each.decode(each.tokens(texts)) == texts
        assert [each.length(sequence) for sequence in each.tokens(texts)] == list(map(len, texts))
    for text, sequence in zip(texts, codec.tokens(texts), strict=True):
        assert codec.decode([codec.cut(sequence, 3)]) == [text[:3]]


WORDS = ["aab", "aba", "abaab", " ab", "bb b", "a  b"]


@pytest.mark.parametrize("prompt", ["", "a", "ab", "aba", "b ", " ", "  ", "a b", "aab b", "bb"])
def test_just_one_way_holds_for_every_text_that_goes_on(prompt):
    codec = TextCodec(tokens=20).fit((WORDS * 5, None))
    assert max(map(len, codec.vocabulary)) > 2
    begun = [
        [*way.tokens, *end] for way in codec.ways(prompt) for end in (way.then[:, None] if len(way.then) else [[]])
    ]
    for ending in ("".join(letters) for n in range(6) for letters in itertools.product("ab ", repeat=n)):
        (tokens,) = codec.tokens([prompt + ending])
        assert sum(tokens[: len(start)].tolist() == start for start in begun) == 1


def test_pieces_are_as_frequent_as_is_asked_or_fitting():
    texts = [f"number {k}" for k in range(200)]
    assert " number"[1:] in TextCodec(tokens="pieces").fit((texts, None)).vocabulary
    assert len(TextCodec(tokens=14).fit((texts, None)).vocabulary) == 17  # the characters alone are more
    with pytest.warns(UserWarning, match="X has no word pieces that occur 100 times, and is learned as"):
        few = TextCodec(tokens="pieces").fit((texts[:20], None))
    assert few.vocabulary == sorted(set("".join(texts[:20])))
