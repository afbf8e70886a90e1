"""TabularSynthesizer as a user meets it: fit, generate, conditions, scores, files."""

import os
import pickle
import subprocess
import sys
import warnings
import zipfile

import keras
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from augment import TabularSynthesizer
from augment.models import Autoregressive

TINY = {"model": Autoregressive(width=16, depth=1), "epochs": 2, "verbose": 0, "random_state": 0}


def frame(n=300, seed=0):
    rng = np.random.default_rng(seed)
    city = rng.choice(["Rome", "Oslo", "Łódź"], n, p=[0.5, 0.3, 0.2])
    age = rng.integers(18, 90, n)
    income = np.round(np.exp(rng.normal(10, 1, n)), 2)
    income[rng.random(n) < 0.1] = np.nan
    return pd.DataFrame(
        {
            "age": age,
            "city": pd.Categorical(city, categories=["Oslo", "Rome", "Łódź", "Bonn"]),
            "income": income,
            "member": rng.random(n) < 0.4,
            "joined": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1000, n), unit="D"),
        }
    )


@pytest.fixture(scope="module")
def fitted():
    return TabularSynthesizer(**TINY).fit(frame())


@pytest.fixture(scope="module")
def paired():
    table = frame()
    return TabularSynthesizer(**TINY).fit(table.drop(columns="member"), table["member"])


@pytest.mark.slow
def test_generated_rows_look_like_the_fitted_ones(fitted):
    new = fitted.generate(50)
    pd.testing.assert_series_equal(new.dtypes, frame().dtypes)
    assert list(new.columns) == list(frame().columns)
    assert len(new) == 50
    assert new["age"].between(18, 89).all()
    assert list(new["city"].cat.categories) == ["Oslo", "Rome", "Łódź", "Bonn"]


def test_a_fit_that_fails_leaves_nothing_behind():
    synthesizer = TabularSynthesizer(**TINY | {"model": "nonsense"})
    with pytest.raises(ValueError, match="nonsense"):
        synthesizer.fit(frame())
    with pytest.raises(NotFittedError):
        synthesizer.generate(5)


class InterruptAtOnce(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        raise KeyboardInterrupt


@pytest.mark.slow
def test_a_fit_interrupted_at_once_leaves_the_fit_before(one_step):
    synthesizer = TabularSynthesizer(**TINY).fit(frame())
    rows = synthesizer.generate(5)
    with pytest.raises(KeyboardInterrupt):
        synthesizer.set_params(callbacks=[InterruptAtOnce()]).fit(frame()[["age", "city"]], frame()["member"])
    pd.testing.assert_frame_equal(synthesizer.generate(5), rows)


def test_a_limit_that_leaves_no_time_to_learn_is_told(one_step):
    synthesizer = TabularSynthesizer(**TINY | {"epochs": "auto", "time_limit": 0.01})
    with warnings.catch_warnings(record=True) as caught:  # pytest.warns would pass on what Keras warns of on JAX
        warnings.simplefilter("always", UserWarning)
        synthesizer.fit(frame())
    assert "too few to learn" in str(caught[-1].message)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"model": Autoregressive}, "model must be"),
        ({"model": None}, "model must be"),
        ({"model": lambda layout: 3}, "model must be"),
        ({"callbacks": ["x"]}, "callbacks must be"),
        *(
            ({"model": Autoregressive(**{name: value})}, f"{name} must be")
            for name, values in {
                "width": [-1, 8.7, "wide"],
                "depth": [0, "auto"],
                "dropout": [2, -0.1],
                "blur": [5],
                "smoothing": ["x", -1],
                "learning_rate": [0, None],
                "weight_decay": [-1, np.nan],
            }.items()
            for value in values
        ),
    ],
)
def test_wrong_parameters_are_named(wrong, message):
    with pytest.raises((TypeError, ValueError), match=message):
        TabularSynthesizer(**TINY | wrong).fit(frame(30))


def test_as_many_rows_as_were_fitted_by_default(fitted):
    assert len(fitted.generate()) == 300


