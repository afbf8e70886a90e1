"""Keys of entities (entities.py): fresh ones whatever the old ones look like."""

import numpy as np
import pytest
from test_columns import column_of

from augment.codecs.kinds import column_from_dict, fit_entity


def new_keys(values, n):
    codec, _ = fit_entity(column_of(values, "who"))
    again = column_from_dict("who", codec.to_dict())
    column, same = (each.decode(np.zeros((n, 0), "int32"), np.random.default_rng(0)) for each in (codec, again))
    assert np.array_equal(column.values, same.values) and column.labels == same.labels
    return column.values if column.labels is None else np.array(column.labels, object)[column.values]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([7], [8, 9, 10]),
        ([3, 1, 2], {4, 5, 6}),
        ([10.0, 30.0, 20.0], {40.0, 50.0, 60.0}),
        ([1990, 1991, 1992], [1993, 1994, 1995]),
    ],
)
def test_whole_numbers_go_on_after_the_largest(values, expected):
    new = new_keys(np.array(values), 3)
    assert new.dtype == np.array(values).dtype
    assert new.tolist() == expected if isinstance(expected, list) else set(new) == expected


def test_strings_keep_their_shape_and_are_none_of_the_old_ones():
    old = np.array([f"P-{k:03}" for k in range(0, 60, 2)], object)
    new = new_keys(old, 200)
    assert len(set(new)) == 200 and not set(new) & set(old)
    assert all(key[:2] == "P-" and key[2:].isdigit() for key in new)
    assert new_keys(np.array(["x"], object), 2)[0] != "x"


def test_what_has_no_new_values_is_refused():
    for values in ([1.5, 2.5], [True, False]):
        with pytest.raises(ValueError, match="The entity column 'who' must hold whole numbers or strings"):
            fit_entity(column_of(np.array(values), "who"))
