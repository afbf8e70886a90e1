"""A holdout that repeats the training table is set aside; one that repeats it by chance is not."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing import audit
from augment.auditing.frames import prepare
from augment.auditing.holdout import copied_rows, training_rows, unlike


def sample(n, seed, values=10**6):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({name: rng.integers(values, size=n) / 7 for name in "abc"} | {"y": rng.choice(["u", "v"], n)})


def fault(train, holdout):
    return training_rows(prepare(train, train, holdout))


@pytest.mark.parametrize("values", [8, 10**6])
@pytest.mark.parametrize(
    "holdout",
    [
        lambda train, fresh: train.copy(),
        lambda train, fresh: train[:150],
        lambda train, fresh: pd.concat([train[:60], fresh[60:]]),
        lambda train, fresh: pd.concat([train, fresh]),
        lambda train, fresh: pd.concat([train, train]),
    ],
)
def test_training_rows_in_the_holdout_are_told(holdout, values):
    train = sample(300, 0, values)
    words = fault(train, holdout(train, sample(300, 1, values)))
    assert "holdout rows equal training rows" in words
    assert "Hold out rows that the training part does not hold" in words


def test_rows_repeated_in_train_are_no_excuse():
    train = pd.concat([sample(300, 0)] * 2)
    assert fault(train, train)
    assert not fault(train, sample(300, 1))


def test_a_new_number_does_not_hide_them():
    train, fresh = sample(300, 0), sample(300, 1)
    numbers = np.random.default_rng(0).integers(10**8, 10**9, (2, 300))
    assert fault(train.assign(id=numbers[0]), train.assign(id=numbers[1]))
    assert not fault(train.assign(id=numbers[0]), fresh.assign(id=numbers[1]))


@pytest.mark.parametrize("values", [1, 3, 8, 10**6])
@pytest.mark.parametrize("sizes", [(400, 20), (400, 400), (150, 600)])
def test_rows_repeated_by_chance_are_not(values, sizes):
    assert not any(
        fault(sample(sizes[0], 2 * seed, values), sample(sizes[1], 2 * seed + 1, values)) for seed in range(10)
    )


def test_one_or_two_rows_in_both_parts_are_not():
    train, holdout = sample(400, 0), sample(200, 1)
    holdout[:2] = train[:2]
    assert not fault(train, holdout)


def test_what_needs_a_holdout_is_not_assessed_and_the_rest_is():
    train, fresh = sample(200, 0), sample(200, 1)
    given, without = audit(train, fresh, holdout=train.copy(), target="y"), audit(train, fresh, target="y")
    assert given.by_pillar == without.by_pillar
    assert given.by_pillar["utility"] == given.by_pillar["privacy"] == "NOT ASSESSED"
    assert any("200 of 200 holdout rows equal training rows" in note for note in given.to_dict()["notes"])
    missing = [found["missing"] for found in given.findings if found["pillar"] == "privacy"]
    assert all("Hold out rows" in text for text in missing)


@pytest.mark.parametrize(
    "change",
    [
        lambda holdout: holdout.assign(y=None),
        lambda holdout: holdout.assign(y="u"),
        lambda holdout: holdout.assign(a=holdout["a"] + 10**5),
        lambda holdout: holdout.assign(c=holdout["c"].where(holdout["a"] > 5 * 10**4)),
    ],
)
def test_a_holdout_of_another_population_is_told(change):
    """A test table without labels, labels of one kind, other years, values that are missing elsewhere."""
    train, holdout = sample(400, 0), sample(400, 1)
    assert "another population" in unlike(prepare(train, train, change(holdout)))
    assert not unlike(prepare(train, train, holdout))


def test_with_a_holdout_of_another_population_privacy_is_not_assessed():
    train, fresh, holdout = (sample(200, seed) for seed in range(3))
    report = audit(train, fresh, holdout=holdout.assign(y=None), target="y")
    assert report.by_pillar["privacy"] == "NOT ASSESSED"
    assert any("shares of 'y' differ" in note for note in report.to_dict()["notes"])
    rest = [found["missing"] for found in report.findings if found["pillar"] != "privacy"]
    assert not any("another population" in missing for missing in rest)


@pytest.mark.parametrize("values", [1, 3, 8, 10**6])
@pytest.mark.parametrize("sizes", [(400, 20), (400, 400), (150, 600)])
def test_a_random_holdout_is_of_the_same_population(values, sizes):
    tables = [(sample(sizes[0], 2 * seed, values), sample(sizes[1], 2 * seed + 1, values)) for seed in range(20)]
    assert not any(unlike(prepare(train, train, holdout)) for train, holdout in tables)


def test_a_holdout_that_the_generator_has_seen_is_told():
    train, fresh, holdout = (sample(300, seed) for seed in range(3))
    seen = pd.concat([fresh[:150], holdout[:150]])
    told = copied_rows(prepare(train, seen, holdout))
    assert told.startswith("150 rare holdout rows are repeated") and "were swapped" in told
    for new in (fresh, train, pd.concat([train[:150], holdout[:150]]), pd.concat([fresh[:298], holdout[:2]])):
        assert copied_rows(prepare(train, new, holdout)) == ""
    report = audit(train, holdout, holdout=holdout)
    assert report.by_pillar["privacy"] == report.by_pillar["utility"] == "NOT ASSESSED"


def test_common_rows_repeated_by_chance_are_no_sign_of_a_holdout_seen():
    parts = [[sample(200, 3 * k + j, values=6) for j in range(3)] for k in range(30)]
    assert [copied_rows(prepare(*own)) for own in parts] == [""] * 30