@pytest.mark.parametrize("n", [0, 1, 7])
def test_exactly_n_rows(fitted, n):
    assert len(fitted.generate(n)) == n


@pytest.mark.parametrize("n", [-1, 2.5, "10", True])
def test_n_samples_that_is_no_count(fitted, n):
    with pytest.raises(ValueError, match="n_samples"):
        fitted.generate(n)


def test_not_fitted():
    with pytest.raises(NotFittedError):
        TabularSynthesizer().generate(3)


def test_same_seed_same_rows_and_no_state(fitted):
    first, second = fitted.generate(20, random_state=1), fitted.generate(20, random_state=1)
    pd.testing.assert_frame_equal(first, second)
    assert not first.equals(fitted.generate(20, random_state=2))


@pytest.mark.slow
def test_same_fit_in_another_process(fitted, tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from test_tabular import *;"
        "TabularSynthesizer(**TINY).fit(frame()).generate(30, random_state=1).to_pickle(sys.argv[2])"
    )
    subprocess.run([sys.executable, "-c", code, os.path.dirname(__file__), tmp_path / "new"], check=True)
    pd.testing.assert_frame_equal(pd.read_pickle(tmp_path / "new"), fitted.generate(30, random_state=1))


def test_conditions_of_every_kind_hold(fitted):
    condition = {"age": (30, 40), "city": ["Rome", "Oslo"], "member": True}
    new = fitted.generate(40, condition=condition)
    assert new["age"].between(30, 40).all()
    assert new["city"].isin(["Rome", "Oslo"]).all()
    assert new["member"].all()
    assert fitted.generate(10, condition={"income": None})["income"].isna().all()


@pytest.mark.parametrize(
    "condition",
    [{"agee": 30}, {"city": "Paris"}, {"age": (50, 40)}, {"age": (200, 300)}, {"age": "old"}],
    ids=["unknown column", "unknown value", "empty range", "outside the range", "wrong type"],
)
def test_impossible_conditions_are_refused(fitted, condition):
    with pytest.raises((ValueError, TypeError), match=next(iter(condition))):
        fitted.generate(5, condition=condition)


def test_a_frame_of_conditions_is_filled_row_by_row(fitted):
    known = pd.DataFrame({"city": ["Oslo", None, "Rome"], "age": [20, 30, 40]})
    new = fitted.generate(condition=known)
    assert new["age"].tolist() == [20, 30, 40]
    assert new["city"].tolist()[::2] == ["Oslo", "Rome"]
    assert new["city"].notna().all()
    with pytest.raises(ValueError, match="3 rows"):
        fitted.generate(5, condition=known)


def differing(new, rows):
    """Which cells of `new` (n, columns) are others than those of `rows`, which are repeated."""
    rows = rows.iloc[np.arange(len(new)) % len(rows)].reset_index(drop=True).astype(object)
    new = new.reset_index(drop=True).astype(object)
    return ((new != rows) & ~(new.isna() & rows.isna())).to_numpy()


def test_rows_like_given_ones(fitted):
    rows = frame().head(3)
    new = fitted.generate(600, like=rows, strength=0.4)  # of five columns: two cells of each row
    changed = differing(new, rows)
    assert (changed.sum(axis=1) <= 2).all()
    assert (changed.mean(axis=0)[[0, 2, 4]] > 0.3).all() and (changed.mean(axis=0)[[1, 3]] > 0.05).all()
    with pytest.raises(ValueError, match="strength"):
        fitted.generate(like=rows, strength=0)


@pytest.mark.parametrize("n", [1, 40])
def test_rows_like_given_ones_keep_their_gaps(fitted, n):
    rows = frame()[lambda table: table["income"].isna()].head(n).reset_index(drop=True)
    new = fitted.generate(200, like=rows, strength=1e-9)
    changed = differing(new, rows)
    assert changed.sum(axis=1).max() == 1  # no row is a copy on purpose, and all other cells stay
    assert new["income"].isna().mean() > 0.7
    pd.testing.assert_series_equal(new.dtypes, rows.dtypes)
    assert not fitted.generate(400, like=rows, strength=1.0)["income"].isna().all()


