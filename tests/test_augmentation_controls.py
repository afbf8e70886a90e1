"""Controls make rows of the kind they were given: real ones, ones between two of a class, ones with errors."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import NearestNeighbors

from augment.augmentation.controls import Duplicates, Interpolation, Noise
from augment.datasets import load_diabetes_table, make_table

CONTROLS = [Duplicates(), Interpolation(), Noise()]


def table_in(df_module, n=120):
    table = make_table(n, random_state=0)
    table["city"] = table["city"].astype("category")
    table.loc[3, "city"] = None
    X, y = table.drop(columns="bought"), table["bought"]
    if df_module is pd:
        return X, y
    import polars as pl

    return pl.from_pandas(X), pl.from_pandas(y)


@pytest.mark.parametrize("control", CONTROLS, ids=lambda c: type(c).__name__)
def test_rows_are_of_the_same_library_columns_and_types(control, df_module):
    X, y = table_in(df_module)
    asked = ["yes"] * 100 + ["no"] * 150
    X_new, y_new = clone(control).fit(X, y).generate(y=asked, random_state=0)
    assert type(X_new) is type(X) and type(y_new) is type(y)
    assert list(X_new.columns) == list(X.columns) and list(X_new.dtypes) == list(X.dtypes)
    assert list(y_new) == asked
    again = clone(control).set_params(random_state=0).fit(X, y).generate(y=asked)[0]
    assert again.equals(X_new)
    for name in ("age", "income", "joined"):
        assert X_new[name].min() >= X[name].min() and X_new[name].max() <= X[name].max()
    assert set(X_new["city"].unique()) <= set(X["city"].unique())
    assert 0.05 < np.mean([value is None or value != value for value in X_new["rating"].to_list()]) < 0.5


@pytest.mark.parametrize("control", CONTROLS, ids=lambda c: type(c).__name__)
def test_rows_without_labels_follow_those_that_were_fitted(control):
    X, y = load_iris(return_X_y=True)
    X_new, y_new = clone(control).fit(X, y).generate(random_state=0)
    assert X_new.shape == X.shape and X_new.dtype == X.dtype and y_new.dtype == y.dtype
    assert np.bincount(y_new).tolist() == [50, 50, 50]
    assert clone(control).fit(X, y).generate(0)[0].shape == (0, 4)


@pytest.mark.parametrize("control", CONTROLS, ids=lambda c: type(c).__name__)
def test_bad_input(control):
    with pytest.raises(NotFittedError):
        clone(control).generate(3)
    fitted = clone(control).fit([[1.0], [2.0]], ["a", "b"])
    with pytest.raises(ValueError, match="label 'c', which was not fitted; fitted were 'a', 'b'"):
        fitted.generate(y=["a", "c"])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        clone(control).fit([[1.0], [2.0]], ["a"])


def test_duplicates_are_real_rows_each_in_its_turn():
    X, y = np.arange(10.0).reshape(5, 2), np.array(["a", "a", "a", "b", "b"])
    X_new, _ = Duplicates().fit(X, y).generate(y=["a"] * 7 + ["b"] * 2, random_state=0)
    places = X_new[:, 0] // 2
    assert sorted(np.bincount(places.astype(int))) == [1, 1, 2, 2, 3]
    assert (X_new[:, 1] == X_new[:, 0] + 1).all()


def test_interpolated_rows_lie_between_a_row_and_one_of_its_neighbours():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(90, 4)) * [1, 10, 100, 1], np.repeat([0, 1, 2], 30)
    X_new, y_new = Interpolation().fit(X, y).generate(y=np.repeat(y, 2), random_state=0)
    scaled, scaled_new = X / X.std(axis=0), X_new / X.std(axis=0)
    for label in range(3):
        rows = scaled[y == label]
        near = NearestNeighbors(n_neighbors=6).fit(rows).kneighbors(rows)[1]  # scikit-learn's, itself too
        ends = rows[near] - rows[:, None]
        for new in scaled_new[y_new == label]:
            from_row = new - rows[:, None]
            step = (from_row * ends).sum(axis=2) / np.maximum((ends**2).sum(axis=2), 1e-12)
            off = np.linalg.norm(from_row - np.clip(step, 0, 1)[..., None] * ends, axis=2)
            assert off.min() < 1e-8


def test_numbers_in_y_are_interpolated_with_their_row():
    x = np.random.default_rng(0).uniform(size=(60, 1))
    X_new, y_new = Interpolation().fit(x, 3 * x[:, 0] - 1).generate(90, random_state=0)
    assert len(np.setdiff1d(y_new, 3 * x[:, 0] - 1)) > 80
    np.testing.assert_allclose(y_new, 3 * X_new[:, 0] - 1)


def test_whole_numbers_of_many_values_in_y_are_amounts():
    table = load_diabetes_table()
    X, y = table.drop(columns="progression"), table["progression"]
    X_new, y_new = Interpolation().fit(X, y).generate(100, random_state=0)
    assert y_new.dtype == y.dtype and len(set(y_new) - set(y)) > 5
    assert X_new["sex"].isin(["1", "2"]).all()


def test_categories_keep_rows_apart():
    """One other category is as far as a standard deviation: mates have the same where there are enough such."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"kind": np.repeat(["p", "q"], 60), "x": rng.uniform(size=120) * 0.01})
    X_new, _ = Interpolation().fit(X.assign(far=1.0 * (X["kind"] == "q")), ["a"] * 120).generate(200, random_state=0)
    assert (X_new["far"] == (X_new["kind"] == "q")).all()


