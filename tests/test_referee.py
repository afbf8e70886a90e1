"""The benchmarks' referee against closed forms and planted effects."""

import doctest
import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
if not BENCHMARKS.is_dir():
    pytest.skip("the folder benchmarks/ is not part of an installed package", allow_module_level=True)
sys.path.insert(0, str(BENCHMARKS))
referee = importlib.import_module("referee")
real_tables = importlib.import_module("real_tables")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def xgboost():
    return pytest.importorskip("xgboost", reason="xgboost is needed by this judge and by the benchmarks alone")


def arithmetic_tables():
    """Two small tables without randomness, two numbers and two categories each."""
    i = pd.Series(range(60))
    letters = dict(enumerate("xyz"))
    real = pd.DataFrame(
        {
            "a": (7 * i % 13).astype(float),
            "b": (i * i % 17).astype(float),
            "c": (i % 3).map(letters),
            "d": (i % 7 // 3).map(letters),
        }
    )
    synthetic = pd.DataFrame(
        {
            "a": (5 * i % 11).astype(float),
            "b": (i * i % 19).astype(float),
            "c": (i % 4 // 2).map(letters),
            "d": (i % 9 // 4).map(letters),
        }
    )
    return real, synthetic


def test_docstring_examples():
    assert doctest.testmod(referee).failed == 0


def test_shape_and_trend_equal_sdmetrics_0_11_1():
    """The figures are those of its QualityReport, the version behind the published tables."""
    real, synthetic = arithmetic_tables()
    assert referee.shape_error(real, synthetic) == pytest.approx(17.08333333333333)
    assert referee.trend_error(real, synthetic) == pytest.approx(34.73231697414799)


def test_errors_of_a_table_against_itself_are_zero(rng):
    real, _ = arithmetic_tables()
    shuffled = real.iloc[rng.permutation(len(real))]
    assert referee.shape_error(real, shuffled) == 0
    assert referee.trend_error(real, shuffled) == pytest.approx(0, abs=1e-9)
    assert referee.trend_error(real, shuffled, shared_edges=True) == 0


def test_shape_of_a_shifted_normal_is_the_closed_form():
    quantiles = norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    error = referee.shape_error(pd.DataFrame({"x": quantiles}), pd.DataFrame({"x": quantiles + 0.5}))
    assert error == pytest.approx(100 * (2 * norm.cdf(0.25) - 1), abs=0.02)


def test_shape_leaves_missing_numbers_out_and_counts_missing_categories():
    real = pd.DataFrame({"x": [1.0, 2.0, np.nan, np.nan], "c": ["a", "a", None, None]})
    assert referee.shape_error(real, real.assign(x=[1.0, 2.0, 1.0, 2.0])) == 0
    assert referee.shape_error(real, real.assign(c=["a", "a", "a", None])) == pytest.approx(12.5)


def test_trend_of_two_categories_is_the_distance_of_their_contingency_tables():
    real = pd.DataFrame({"c": list("aabb"), "d": list("xxyy")})
    independent = pd.DataFrame({"c": list("aabb"), "d": list("xyxy")})
    for shared in (False, True):
        assert referee.trend_error(real, independent, shared_edges=shared) == pytest.approx(50)


def test_only_shared_edges_see_a_rescaled_column(rng):
    x = rng.normal(size=500)
    real = pd.DataFrame({"x": x, "c": np.where(x > 0, "up", "down")})
    rescaled = real.assign(x=1000 * x)
    assert referee.trend_error(real, rescaled) == pytest.approx(0, abs=0.5)
    assert referee.trend_error(real, rescaled, shared_edges=True) > 50


def test_only_shared_edges_see_a_bent_relation(rng):
    x = rng.normal(size=2000)
    real, independent = pd.DataFrame({"x": x, "y": x**2}), pd.DataFrame({"x": x, "y": rng.permutation(x**2)})
    assert referee.trend_error(real, independent) < 5
    assert referee.trend_error(real, independent, shared_edges=True) > 50


def test_shared_edges_separate_a_spike_from_the_rest():
    real = pd.DataFrame({"x": [0.0] * 95 + [9.0] * 5, "c": ["a"] * 95 + ["b"] * 5})
    swapped = real.assign(c=["b"] * 5 + ["a"] * 95)
    assert referee.trend_error(real, swapped, shared_edges=True) == pytest.approx(10)


def test_c2st_cannot_tell_equals_and_always_tells_strangers(xgboost, rng):
    real, fresh = (pd.DataFrame({"x": rng.normal(size=900), "c": rng.choice(["a", "b"], 900)}) for _ in range(2))
    assert referee.c2st(real, fresh) > 0.85
    assert referee.c2st(real, fresh.assign(x=fresh["x"] + 100)) < 0.01
    assert referee.c2st(real, fresh.assign(c="z")) < 0.01
    assert referee.c2st(real, fresh.iloc[:700]) == referee.c2st(real, fresh.iloc[:700])


def test_c2st_of_values_lost_at_random_is_the_closed_form(xgboost, rng):
    """Half of the synthetic rows show themselves, the rest cannot be told: AUC 1/2 + 1/4, score 1/2."""
    real, synthetic = (pd.DataFrame({"x": np.round(rng.normal(size=2000))}) for _ in range(2))
    synthetic["x"] = synthetic["x"].where(rng.random(2000) < 0.5)
    assert referee.c2st(real, synthetic) == pytest.approx(0.5, abs=0.06)
    lost = pd.DataFrame({"x": np.where(synthetic["x"].isna(), None, "a")})
    assert referee.c2st(pd.DataFrame({"x": ["a"] * 2000}), lost) == pytest.approx(0.5, abs=0.06)


@pytest.mark.slow
@pytest.mark.parametrize("labels", [("no", "yes"), ("a", "b", "c")])
def test_train_synthetic_score_of_classes(xgboost, rng, labels):
    x = rng.uniform(size=(600, 2))
    y = np.array(labels, dtype=object)[np.floor(x[:, 0] * len(labels)).astype(int)]
    table = pd.DataFrame({"x": x[:, 0], "noise": x[:, 1], "y": y})
    synthetic, test = table.iloc[:400], table.iloc[400:]
    assert referee.train_synthetic_score(synthetic, test, "y") > 0.97
    assert referee.train_synthetic_score(synthetic.assign(y=rng.permutation(y[:400])), test, "y") == pytest.approx(
        0.5, abs=0.15
    )
    assert referee.train_synthetic_score(synthetic.assign(y=labels[0]), test, "y") == 0.5


def test_train_synthetic_score_of_inverted_labels_is_zero(xgboost):
    test = pd.DataFrame({"c": list("ab") * 100, "y": ["no", "yes"] * 100})
    assert referee.train_synthetic_score(test, test, "y") == 1
    assert referee.train_synthetic_score(test.assign(y=test["y"].to_numpy()[::-1]), test, "y") == 0


def test_train_synthetic_score_of_a_number_is_r2(xgboost, rng):
    table = pd.DataFrame({"x": rng.uniform(size=800)}).assign(y=lambda frame: 3 * frame["x"] + 1)
    synthetic, test = table.iloc[:600], table.iloc[600:]
    assert referee.train_synthetic_score(synthetic, test, "y") > 0.98
    assert referee.train_synthetic_score(synthetic.assign(y=synthetic["y"].mean()), test, "y") <= 0


def test_train_synthetic_score_survives_a_category_that_only_the_test_part_has(xgboost):
    synthetic = pd.DataFrame({"c": list("ab") * 60, "y": ["no", "yes"] * 60})
    test = pd.DataFrame({"c": list("abz"), "y": ["no", "yes", "no"]})
    assert 0 <= referee.train_synthetic_score(synthetic, test, "y") <= 1


def test_distance_share_of_copies_and_ties(rng):
    train, holdout = (pd.DataFrame({"x": rng.normal(size=200), "c": rng.choice(list("abc"), 200)}) for _ in range(2))
    assert referee.distance_share(train, holdout, train) == 1
    assert referee.distance_share(train, holdout, holdout) == 0
    assert referee.distance_share(train, train, holdout) == 0.5
    assert referee.distance_share(train, holdout, pd.concat([train, holdout])) == 0.5


def test_distance_share_by_hand():
    train = pd.DataFrame({"x": [0.0, 10.0], "c": ["a", "a"]})
    holdout = pd.DataFrame({"x": [4.0, 6.0], "c": ["b", "b"]})
    synthetic = pd.DataFrame({"x": [5.0, 1.0, 4.0, -1e6, 2.0], "c": ["a", "a", "b", "b", "q"]})
    # distances to train and holdout: .5, 1.1 | .1, 1.3 | 1.4, 0 | the outlier: far + 1, far + .4 | 1.2, 1.2
    assert referee.distance_share(train, holdout, synthetic) == pytest.approx((1 + 1 + 0 + 0 + 0.5) / 5)
    units = [frame.assign(x=1000 * frame["x"]) for frame in (train, holdout, synthetic)]
    assert referee.distance_share(*units) == referee.distance_share(train, holdout, synthetic)


def test_distance_share_counts_a_missing_cell_as_one_difference():
    train, holdout = pd.DataFrame({"x": [np.nan], "y": [0.0]}), pd.DataFrame({"x": [1.0], "y": [1.0]})
    assert referee.distance_share(train, holdout, pd.DataFrame({"x": [np.nan], "y": [0.9]})) == 1
    assert referee.distance_share(train, holdout, pd.DataFrame({"x": [1.0], "y": [0.1]})) == 0


def test_distance_share_cuts_the_parts_to_equal_sizes(rng):
    train, holdout, fresh = (pd.DataFrame(rng.normal(size=(n, 2)), columns=["x", "y"]) for n in (3000, 300, 2000))
    assert referee.distance_share(train, holdout, fresh) == pytest.approx(0.5, abs=0.06)
    assert referee.distance_share(train.iloc[:300], holdout, fresh, rows=500, seed=1) == pytest.approx(0.5, abs=0.1)


def test_broken_share():
    train = pd.DataFrame({"education": ["HS", "BA", "BA"], "education-num": [9, 13, 13]})
    synthetic = pd.DataFrame({"education": ["HS", "BA", "BA", "MA"], "education-num": [9.0, 13.0, 9.0, 14.0]})
    assert referee.broken_share(train, train) == 0
    assert referee.broken_share(train, synthetic) == 0.5
    assert np.isnan(referee.broken_share(pd.DataFrame({"x": [1]}), pd.DataFrame({"x": [1]})))


def test_a_table_without_a_real_column_is_refused():
    with pytest.raises(ValueError, match=r"lacks the columns \['b'\]"):
        referee.shape_error(pd.DataFrame({"a": [1], "b": [2]}), pd.DataFrame({"a": [1]}))


def test_typed_makes_codes_into_categories():
    frame = pd.DataFrame({"code": [1.0, 2.0, np.nan], "text": ["x", None, "y"], "x": pd.array([1, None, 3], "Int64")})
    seen = referee.typed(frame, ["code", "text"])
    assert seen["code"].tolist()[:2] == ["1", "2"]
    assert seen["code"].isna().tolist() == [False, False, True]
    assert seen["text"].isna().tolist() == [False, True, False]
    assert seen["x"].dtype == "float64"
    ints = referee.typed(frame.assign(code=[1, 2, 3]), ["code", "text"])
    assert ints["code"].tolist() == ["1", "2", "3"]


@pytest.mark.parametrize(("name", "rows"), [("breast_cancer", 569), ("wine", 178), ("diabetes", 442)])
def test_load_splits_without_overlap_and_by_seed(name, rows):
    table = real_tables.load(name, "nowhere", seed=3)
    assert len(table["train"]) == rows // 2
    assert len(table["train"]) + len(table["test"]) == rows
    pd.testing.assert_frame_equal(table["train"], real_tables.load(name, "nowhere", seed=3)["train"])
    assert not table["train"].equals(real_tables.load(name, "nowhere", seed=4)["train"])
    assert not len(table["train"].merge(table["test"]))


def test_load_names_the_tables_it_knows():
    with pytest.raises(ValueError, match="no benchmark table 'iris'.*adult"):
        real_tables.load("iris", "nowhere")