@pytest.mark.slow
def test_rows_like_given_ones_obey_a_condition_in_place_of_their_own_cells(fitted, paired):
    rows = frame().head(4)
    new = fitted.generate(like=rows, strength=1, condition=rows[["member", "city"]])
    pd.testing.assert_frame_equal(new[["city", "member"]], rows[["city", "member"]])
    new = fitted.generate(40, like=rows, strength=0.2, condition={"age": (30, 40), "city": "Oslo", "income": None})
    assert new["age"].between(30, 40).all() and (new["city"] == "Oslo").all() and new["income"].isna().all()
    assert (new["joined"] == np.tile(rows["joined"], 10)).mean() > 0.5
    some = pd.DataFrame({"age": [25, None, None, 81]})
    new = fitted.generate(like=rows, strength=1e-9, condition=some)
    assert new["age"].tolist()[::3] == [25, 81] and (differing(new, rows)[1:3].sum(axis=1) <= 1).all()
    X, y = paired.generate(8, like=rows.drop(columns="member"), condition={"member": True, "city": "Oslo"})
    assert y.all() and (X["city"] == "Oslo").all()
    with pytest.raises(ValueError, match="2 rows and 4 were asked for"):
        fitted.generate(like=rows, condition=rows.head(2))


def test_rows_like_given_pairs_keep_their_labels(paired):
    X, y = frame().drop(columns="member").head(5), frame()["member"].head(5)
    X_new, y_new = paired.generate(20, like=(X, y), strength=1)
    assert y_new.tolist() == y.tolist() * 4
    assert differing(X_new, X).all(axis=1).any()
    assert len(paired.generate(like=X)[1]) == 5  # without labels these are drawn
    with pytest.raises(ValueError, match=r"give a pair, like=\(X, y\)"):
        paired.generate(like=X, y=y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        paired.generate(like=(X, y[:3]))


def test_rows_like_given_ones_never_keep_keys_or_free_text(one_step):
    names = [f"Patient {k * 7919 % 10007} of ward {k % 13}" for k in range(100)]
    table = pd.DataFrame({"id": np.arange(100), "name": pd.Series(names).mask(np.arange(100) % 4 == 0), "x": 1.5})
    new = TabularSynthesizer(**TINY).fit(table).generate(like=table, strength=0.01)
    assert new["id"].is_unique and not set(new["id"]) & set(table["id"])
    assert not set(new["name"].dropna()) & set(names)
    assert new["name"][table["name"].notna()].notna().mean() > 0.9


def test_pairs_come_back_as_pairs(paired):
    X, y = paired.generate(12)
    assert list(X.columns) == ["age", "city", "income", "joined"]
    assert isinstance(y, pd.Series) and y.name == "member" and y.dtype == bool


def test_labels_asked_for_come_in_order(paired):
    _, y = paired.generate(y=[True, False, False, True])
    assert y.tolist() == [True, False, False, True]
    _, y = paired.generate(y=[True, False], condition={"city": "Oslo"})
    assert y.tolist() == [True, False]


@pytest.mark.slow
def test_labels_go_with_every_kind_of_condition(paired):
    X, y = paired.generate(y=[True, False, True], condition={"age": (30, 40), "city": ["Rome", "Oslo"]})
    assert y.tolist() == [True, False, True]
    assert X["age"].between(30, 40).all() and X["city"].isin(["Rome", "Oslo"]).all()
    X, y = paired.generate(y=pl.Series([True, None]), condition=pa.table({"age": [20, 30]}))
    assert X["age"].tolist() == [20, 30] and y.tolist()[0] is True
    with pytest.raises(ValueError, match="twice"):
        paired.generate(y=[True], condition={"member": False})
    with pytest.raises(ValueError, match="2 values are given for 3 rows"):
        paired.generate(3, y=[True, False], condition={"age": 30})


def test_categories_of_numbers_are_labels_for_numbers(one_step):
    X, y = pl.DataFrame({"a": [0.5, 1.5, 2.5] * 20}), pd.Series([3, 1, 2] * 20, dtype="category")
    synthesizer = TabularSynthesizer(**TINY).fit(X, y)
    _, y_new = synthesizer.generate(y=y[:3])
    pd.testing.assert_series_equal(y_new, y[:3])
    X_all, y_all = synthesizer.fit_resample(X, y[:40].tolist() + [1] * 20)
    assert len(X_all) == len(y_all) == 3 * np.bincount(y[:40].tolist() + [1] * 20).max()


def test_labels_need_a_fit_with_labels(fitted):
    with pytest.raises(ValueError, match="without y"):
        fitted.generate(y=[1, 0])
    with pytest.raises(ValueError, match="without y"):
        fitted.generate(like=(frame(3), [1, 0, 1]))


def test_resampling_keeps_the_rows_and_balances_the_classes(one_step):
    table = frame(120)
    X, y = table.drop(columns="city"), pd.Series(np.where(np.arange(120) < 100, "common", "rare"), name="kind")
    X_new, y_new = TabularSynthesizer(**TINY).fit_resample(X, y)
    pd.testing.assert_frame_equal(X_new.head(120), X)
    assert y_new.value_counts().to_dict() == {"common": 100, "rare": 100}
    with pytest.raises(ValueError, match="two classes"):
        TabularSynthesizer(**TINY).fit_resample(X, np.zeros(120))
    with pytest.raises(ValueError, match="differ in y"):
        TabularSynthesizer(**TINY).fit_resample(X, np.full(120, 0.5))
    with pytest.raises(ValueError, match="missing"):
        TabularSynthesizer(**TINY).fit_resample(X, y.where(y == "rare"))


def test_arrays_stay_arrays(one_step):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)).astype("float32"), rng.integers(0, 2, 60)
    X_new, y_new = TabularSynthesizer(**TINY).fit(X, y).generate(5)
    assert X_new.dtype == X.dtype and X_new.shape == (5, 3)
    assert y_new.dtype == y.dtype
    assert TabularSynthesizer(**TINY).fit(X).generate(5).dtype == X.dtype