@pytest.mark.parametrize("scale", [0.05, 0.2])
def test_noise_is_as_large_as_asked(scale):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"x": np.tile([3.0, 7.0], 1000), "kind": rng.choice(list("pqrs"), 2000)})  # x: 5 and 2 aside
    y = np.where(X["kind"].isin(["p", "q"]), "a", "b")
    X_new, y_new = Noise(scale).fit(X, y).generate(y=np.repeat(["a", "b"], 4000), random_state=0)
    error = np.abs(X_new["x"] - 5)
    assert error.max() <= 2 + 1e-9  # the range
    inside = 2 - error[error < 2 - 1e-9]
    assert np.sqrt((inside**2).mean()) == pytest.approx(2 * scale, rel=0.06)
    assert X_new["kind"].isin(["p", "q"]).eq(y_new == "a").all()  # others of the same class


def test_noise_draws_a_share_of_the_categories_anew():
    kinds = pd.DataFrame({"kind": [f"k{i}" for i in range(1000)]})
    X_new, _ = Noise(0.3).fit(kinds, ["a"] * 1000).generate(y=["a"] * 1000, random_state=0)
    kept = X_new["kind"].nunique()
    assert 700 < kept < 850  # 300 drawn with repetition among 1000
    assert X_new["kind"].isin(kinds["kind"]).all()


def test_columns_with_nothing_in_them():
    X = pd.DataFrame({"gone": [np.nan] * 4, "same": [1.0] * 4, "date": pd.to_datetime(["2020-01-01", None] * 2)})
    for control in CONTROLS:
        X_new, _ = clone(control).fit(X, list("aabb")).generate(y=list("abab"), random_state=0)
        assert X_new["gone"].isna().all() and (X_new["same"] == 1).all()
        assert set(X_new["date"].dropna()) <= {pd.Timestamp("2020-01-01")}


@pytest.mark.parametrize("control", CONTROLS, ids=lambda c: type(c).__name__)
@pytest.mark.parametrize("sides", [(4, 5), (4, 5, 3), (2, 3, 2, 1)])
def test_images_are_of_the_shape_and_dtype_that_were_fitted(control, sides):
    X = np.random.default_rng(0).integers(0, 256, (12, *sides), dtype="uint8")
    X_new, y_new = clone(control).fit(X, list("aab") * 4).generate(y=["b", "a"] * 9, random_state=0)
    assert X_new.shape == (18, *sides) and X_new.dtype == np.uint8 and list(y_new) == ["b", "a"] * 9
    real = [(image == X).all(axis=tuple(range(1, X.ndim))).any() for image in X_new]
    assert all(real) if isinstance(control, Duplicates) else not any(real)
