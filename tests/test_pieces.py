"""Word pieces: joined they are the text, each stands in several texts, and the most frequent pairs come first."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.codecs.pieces import SEVERAL, WORD, Pieces, characters, learned

TEXTS = st.lists(st.text(st.sampled_from("ab \n_é👩\u200d\ud800"), max_size=12), min_size=1, max_size=20).filter(any)


@given(TEXTS, st.integers(1, 40))
def test_pieces_joined_are_the_text_and_each_is_in_several(texts, most):
    vocabulary = learned(texts * 3, most)
    n_characters = len(characters(texts))
    assert vocabulary[:n_characters] == characters(texts) and len(vocabulary) <= max(most, n_characters)
    assert len(set(vocabulary)) == len(vocabulary)
    pieces = Pieces(vocabulary)
    for text in texts:
        assert "".join(pieces.split(text)) == text
    for piece in vocabulary[n_characters:]:
        assert sum(piece in text for text in texts * 3) >= min(SEVERAL, 3 * len(texts))
        assert WORD.findall(piece) == [piece] == pieces.split(piece)


@given(st.text(), st.integers(1, 40))
def test_any_text_is_its_words(text, most):
    assert "".join(WORD.findall(text)) == text
    assert "".join(Pieces(learned([text] * 5, most)).split(text)) == text


@given(st.lists(st.text(st.sampled_from("abc"), min_size=1, max_size=12), min_size=5, max_size=30))
def test_the_beginning_of_a_split_word_is_split_alike(words):
    pieces = Pieces(learned(words * 5, 30))
    for word in words:
        split = pieces.split(word)
        for place in range(len(split)):
            assert pieces.split("".join(split[:place])) == split[:place]


def test_the_example_of_the_paper():
    texts = ["low"] * 5 + ["lower"] * 2 + ["newest"] * 6 + ["widest"] * 3
    vocabulary = learned(texts, 100)
    # nine times es and est, seven times lo and low, six times ne, new and newest; the rest is in fewer than five
    assert vocabulary[10:14] == ["es", "est", "lo", "low"]
    assert set(vocabulary[14:]) == {"ew", "ewest", "newest"}


def test_what_one_text_says_is_no_piece():
    secret = "code-48151623 " * 50
    vocabulary = learned([secret, *["a common text"] * 40], 1000)
    assert "code" not in vocabulary and not any(any(c in "48151623-" for c in p) for p in vocabulary if len(p) > 1)
    assert " common" in vocabulary
    assert "code" in learned([secret, "code"], 1000)  # of two texts it is in both


def test_of_one_text_a_piece_occurs_several_times():
    assert [piece for piece in learned(["once often often often often often"], 100) if len(piece) > 5] == [" often"]


def test_frequent_enough_is_as_asked():
    text = "ab" * 60 + " " + "cd" * 40
    assert {"ab", "cd"} <= set(learned([text], 100))
    assert "cd" not in learned([text], 100, fewest=50)


@pytest.mark.parametrize("most", [20, 60])
def test_frequent_words_are_one_piece(most):
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(["the", "red", "dog", "sat"], 6)) for _ in range(50)]
    vocabulary = learned(texts, most)
    if most == 60:
        assert {" the", " red", " dog", " sat"} <= set(vocabulary)
        assert all(len(Pieces(vocabulary).split(text)) == 6 for text in texts)
    else:
        assert len(vocabulary) == 20


def test_a_long_text_without_spaces_is_taken_apart():
    text = "".join(np.random.default_rng(0).choice(list("acgt"), 20_000))
    pieces = Pieces(learned([text], 60)).split(text)
    assert "".join(pieces) == text and len(pieces) < 10_000 and max(map(len, WORD.findall(text))) == 24
