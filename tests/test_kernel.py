"""The kernel density against truth: joint distributions, conditionals, no copies, and what is known is kept."""

import keras
import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp
from sklearn.neighbors import NearestNeighbors

from augment import TabularSynthesizer
from augment.models import Kernel

P = {("a", "x"): 0.4, ("a", "y"): 0.1, ("b", "x"): 0.05, ("b", "y"): 0.25, ("c", "y"): 0.2}


def sampled(n=300):
    rng = np.random.default_rng(0)
    rows = np.array(list(P))[rng.choice(len(P), n, p=list(P.values()))]
    number = rng.normal(size=n) + 2 * (rows[:, 0] == "a")
    return pd.DataFrame({"first": rows[:, 0], "second": rows[:, 1], "number": number})


def normal(n, rho=0.8):
    rng = np.random.default_rng(1)
    x, noise = rng.normal(size=(2, n))
    return pd.DataFrame({"x": x, "y": rho * x + np.sqrt(1 - rho**2) * noise})


def fitted(table, *y, **options):
    return TabularSynthesizer(Kernel(**options), verbose=0, random_state=0).fit(table, *y)


@pytest.fixture(scope="module")
def mixed():
    return fitted(sampled())


def test_the_joint_distribution_is_that_of_the_rows(mixed):
    table, new = sampled(), mixed.generate(20_000)
    real, drawn = (rows.groupby(["first", "second"]).size() / len(rows) for rows in (table, new))
    for cell in P:
        assert drawn[cell] == pytest.approx(real[cell], abs=0.03)
    for label in "abc":
        means = [rows.loc[rows["first"] == label, "number"].mean() for rows in (table, new)]
        assert means[0] == pytest.approx(means[1], abs=0.2)


def test_a_known_label_gives_the_conditional(mixed):
    table, new = sampled(), mixed.generate(4000, condition={"second": "y"})
    assert set(new["second"]) == {"y"}
    real = table.loc[table["second"] == "y", "first"].value_counts(normalize=True)
    drawn = new["first"].value_counts(normalize=True)
    for label in "abc":
        assert drawn[label] == pytest.approx(real[label], abs=0.05)


def test_a_known_number_gives_the_conditional():
    synthesizer = fitted(normal(400))
    for x in (-1.0, 0.5, 1.5):
        y = synthesizer.generate(3000, condition={"x": x})["y"]
        assert y.mean() == pytest.approx(0.8 * x, abs=0.15)
        assert y.std() == pytest.approx(0.6, abs=0.15)


def test_no_row_is_given_twice_while_there_are_others():
    synthesizer = fitted(normal(200))
    assert not synthesizer.generate(15_000).duplicated().any()
    assert synthesizer.generate(40_000).shape == (40_000, 2)


def test_rows_are_about_as_near_to_fresh_ones_as_to_those_it_was_fitted_on():
    table = normal(800)
    train, fresh = table.iloc[:400], table.iloc[400:]

    def share(synthesizer):
        new = synthesizer.generate(4000)
        distances = [NearestNeighbors(n_neighbors=1).fit(rows).kneighbors(new)[0][:, 0] for rows in (train, fresh)]
        return (distances[0] < distances[1]).mean()

    assert 0.45 < share(fitted(train)) < 0.6
    assert share(fitted(train, smoothing=0.05)) > 0.75


def test_what_excludes_each_other_and_what_is_equal_stays_so():
    rng = np.random.default_rng(0)
    place = rng.integers(4, size=300)
    first = rng.normal(size=300).round(4)
    second = np.where(rng.random(300) < 0.7, first, first + 1.0)
    table = pd.DataFrame(
        {"city": np.array(list("abcd"))[place], "land": np.array(list("uvvw"))[place], "list": first, "paid": second}
    )
    synthesizer = fitted(table)
    allowed = set(zip(table["city"], table["land"], strict=True))
    for condition in (None, {"city": "d"}, {"land": "v"}, {"list": 0.5}, {"paid": 0.5}):
        new = synthesizer.generate(1000, condition=condition)
        assert set(zip(new["city"], new["land"], strict=True)) <= allowed
        assert all((new[name] == value).all() for name, value in (condition or {}).items())
        if "paid" not in (condition or {}):  # paid is 0.5 where list is, or was a whole one less
            assert (new["list"] == new["paid"]).mean() == pytest.approx(0.7, abs=0.08)


def test_what_never_was_together_is_given_as_asked(mixed):
    new = mixed.generate(50, condition={"first": "c", "second": "x", "number": 4.0})
    assert len(new) == 50 and set(new["first"]) == {"c"} and set(new["second"]) == {"x"} and (new["number"] == 4).all()


def test_ranges_are_obeyed(mixed):
    new = mixed.generate(200, condition={"number": (1.0, 2.0), "first": ["a", "b"]})
    assert len(new) == 200 and new["number"].between(1, 2).all() and set(new["first"]) == {"a", "b"}


