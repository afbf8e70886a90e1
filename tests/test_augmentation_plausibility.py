"""Plausibility of labels: uniform on real rows, low on flipped labels, and silent without evidence."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats

from augment.augmentation.plausibility import label_plausibility


@pytest.fixture
def few_trees(monkeypatch):
    """For what does not depend on how good the models are."""
    monkeypatch.setattr("augment.augmentation.plausibility.TREES", 10)


def mixed(n, seed=0):
    """Rows of every kind of column with missing cells, and a label that two of them tell with some error."""
    rng = np.random.default_rng(seed)
    place, size = rng.choice(["north", "south"], n), rng.normal(size=n)
    score = 6 * size + 4 * (place == "north") - 2 + rng.logistic(size=n)
    X = pd.DataFrame(
        {
            "name": [f"row {i} of {seed}" for i in range(n)],
            "place": np.where(rng.random(n) < 0.1, None, place),
            "size": np.where(rng.random(n) < 0.1, np.nan, size),
            "count": rng.integers(0, 5, n),
            "member": rng.random(n) < 0.5,
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D"),
        }
    )
    return X, pd.Series(np.select([score > 3, score > -1], ["high", "middle"], "low"), name="level")


def numbers(n, seed):
    X, _ = mixed(n, seed)
    rng = np.random.default_rng(seed)
    return X, 3 * X["size"].fillna(0) + rng.normal(size=n)


def test_of_real_rows_a_level_drops_about_itself_in_every_class():
    (X, y), (X_new, y_new) = mixed(400, 0), mixed(2000, 1)
    found = label_plausibility(X, y, X_new, y_new, random_state=0)
    for label in np.unique(y):
        own = found[y_new == label]
        for level in (0.05, 0.1, 0.3):
            assert np.mean(own <= level) == pytest.approx(
                level, abs=2.5 * np.sqrt(level * (1 - level) / (y == label).sum())
            )


def test_residuals_of_real_numbers_are_uniform():
    found = label_plausibility(*numbers(400, 0), *numbers(2000, 1), random_state=0)
    assert stats.kstest(found, "uniform").statistic < 1.63 / np.sqrt(400)  # the law of the real rows' own error, at 1 %


@pytest.mark.slow
def test_flipped_labels_are_implausible():
    (X, y), (X_new, y_new) = mixed(400, 0), mixed(600, 1)
    flipped = (np.arange(600) % 2 == 0) & (y_new != "middle")
    other = y_new.map({"low": "high", "high": "low"}).where(flipped, y_new)
    found = label_plausibility(X, y, X_new, other, random_state=0)
    assert np.mean(found[flipped] <= 0.05) > 0.6
    assert np.mean(found[~flipped] <= 0.05) < 0.1
    X, y = numbers(400, 0)
    X_new, y_new = numbers(600, 1)
    assert np.mean(label_plausibility(X, y, X_new, y_new + 8, random_state=0) <= 0.05) > 0.8


def test_it_is_the_cross_conformal_p_value(few_trees):
    """With one stump-like feature that tells nothing all rows of a class agree alike: every p-value is 1."""
    X, y = np.zeros((40, 1)), np.repeat([0, 1], 20)
    assert (label_plausibility(X, y, X[:4], y[:4], random_state=0) == 1).all()
    separate = np.repeat([[0.0], [1.0]], 20, axis=0)
    found = label_plausibility(separate, y, [[0.0], [1.0]], [1, 1], random_state=0)
    np.testing.assert_allclose(found, [1 / 21, 1])


def test_a_class_of_few_rows_is_no_evidence(few_trees):
    X, y = np.arange(43.0)[:, None], np.repeat(["a", "b", "c", "d"], [20, 19, 3, 1])
    found = label_plausibility(X, y, [[0.0]] * 4, ["a", "b", "c", "d"], random_state=0)
    assert found[0] > 0.05 and found[1] <= 0.05
    assert found[2:].tolist() == [1, 1]
    assert label_plausibility(X[:3], y[:3], X[:1], ["a"]).tolist() == [1]
    assert label_plausibility(X[:2], [0.5, 1.5], X[:1], [99.5]).tolist() == [1]
    assert label_plausibility(X, ["a"] * 43, X[:2], ["a"] * 2).tolist() == [1, 1]
    assert label_plausibility(X, y, X[:0], y[:0]).shape == (0,)


def test_every_library_and_kind_of_label_gives_the_same(few_trees):
    (X, y), (X_new, y_new) = mixed(60, 0), mixed(30, 1)
    expected = label_plausibility(X, y, X_new, y_new, random_state=0)
    polars = label_plausibility(*map(pl.from_pandas, (X, y, X_new, y_new)), random_state=0)
    arrays = label_plausibility(X.to_numpy(), y.tolist(), X_new.to_numpy(), y_new.tolist(), random_state=0)
    codes = {"high": 2, "middle": 1, "low": 0}
    coded = label_plausibility(X, y.map(codes), X_new[X.columns[::-1]], y_new.map(codes).to_frame(), random_state=0)
    for other in (polars, arrays, coded, label_plausibility(X, y.astype("category"), X_new, y_new, random_state=0)):
        np.testing.assert_allclose(other, expected)
    assert (label_plausibility(X, y, X_new, y_new, random_state=1) != expected).any()


def test_whole_numbers_can_be_told_to_be_numbers(few_trees):
    X = np.arange(60.0)[:, None]
    y, new = (X[:, 0] // 20).astype(int), np.array([[30.0]])
    assert label_plausibility(X, y, new, [2], random_state=0) < 0.1
    assert label_plausibility(X, X[:, 0], new, [1000]) < 0.05
    with pytest.raises(ValueError, match="class 1000, which y lacks"):
        label_plausibility(X, X[:, 0], new, [1000], classes=True)
    assert label_plausibility(X, y, new, [1], classes=False, random_state=0) > 0.5


def test_a_rare_class_is_kept_whole_in_a_large_table(monkeypatch, few_trees):
    monkeypatch.setattr("augment.augmentation.plausibility.MAX_ROWS", 100)
    rng = np.random.default_rng(0)
    y = np.arange(1000) % 50 == 0
    X = y[:, None] + 0.1 * rng.normal(size=(1000, 1))
    found = label_plausibility(X, y, [[0.0], [1.0]], [True, True], random_state=0)
    assert found[0] == 1 / 21 and found[1] > 0.2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": ["a", None] * 5}, "y has missing labels"),
        ({"y_new": [None]}, "y_new has missing labels"),
        ({"y_new": ["c"]}, "y_new holds the class c, which y lacks. Classes of y: a, b"),
        ({"y": ["a"] * 9}, "inconsistent numbers of samples"),
        ({"X_new": pd.DataFrame({"other": [1.0]})}, "must have the same columns"),
        ({"X": pd.DataFrame({"x": [np.inf] * 10})}, "contains infinity"),
    ],
)
def test_errors_teach(change, message):
    given = {"X": pd.DataFrame({"x": np.arange(10.0)}), "y": ["a", "b"] * 5, "X_new": pd.DataFrame({"x": [1.0]})}
    with pytest.raises(ValueError, match=message):
        label_plausibility(**({"y_new": ["a"]} | given | change))


def test_wrong_labels_of_images_are_implausible(few_trees):
    rng = np.random.default_rng(0)
    y, y_new = np.arange(80) % 2, np.arange(40) % 2
    draw = lambda codes: (rng.random((len(codes), 8, 8)) * 100 + 100 * codes[:, None, None]).astype("uint8")  # noqa: E731
    images, right = draw(y), draw(y_new)
    assert np.mean(label_plausibility(images, y, right, y_new, random_state=0) > 0.05) > 0.8
    assert (label_plausibility(images, y, right, 1 - y_new, random_state=0) < 0.05).all()
