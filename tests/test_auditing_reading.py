"""Values of any kind become floats or text, and text is read as another kind only where all of it is."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from augment.auditing.reading import Raw, label_of, parse, read


@pytest.mark.parametrize(
    ("text", "kind", "values", "obstacle"),
    [
        (["1.50", None, "-2"], "number", [1.5, np.nan, -2], ""),
        (["True", "false", "1"], "number", [1, 0, 1], ""),
        (["0", "0.5", "-0"], "number", [0, 0.5, 0], ""),
        (["1", "007"], "number", None, "'007', which is no number"),
        (["1", "one"], "number", None, "'one', which is no number"),
        (["1970-01-02", None], "date", [86_400e6, np.nan], ""),
        (["soon", "1970-01-02"], "date", None, "'soon', which is no date"),
        (["1 days", "00:00:01"], "duration", [86_400e6, 1e6], ""),
    ],
)
def test_text_is_another_kind_where_every_value_is(text, kind, values, obstacle):
    raw = Raw("text", np.array(text, object))
    parsed, why = parse(raw, kind)
    assert why == obstacle
    if obstacle:
        assert parsed is raw
    else:
        assert parsed.kind == kind
        np.testing.assert_array_equal(parsed.values, values)


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (1, "1"),
        (1.0, "1"),
        (np.int8(1), "1"),
        (2.5, "2.5"),
        (True, "True"),
        (10**400, "inf"),
    ],
)
def test_equal_values_of_several_types_are_one_label(value, label):
    assert label_of(value) == label


def test_numbers_beyond_floats_are_infinite():
    values = [10**400, -(10**400), Fraction(10**400), Decimal("1e999"), complex(3, 4), *range(5)]
    raw = read(np.array([[value] for value in values], object), "train")["x0"]
    assert raw.kind == "number"
    np.testing.assert_array_equal(raw.values[:5], [np.inf, -np.inf, np.inf, np.inf, 5])
