"""Rows to add: imbalanced-learn's numbers for classes, and what equal ranges of a number lack."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn.pipeline import Pipeline
from imblearn.utils import check_sampling_strategy
from resampling import Resampler
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV

from augment import TabularSynthesizer
from augment.synthesizers.oversampling import holds_classes, rows_to_add


def skewed(n=300, seed=0):
    """Numbers that are dense near 0 and rare beyond 3, and what tells them."""
    rng = np.random.default_rng(seed)
    y = rng.exponential(1, n)
    return pd.DataFrame({"x": y + rng.normal(0, 0.1, n), "kind": rng.choice(["a", "b"], n)}), y


@given(
    st.lists(st.sampled_from("abcd"), min_size=2, max_size=40).filter(lambda y: len(set(y)) > 1),
    st.sampled_from(["auto", "minority", "not minority", "not majority", "all", 0.3, 0.5, 1.0, "dict", "callable"]),
)
def test_classes_lack_what_imbalanced_learn_says(labels, strategy):
    y = np.array(labels)
    if strategy in ("dict", "callable"):
        wanted = dict.fromkeys(set(labels), 40)
        strategy = wanted if strategy == "dict" else lambda y: wanted
    try:
        expected = check_sampling_strategy(strategy, y, "over-sampling")
    except ValueError:
        counts = sorted(np.unique(y, return_counts=True)[1].tolist())
        if isinstance(strategy, float) and len(counts) == 2 and int(strategy * counts[1]) == counts[0]:
            assert rows_to_add(strategy, y) == {}  # imbalanced-learn refuses a share that is reached already
            return
        with pytest.raises(ValueError, match="sampling_strategy"):
            rows_to_add(strategy, y)
        return
    assert rows_to_add(strategy, y) == {label: n for label, n in expected.items() if n}


@pytest.mark.parametrize("y", [np.array([True, False, True]), np.array([2, 1, 2]), np.array(["b", "a", "b"], object)])
def test_any_kind_of_class_is_named_in_a_dict(y):
    assert rows_to_add({y[1]: 3}, y) == rows_to_add({y[1].item() if hasattr(y[1], "item") else y[1]: 3}, y) == {y[1]: 2}


def test_ranges_of_equal_width_come_up_to_the_fullest():
    _, y = skewed()
    to_add = rows_to_add("auto", y)
    counts, edges = np.histogram(y, "sturges")
    assert len(counts) == np.ceil(np.log2(300) + 1) and (counts == 0).any()
    assert list(to_add.values()) == [n for n in counts.max() - counts if 0 < n < counts.max()]
    lows, highs = zip(*to_add, strict=True)
    inside = [((y >= low) & (y <= high)).sum() for low, high in to_add]
    assert [n + added for n, added in zip(inside, to_add.values(), strict=True)] == [counts.max()] * len(to_add)
    assert set(lows) <= set(edges) and max(highs) == y.max()
    assert sum(rows_to_add("minority", y).values()) == counts.max() - counts[counts > 0].min()
    assert set(rows_to_add(0.5, y).values()) == {counts.max() // 2 - n for n in counts if 0 < n < counts.max() // 2}


def test_an_inner_edge_belongs_to_the_range_above():
    y = np.array([0.5, 1.0, 1.0, 1.5] * 2 + [4.5] * 3)
    to_add = rows_to_add("all", y)
    assert all(
        not (low <= edge <= high) for low, high in to_add for edge in [other for other, _ in to_add if other > low]
    )


def test_ranges_of_ones_own():
    _, y = skewed()
    inside, above = ((y >= 2) & (y <= 3)).sum(), (y >= 3).sum()
    assert rows_to_add({(2, 3): 90, (3, None): above}, y) == {(2, 3): 90 - inside}
    assert rows_to_add(lambda y: {(np.quantile(y, 0.9), None): 100}, y) == {(np.quantile(y, 0.9), None): 70}
    assert rows_to_add({(3, 5): 4}, np.array([3, 3, 4, 6])) == {(3, 5): 1}  # numbers, though they might be classes


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (np.array([True, False]), True),
        (np.array(["1.5", "2"]), True),
        (np.arange(10), True),
        (np.arange(11), False),
        (np.repeat(np.arange(26), 10), True),
        (np.repeat(np.arange(26.0), 9), False),
        (np.array([1, 2.5], object), False),
        (np.array([1, "a"], object), True),
    ],
)
def test_classes_are_told_from_numbers(y, expected):
    assert holds_classes(y) == expected


@pytest.mark.parametrize(
    ("strategy", "y", "message"),
    [
        ("majority", [0, 0, 1], "under-sampling only"),
        ("most", [0, 0, 1], "must be one of 'auto'"),
        (1.5, [0, 0, 1], r"must be in \(0, 1\]"),
        (0.5, [0, 0, 1, 2], "y has 3: give a dict"),
        (0.2, [0, 0, 0, 1], "wants 0 rows of the rarer class, which has 1"),
        ({2: 5}, [0, 0, 1], "names the class 2, which y lacks. Classes of y: 0, 1"),
        ({0: 1}, [0, 0, 1], "an integer of at least 2"),
        ({1: 2.5}, [0, 0, 1], r"Received: 2.5"),
        ({1: True}, [0, 0, 1], r"Received: True"),
        ({1: 5, (0, 2): 5}, [0, 0, 1], "must all be classes"),
        ({(0, 2): 5}, ["a", "b"], "must all be classes"),
        ({1: 5}, [0.5, 1, 2], "must be ranges"),
        ({(2, 1): 5}, [0.5, 1, 2], "low < high"),
        ({(1, 2, 3): 5}, [0.5, 1, 2], "low < high"),
        ({("a", "b"): 5}, [0.5, 1, 2], "low < high"),
        ({(0, 2): 5, (1, None): 5}, [0.5, 1, 2], "overlap"),
        ({(0, 1): 1}, [0.5, 1, 2], "at least 2"),
        ("auto", [[0, 1], [1, 0], [1, 1]], r"should be a 1d array, got an array of shape \(3, 2\)"),
        ("auto", [3, 3, 3], "at least two classes in y. Received only 3"),
        ("auto", [0.5, 0.5], "numbers that differ in y. Received only 0.5"),
    ],
)
def test_errors_teach(strategy, y, message):
    with pytest.raises(ValueError, match=message):
        Resampler(random_state=0, sampling_strategy=strategy).fit_resample(np.zeros((len(y), 1)), y)


def test_what_is_no_strategy_is_refused_before_fitting():
    for strategy in (None, True, [0, 1]):
        with pytest.raises(TypeError, match="a word, a float, a dict or a callable"):
            Resampler(random_state=0, sampling_strategy=strategy).fit_resample([[1], [2]], [0, 1])
    with pytest.raises(TypeError, match="needs classes or numbers in y, got datetime64"):
        Resampler(random_state=0).fit_resample([[1], [2]], np.array(["2020-01-01", "2020-01-02"], "M8[D]"))


@pytest.mark.parametrize("library", ["pandas", "polars", "numpy"])
def test_rare_ranges_are_filled_after_the_original_rows(library):
    X, y = skewed()
    if library == "polars":
        X, y = pl.from_pandas(X), pl.Series("value", y)
    if library == "numpy":
        X = X[["x"]].to_numpy()
    sampler = Resampler(random_state=0, sampling_strategy={(2, 3): 60, (3, None): 80})
    X_all, y_all = sampler.fit_resample(X, y)
    assert type(X_all) is type(X) and type(y_all) is type(y)
    numbers = np.asarray(y_all)
    assert ((numbers >= 2) & (numbers < 3)).sum() == 60 and (numbers >= 3).sum() == 80
    assert len(X_all) == 300 + sum(sampler.sampling_strategy_.values())
    first = X_all[:300]
    assert (first == X).all() if library == "numpy" else first.equals(X)
    assert (numbers[:300] == np.asarray(y)).all()
    again = Resampler(random_state=0, sampling_strategy=sampler.sampling_strategy).fit_resample(X, y)[1]
    assert (np.asarray(again) == numbers).all()


def test_whole_numbers_are_filled_by_ranges_as_well():
    X, y = skewed()
    whole = np.floor(50 * y).astype(int)
    _, y_all = Resampler(random_state=0).fit_resample(X, whole)
    counts, edges = np.histogram(whole.astype(float), "sturges")
    assert y_all.dtype == whole.dtype
    after = np.histogram(y_all, edges)[0]
    assert set(after) == {0, counts.max()}


def test_a_strategy_is_searched_inside_a_pipeline():
    X, y = skewed()
    steps = [("more", Resampler(random_state=0)), ("model", LinearRegression())]
    grid = {"more__sampling_strategy": ["auto", 0.5, {(3, None): 60}]}
    search = GridSearchCV(Pipeline(steps), grid, cv=2, error_score="raise").fit(X[["x"]], y)
    assert search.best_score_ > 0.9
    binary = [("more", Resampler(random_state=0, sampling_strategy=0.5)), ("model", LogisticRegression())]
    assert Pipeline(binary).fit(X[["x"]], y > 2).score(X[["x"]], y > 2) > 0.9


def test_a_saved_synthesizer_leaves_out_what_no_json_holds(tmp_path):
    X, y = skewed(60)
    for strategy, kept in ((0.5, 0.5), ("minority", "minority"), ({(1, 2): 60}, "auto")):
        path = tmp_path / "model.augment"
        synthesizer = TabularSynthesizer(sampling_strategy=strategy, verbose=0, random_state=0)
        synthesizer.fit(pd.DataFrame({"one": ["x"] * 60}))
        synthesizer.save(path)
        assert TabularSynthesizer.load(path).sampling_strategy == kept