def test_a_target_that_bends_follows_the_other_columns():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(200, 3)), columns=list("abc"))
    y = np.abs(X["a"]) + rng.normal(0, 0.15, 200)
    new, target = fitted(X, y).generate(4000)
    assert np.corrcoef(target, np.abs(new["a"]))[0, 1] > 0.8 * np.corrcoef(y, np.abs(X["a"]))[0, 1]


def test_nothing_is_trained_and_every_row_counts():
    synthesizer = fitted(normal(30))
    assert synthesizer.history_ == {}
    assert not synthesizer.model_.trainable_weights


def test_a_saved_model_gives_the_same_rows(mixed, tmp_path):
    mixed.save(tmp_path / "kernel.augment")
    again = TabularSynthesizer.load(tmp_path / "kernel.augment")
    pd.testing.assert_frame_equal(again.generate(20, random_state=3), mixed.generate(20, random_state=3))


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="on others Keras's own numpy() warns")
@pytest.mark.filterwarnings("error:__array__ implementation")
def test_rows_come_without_a_warning_of_keras():
    table = normal(30)
    assert len(fitted(table).generate(like=table)) == 30


def test_smoothing_is_a_number_that_is_not_negative():
    for smoothing in (-1, np.nan, np.inf):
        with pytest.raises(ValueError, match="smoothing must be a number of at least 0"):
            fitted(normal(30), smoothing=smoothing)


def test_many_known_numbers_leave_the_other_its_spread():
    x = np.random.default_rng(0).normal(size=(300, 12))
    table = pd.DataFrame(x).rename(columns=str)
    near = fitted(table).generate(1000, condition=dict(table.iloc[0, 1:]))["0"]
    assert near.mean() == pytest.approx(x[:, 0].mean(), abs=0.3)
    assert near.std() == pytest.approx(1, abs=0.25)


def labelled(synthesizer, n, **cells):
    """Encoded rows that a synthesizer's model gives under a condition."""
    rng = np.random.default_rng(0)
    condition = synthesizer.codec_.for_model(synthesizer.codec_.condition(cells, n), rng)
    return synthesizer.model_.transport(synthesizer.model_.noise(n, rng), condition)


def test_a_rare_label_gets_no_row_of_another():
    synthesizer = fitted(pd.DataFrame({"kind": ["a"] * 1998 + ["b"] * 2, "x": np.arange(2000.0)}))
    new, held = labelled(synthesizer, 1000, kind="b"), synthesizer.model_.rows.numpy()
    start = synthesizer.codec_.layout.blocks[0].start
    assert {tuple(row) for row in new} == {tuple(row) for row in held if row[start] == new[0, start]}


def test_no_held_row_is_taken_twice_while_there_are_others():
    model = fitted(normal(200)).model_
    places = (model.noise(19_000, np.random.default_rng(0))[:, 0] * 20_000).astype(int)
    assert len(set(places)) == 19_000


def test_a_rare_class_has_many_rows_and_occurs_as_often_as_it_did():
    synthesizer = fitted(normal(2000), np.arange(2000) < 20)
    block = synthesizer.codec_.layout.blocks[-1]
    held = synthesizer.model_.rows.numpy()
    assert len(np.unique(held[held[:, block.start] == block.proportions.argmin()], axis=0)) > 4000
    assert synthesizer.generate(15_000)[1].mean() == pytest.approx(0.01, abs=0.002)
    assert synthesizer.generate(15_000, condition={"x": (0, None)})[1].mean() == pytest.approx(0.01, abs=0.01)


def test_margins_are_those_of_the_rows_however_rare_a_class():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(1000, 2)), np.arange(1000) < 50
    X[y, 0] += 3
    new, _ = fitted(X, y).generate(20_000)
    for place in (0, 1):
        assert ks_2samp(X[:, place], new[:, place]).statistic < 0.03


def test_labels_of_many_categories_are_no_copies_and_follow_a_label_that_goes_with_them():
    rng = np.random.default_rng(0)
    zone = rng.integers(0, 2, 600)
    table = pd.DataFrame(
        {"place": [f"p{k}" for k in 30 * zone + rng.integers(0, 30, 600)], "zone": np.array(["n", "s"])[zone]}
    )
    table["job"] = [f"j{k}" for k in rng.integers(0, 60, 600)]
    table.loc[:30, "place"] = "p0"  # in either zone, so that no rule tells the zone
    new = fitted(table).generate(6000)
    pairs, combinations = set(zip(table["place"], table["job"], strict=True)), table["place"].nunique() * 60
    copied = np.mean([pair in pairs for pair in zip(new["place"], new["job"], strict=True)])
    assert copied < 2 * len(pairs) / combinations
    alike = (new["zone"] == "s") == (new["place"].str[1:].astype(int) >= 30)
    assert alike[new["place"] != "p0"].mean() > 0.85


def test_classes_that_lie_apart_hardly_mix():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(400, 3)), np.arange(400) % 2
    X[:, 0] += 8 * y
    new, label = fitted(X, y).generate(5000)
    assert ((new[:, 0] > 4) != label).mean() < 0.05
    for k in (0, 1):
        assert new[label == k, 0].mean() == pytest.approx(8 * k, abs=0.4)
