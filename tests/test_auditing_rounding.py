"""Two digits for measures, tens for counts of rows; of texts only the names of columns stay."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augment.auditing.rounding import SMALL, digits, rounded, rounded_text


@settings(max_examples=200, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_rounding_moves_a_measure_by_at_most_five_per_cent(value):
    assert math.isclose(rounded(value), value, rel_tol=0.0501, abs_tol=1e-300)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_counts_keep_their_order_and_tell_no_small_one_as_a_difference(first, second):
    few, many = sorted([first, second])
    if few < SMALL:
        assert rounded(few) is None
        return
    assert rounded(few) <= rounded(many) <= many
    assert rounded(many) % 10 == 0
    assert rounded(many) > many * 0.5
    for needed in (30, 50, 100, 200):  # rows that groups need: what is shown says the same
        assert (rounded(many) >= needed) == (many >= needed)


def test_whole_measures_stay():
    assert [digits(v) for v in (0, 1, -3, 1234)] == [0, 1, -3, 1200]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "'a' has 7 rows, 29 of 199 in train, 95 % of 0.12345.",
            "'a' has under 10 rows, 20 of 190 in train, 95 % of 0.12.",
        ),
        ("'a × b' and 'a × c'", "'a × b' and a value"),
        ("Needs \"b\" and 'No. 47'.", 'Needs "b" and a value.'),
    ],
)
def test_texts(text, shown):
    assert rounded_text(text, {"a", "b"}) == shown