@pytest.mark.slow
def test_arrays_condition_and_vary_arrays(one_step):
    X = np.round(np.random.default_rng(0).normal(size=(60, 3)), 1)
    for synthesizer in (TabularSynthesizer(**TINY).fit(X), TabularSynthesizer(**TINY).fit(X, [0, 1] * 30)):
        first = synthesizer.generate(condition=[[0.5, None, 0.1], [None, None, None]])
        second = synthesizer.generate(4, like=X[:2], strength=0.3)
        third = synthesizer.generate(5, condition={1: (0, 1)})
        filled, varied, ranged = (new[0] if isinstance(new, tuple) else new for new in (first, second, third))
        assert filled[0, 0] == 0.5 and filled[0, 2] == 0.1 and filled.shape == (2, 3)
        assert 0 < (varied == X[[0, 1, 0, 1]]).mean() < 1
        assert ((ranged[:, 1] >= 0) & (ranged[:, 1] <= 1)).all()
        with pytest.raises(ValueError, match="Expected 3 columns"):
            synthesizer.generate(condition=X[:2, :2])


def test_integer_names_stay_integers(one_step):
    X, y = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 2))), pd.Series([0, 1] * 30, name=7)
    synthesizer = TabularSynthesizer(**TINY).fit(X, y)
    X_new, y_new = synthesizer.generate(5, condition={1: (0, None)})
    assert X_new.columns.tolist() == [0, 1] and X_new.columns.dtype == "int64" and y_new.name == 7
    assert (X_new[1] >= 0).all()
    assert synthesizer.score(X) > synthesizer.score(X, y)  # the labels are left out, whatever their name


