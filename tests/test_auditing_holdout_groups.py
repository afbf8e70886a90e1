"""Groups of holdout rows: the commonest are judged, the others keep their counts and a reason."""

import numpy as np
import pandas as pd

from augment.auditing.frames import prepare
from augment.auditing.holdout_groups import MAX_GROUPS, grouped, holdout_groups


def test_a_thousand_levels_leave_the_commonest():
    rows = np.concatenate([np.full(40 + i, i) for i in range(30)] + [np.arange(30, 1030)])
    found = grouped("g", rows, [str(i) for i in range(1030)])
    assert np.flatnonzero(found.common).tolist() == list(range(30 - MAX_GROUPS, 30))
    assert found.rows.sum() == len(rows)
    assert found.why_not(29, 40) == ""
    assert found.why_not(29, 3) == "no: under 10 rows in the denominator"
    assert found.why_not(2, 40) == f"no: not among the {MAX_GROUPS} commonest"
    assert found.why_not(500, 1) == "no: under 30 rows"


def test_missing_values_are_a_group_of_the_rows_that_take_part():
    frame = pd.DataFrame({"g": ["a", "b", None, "a"] * 25, "x": range(100)})
    found = holdout_groups(prepare(frame, frame, frame), 0, np.arange(40))
    assert dict(zip(found.names, found.rows.tolist(), strict=True)) == {"a": 20, "b": 10, "missing": 10}