def test_varied_rows_keep_large_integers_and_their_kind(one_step):
    table = pd.DataFrame({"big": np.arange(50) % 7 + 2**60, "flag": [True, False] * 25})
    synthesizer = TabularSynthesizer(**TINY).fit(table)
    assert synthesizer.generate(like=table.head(5)).dtypes.equals(table.dtypes)
    assert synthesizer.generate(like=pl.from_pandas(table.head(5))).dtypes.equals(table.dtypes)
    with pytest.raises(ValueError, match="no rows"):
        synthesizer.generate(like=table.head(0))


def test_masked_cells_are_missing_and_mixed_lists_keep_their_types(one_step):
    X = np.ma.masked_less(np.random.default_rng(0).normal(size=(60, 2)), 0)
    new = TabularSynthesizer(**TINY).fit(X).generate(40)
    assert np.isnan(new).any() and np.nanmin(new) >= 0
    row = TabularSynthesizer(**TINY).fit([[1, "a"], [2, "b"], [3, "a"]] * 5).generate(1)[0]
    assert isinstance(row[0], int) and isinstance(row[1], str)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0, 0.1])
def test_an_interrupt_keeps_the_best_model_so_far(share, one_step):
    class Interrupt(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    settings = TINY | {"epochs": 5, "validation_fraction": share, "callbacks": [Interrupt()]}
    synthesizer = TabularSynthesizer(**settings).fit(frame(80))
    assert len(synthesizer.history_["loss"]) == 2
    assert len(synthesizer.generate(3)) == 3


@pytest.mark.slow
@pytest.mark.parametrize("n_interrupts", [1, 2])
def test_an_interrupt_after_training_does_not_lose_it(n_interrupts, one_step, monkeypatch, capsys):
    from augment.models.vae import VAEModel

    conclude, left = VAEModel.conclude, [KeyboardInterrupt] * n_interrupts

    def interrupted(self, x, rng):
        if left:
            raise left.pop()
        conclude(self, x, rng)

    monkeypatch.setattr(VAEModel, "conclude", interrupted)
    synthesizer = TabularSynthesizer(**TINY | {"model": "vae"})
    if n_interrupts == 2:
        with pytest.raises(KeyboardInterrupt):
            synthesizer.fit(frame(80))
        assert not hasattr(synthesizer, "codec_")
    else:
        assert len(synthesizer.fit(frame(80)).generate(3)) == 3
    assert "Ctrl-C again gives it up" in capsys.readouterr().err


def test_scores_are_the_same_at_every_call_and_prefer_real_rows(fitted):
    table = frame()
    scores = fitted.score_samples(table)
    assert scores.shape == (300,)
    assert (scores == fitted.score_samples(table)).all()
    assert fitted.score(table) == pytest.approx(scores.mean())


def test_score_needs_a_row(fitted):
    assert fitted.score_samples(frame(0)).shape == (0,)
    with pytest.raises(ValueError, match="got none: give at least one row"):
        fitted.score(frame(0))


def test_score_needs_the_same_columns(fitted):
    with pytest.raises(ValueError, match="feature"):
        fitted.score(frame().drop(columns="age"))


def test_a_table_of_constants_and_keys_needs_no_model():
    table = pd.DataFrame({"key": np.arange(30), "one": "x"})
    new = TabularSynthesizer(**TINY).fit(table).generate(4)
    assert new["one"].tolist() == ["x"] * 4
    assert not set(new["key"]) & set(table["key"])


@pytest.mark.parametrize(
    "share", [("epochs", 0), ("epochs", True), ("batch_size", "big"), ("time_limit", -1), ("validation_fraction", 1)]
)
def test_bad_parameters_are_refused_at_fit(share):
    name, value = share
    with pytest.raises(ValueError, match=name):
        TabularSynthesizer(**TINY | {name: value}).fit(frame(50))


def test_unknown_model_lists_the_names():
    with pytest.raises(ValueError, match="autoregressive"):
        TabularSynthesizer(**TINY | {"model": "gpt"}).fit(frame(50))


def test_a_saved_model_generates_the_same(fitted, paired, tmp_path):
    for synthesizer in (fitted, paired):
        path = tmp_path / "model.augment"
        synthesizer.save(path)
        loaded = TabularSynthesizer.load(path)
        for seed in (3, None):
            both = [one.generate(20, random_state=seed) for one in (synthesizer, loaded)]
            parts = both if isinstance(both[0], tuple) else [(table,) for table in both]
            assert all(first.equals(second) for first, second in zip(*parts, strict=True))
        assert loaded.n_features_in_ == synthesizer.n_features_in_


def test_pickled_and_cloned(fitted):
    copy = pickle.loads(pickle.dumps(fitted))
    pd.testing.assert_frame_equal(copy.generate(20, random_state=3), fitted.generate(20, random_state=3))
    with pytest.raises(NotFittedError):
        clone(fitted).generate(1)


def test_a_saved_model_holds_no_training_row(tmp_path, one_step):
    table = frame(200).assign(secret=[f"secret-{i * 7919:06d}" for i in range(200)])
    path = tmp_path / "model.augment"
    TabularSynthesizer(**TINY).fit(table).save(path)
    with zipfile.ZipFile(path) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert not any(value.encode() in everything for value in table["secret"])
    values = table["income"].dropna()
    assert sum(repr(value).encode() in everything for value in values) < 0.05 * len(values)


@pytest.mark.parametrize("damage", ["truncated", "foreign", "empty", "bits"])
def test_a_damaged_file_gives_one_clear_error(fitted, tmp_path, damage):
    path = tmp_path / "model.augment"
    fitted.save(path)
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(
        {
            "truncated": whole[:middle],
            "foreign": pickle.dumps({"a": 1}),
            "empty": b"",
            "bits": whole[:middle] + bytes(200) + whole[middle + 200 :],
        }[damage]
    )
    with pytest.raises(ValueError, match="not a whole file"):
        TabularSynthesizer.load(path)


def test_a_missing_file_is_a_missing_file(fitted, tmp_path):
    with pytest.raises(FileNotFoundError):
        TabularSynthesizer.load(tmp_path / "none.augment")
    with pytest.raises(IsADirectoryError):
        TabularSynthesizer.load(tmp_path)
    with pytest.raises(FileNotFoundError, match="no such folder"):
        fitted.save(tmp_path / "none" / "model.augment")


def test_numpy_numbers_among_the_parameters_are_saved(tmp_path, one_step):
    model = Autoregressive(width=np.int64(16), depth=np.int64(1))
    TabularSynthesizer(**TINY | {"model": model, "epochs": np.int64(1)}).fit(frame(40)).save(tmp_path / "model.augment")
    assert TabularSynthesizer.load(tmp_path / "model.augment").model.width == 16


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame(), "sample|feature|column"),
        (pd.DataFrame({"a": [1]}), "1 sample"),
        (pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]), r"^Column names must be unique.* once: 'a'\.$"),
        (pa.table([[1, 2], [3, 4]], names=["a", "a"]), r"^Column names must be unique.* once: 'a'\.$"),
        (pd.DataFrame({"a": [1.0, np.inf, 2.0]}), "infinit"),
        (pd.DataFrame({"a": [1, "x", 2.5, None]}), "a"),
        (pd.DataFrame({"a": [[1], [2], [3]]}), "a"),
    ],
    ids=["empty", "one row", "duplicate names", "in pyarrow", "infinity", "mixed types", "nested"],
)
def test_bad_tables_are_refused_in_one_sentence(table, message):
    with pytest.raises((ValueError, TypeError), match=message):
        TabularSynthesizer(**TINY).fit(table)


def test_a_determined_column_stays_determined(one_step):
    rng = np.random.default_rng(0)
    level = rng.integers(0, 8, 600)
    table = pd.DataFrame({"education": np.array(list("abcdefgh"))[level], "number": level, "x": rng.normal(size=600)})
    new = TabularSynthesizer(**TINY).fit(table).generate(2000)
    pairs = set(zip(table["education"], table["number"], strict=True))
    assert all(pair in pairs for pair in zip(new["education"], new["number"], strict=True))
