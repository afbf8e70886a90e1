"""Criteria of generated rows: each keeps its promise, exactly or within sampling error, and promises nothing else."""

import json
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from resampled import Resampling, job_probability, largest_gap, people, rates, resampled
from scipy.stats import ks_2samp
from sklearn.base import clone

from augment import EqualCells, LabelParity, StatisticalParity, TabularSynthesizer
from augment.models import Autoregressive
from augment.synthesizers import fairness


@pytest.fixture(scope="module")
def table():
    return people()


@pytest.fixture(scope="module")
def synthesizer(table):
    return resampled(table)


@pytest.fixture(autouse=True)
def small_pool(monkeypatch):
    """Fewer rows than users get: what they cost is not the subject here."""
    monkeypatch.setattr(fairness, "POOL", 3000)


# label parity -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [0, 1, 7, 1000, 12_000])
def test_label_parity_gives_every_group_the_label_as_often(synthesizer, table, n):
    new = synthesizer.generate(n, fairness=LabelParity("group", target="job"))
    assert len(new) == n
    if n >= 1000:
        counts = pd.crosstab(new["group"], new["job"])
        sizes, share = counts.sum(axis=1), counts["yes"].sum() / n
        assert (abs(counts["yes"] - sizes * share) <= 1).all()
        assert sizes["a"] / n == pytest.approx((table["group"] == "a").mean(), abs=0.02)
        assert share == pytest.approx((table["job"] == "yes").mean(), abs=0.02)


def test_strength_shrinks_the_gap_of_rates_in_proportion(synthesizer, table):
    whole = largest_gap(rates(table))
    for strength in (0, 0.25, 0.5, 0.75):
        new = synthesizer.generate(8000, fairness=LabelParity("group", "job", strength=strength))
        assert largest_gap(rates(new)) == pytest.approx((1 - strength) * whole, abs=0.02)


@pytest.mark.parametrize("cell", [("a", "no"), ("b", "yes")])
def test_label_parity_leaves_each_cell_as_learned(synthesizer, table, cell):
    new = synthesizer.generate(3000, fairness=LabelParity("group", "job"))
    inside = [frame[(frame["group"] == cell[0]) & (frame["job"] == cell[1])] for frame in (new, table)]
    for name in ("skill", "pay", "age"):
        assert ks_2samp(*(frame[name] for frame in inside)).pvalue > 1e-3, name


def test_crossings_are_groups(synthesizer):
    criterion = LabelParity(["group", "age"], "job", bins={"age": [30, 60]})
    new = synthesizer.generate(6000, fairness=criterion)
    crossing = new["group"] + pd.cut(new["age"], [0, 30, 60, 99]).astype(str)
    sizes = crossing.value_counts()
    assert len(sizes) == 6
    counts = (new["job"] == "yes").groupby(crossing).sum()
    assert (abs(counts - sizes * (new["job"] == "yes").mean()) <= 1.5).all()


def test_numbers_without_bins_are_cut_into_quarters(synthesizer, table):
    new = synthesizer.generate(8000, fairness=LabelParity("age", "job"))
    quarters = pd.cut(new["age"], [0, *table["age"].quantile([0.25, 0.5, 0.75]), 99]).astype(str)
    assert quarters.value_counts(normalize=True).between(0.22, 0.28).all()
    assert largest_gap((new["job"] == "yes").groupby(quarters).mean()) < 0.03


def test_the_other_columns_still_give_the_group_away(synthesizer, table):
    new = synthesizer.generate(4000, fairness=LabelParity("group", "job"))
    assert largest_gap(new.groupby("group")["pay"].mean()) > 0.8 * largest_gap(table.groupby("group")["pay"].mean())


# equal cells ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [3, 10, 4001])
def test_equal_cells_differ_by_one_row_at_most(synthesizer, n):
    new = synthesizer.generate(n, fairness=EqualCells("group", "job"))
    counts = new.groupby(["group", "job"]).size().reindex(pd.MultiIndex.from_product([["a", "b"], ["no", "yes"]]))
    assert largest_gap(counts.fillna(0)) <= 1
    assert len(new) == n


def test_rare_cells_that_chance_hardly_gives_are_drawn_given_group_and_label():
    table = people()
    rare = table[(table["group"] == "a") | (table["job"] == "no") | (np.arange(len(table)) % 8 == 0)]
    new = resampled(rare.reset_index(drop=True)).generate(6000, fairness=EqualCells("group", "job"))
    cell = new[(new["group"] == "b") & (new["job"] == "yes")]
    assert len(cell) == 1500
    own = rare["skill"][(rare["group"] == "b") & (rare["job"] == "yes")]
    assert len(own) < 75
    assert cell["skill"].mean() == pytest.approx(own.mean(), abs=0.4)


def test_cells_of_missing_values(table):
    gaps = table.assign(
        group=table["group"].mask(np.arange(len(table)) % 10 == 0),
        job=table["job"].mask(np.arange(len(table)) % 7 == 0),
    )
    synthesizer = resampled(gaps)
    equal = synthesizer.generate(400, fairness=EqualCells("group", "job"))
    assert equal.groupby(["group", "job"]).size().tolist() == [100] * 4
    parity = synthesizer.generate(7000, fairness=LabelParity("group", "job"))
    assert parity["group"].isna().mean() == pytest.approx(0.1, abs=0.02)
    assert parity["job"].isna().mean() == pytest.approx(1 / 7, abs=0.02)
    known = parity.fillna({"group": "missing", "job": "missing"})
    for label in ("yes", "missing"):
        assert largest_gap(rates(known, positive=label)) < 0.005


# statistical parity -----------------------------------------------------------------------------------------------


class Law(Resampling):
    """Tells the true probabilities of the label, as an autoregressive network tells its own."""

    codec = None

    def log_conditional(self, x, block):
        rows = self.codec.decode(x, np.random.default_rng(0))
        yes = job_probability(rows["group"], rows["skill"]).to_numpy()
        labels = self.codec.columns[self.codec.place_of("job")].labels
        with np.errstate(divide="ignore"):
            return np.log(np.stack([yes if label == "yes" else 1 - yes for label in labels], axis=1))


@pytest.fixture(scope="module")
def lawful(table):
    synthesizer = resampled(table, kind=Law)
    synthesizer.model_.codec = synthesizer.codec_
    return synthesizer


@pytest.mark.parametrize("of", ["lawful", "synthesizer"])
def test_statistical_parity_spreads_the_probability_alike(of, table, request):
    new = request.getfixturevalue(of).generate(12_000, fairness=StatisticalParity("group", "job"))
    found = rates(new)
    error = 4 * np.sqrt(0.25 / new["group"].value_counts()).max()
    assert largest_gap(found) < error
    assert found.mean() == pytest.approx((table["job"] == "yes").mean(), abs=0.03)
    quarter = new.groupby("group")["skill"].rank(pct=True) * 4 // 1.0001
    within = (new["job"] == "yes").groupby([quarter, new["group"]]).mean().unstack()
    assert (abs(within["a"] - within["b"]) < 2 * error).all()  # at every threshold, not only on average
    assert (within.diff().dropna() > 0.05).all().all()  # inside a group skill still tells


def test_the_group_shares_and_all_other_columns_stay(lawful):
    plain, new = (lawful.generate(3000, fairness=StatisticalParity("group", "job", strength=s)) for s in (0, 1))
    pd.testing.assert_frame_equal(plain.drop(columns="job"), new.drop(columns="job"))


def test_a_strength_of_one_half_leaves_half_of_the_gap(lawful, table):
    new = lawful.generate(12_000, fairness=StatisticalParity("group", "job", strength=0.5))
    assert largest_gap(rates(new)) == pytest.approx(largest_gap(rates(table)) / 2, abs=0.03)


def test_numbers_are_carried_quantile_to_quantile(synthesizer, table):
    new = synthesizer.generate(6000, fairness=StatisticalParity("group", "pay"))
    by_group = [new["pay"][new["group"] == name] for name in "ab"]
    assert ks_2samp(*by_group).statistic < 0.03
    assert new["pay"].between(table["pay"].min(), table["pay"].max()).all()
    assert (new["pay"] == new["pay"].round(2)).all()
    order = [new[new["group"] == name][["skill", "pay"]].corr().iloc[0, 1] for name in "ab"]
    assert min(order) > 0.8


@pytest.mark.slow
def test_more_than_two_labels(table):
    thirds = np.where(table["job"] == "no", "none", np.where(table["age"] < 40, "junior", "senior"))
    new = resampled(table.assign(job=thirds)).generate(12_000, fairness=StatisticalParity("group", "job"))
    for label in ("none", "junior", "senior"):
        assert largest_gap(rates(new, positive=label)) < 0.045


@pytest.mark.slow
def test_given_rows_get_labels_without_the_gap(lawful, table):
    others = people(3000, seed=1).drop(columns="job").set_index(np.arange(3000) * 2)
    new = lawful.generate(condition=others, fairness=StatisticalParity("group", "job"))
    pd.testing.assert_frame_equal(new.drop(columns="job"), others)
    assert largest_gap(rates(new)) < 0.09
    assert largest_gap(rates(people(3000, seed=1))) > 0.3


# conditions, forms, marks -----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("criterion", [LabelParity, EqualCells, StatisticalParity])
def test_conditions_on_other_columns_hold(synthesizer, criterion):
    new = synthesizer.generate(2000, condition={"age": (30, 40)}, fairness=criterion("group", "job"))
    assert new["age"].between(30, 40).all()
    assert largest_gap(rates(new)) < 0.12
    assert len(new) == 2000


def test_a_list_leaves_groups_out(table):
    three = table.assign(group=np.where(np.arange(len(table)) % 5 == 0, "c", table["group"]))
    new = resampled(three).generate(2000, condition={"group": ["a", "c"]}, fairness=LabelParity("group", "job"))
    assert set(new["group"]) == {"a", "c"}
    assert largest_gap(rates(new)) < 0.005


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["tokens", "vectors"])
@pytest.mark.parametrize("criterion", [LabelParity, EqualCells, StatisticalParity])
def test_models_of_tokens_and_of_vectors(table, encoding, criterion):
    new = resampled(table, encoding=encoding).generate(6000, fairness=criterion("group", "job"))
    assert largest_gap(rates(new)) < 0.05


def test_arrays_and_pairs(table):
    numbers = np.column_stack([table["group"] == "a", table["skill"], table["age"]]).astype(float)
    X_new, y_new = resampled(numbers, table["job"].to_numpy()).generate(3000, fairness=LabelParity(0))
    assert isinstance(X_new, np.ndarray)
    assert abs((y_new[X_new[:, 0] == 1] == "yes").mean() - (y_new[X_new[:, 0] == 0] == "yes").mean()) < 0.005
    whole = np.column_stack([numbers, table["job"] == "yes"])
    new = resampled(whole).generate(3000, fairness=LabelParity(0, target=3))
    assert abs(new[new[:, 0] == 1, 3].mean() - new[new[:, 0] == 0, 3].mean()) < 0.005


def test_frames_of_other_libraries(table):
    new = resampled(pl.from_pandas(table)).generate(2000, fairness=LabelParity("group", "job"))
    assert isinstance(new, pl.DataFrame)
    assert largest_gap(rates(new.to_pandas())) < 0.005


def test_the_rows_say_that_they_do_not_describe_the_population(synthesizer, table, capsys):
    criterion = LabelParity("group", "job", bins=None)
    mark = synthesizer.generate(10, fairness=criterion).attrs["augment_fairness"]
    assert mark["criterion"] == "LabelParity"
    assert mark["describes_population"] is False
    assert "does not describe the population" in mark["note"]
    assert json.loads(json.dumps(mark)) == mark
    assert capsys.readouterr().err == ""
    assert "augment_fairness" not in synthesizer.generate(10).attrs
    pair = resampled(table.drop(columns="job"), table["job"])
    pair.verbose = 1
    for part in pair.generate(10, fairness=LabelParity("group")):
        assert part.attrs["augment_fairness"]["parameters"]["protected"] == "group"
    assert "does not describe the population" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(
    "criterion", [LabelParity("group", "job"), EqualCells("group", "job"), StatisticalParity("group", "job")]
)
def test_a_seed_decides_the_rows(synthesizer, criterion):
    first, second, third = (synthesizer.generate(50, fairness=criterion, random_state=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, second)
    assert not first.equals(third)


def test_criteria_are_values():
    criterion = LabelParity("sex", "income", strength=0.5)
    assert repr(criterion) == "LabelParity(protected='sex', target='income', strength=0.5)"
    assert pickle.loads(pickle.dumps(criterion)) == clone(criterion, safe=False) == criterion
    with pytest.raises(AttributeError):
        criterion.strength = 1


# what is wrong is told --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: LabelParity("a", "b", strength=1.5), ValueError, "strength must be"),
        (lambda: StatisticalParity("a", "b", strength=True), ValueError, "strength must be"),
        (lambda: LabelParity([], "b"), ValueError, "protected must name"),
        (lambda: LabelParity("a", "b", bins=[1]), TypeError, "bins must be"),
        (lambda: EqualCells("a", "b", bins={"a": []}), TypeError, "bins must be"),
    ],
)
def test_criteria_that_make_no_sense(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"fairness": "label-parity"}, TypeError, "fairness must be None or a criterion"),
        ({"fairness": LabelParity("grup", "job")}, ValueError, "no column 'grup'; near it: 'group'"),
        ({"fairness": LabelParity("group")}, ValueError, "needs target="),
        ({"fairness": LabelParity("job", "job")}, ValueError, "names a column twice"),
        ({"fairness": LabelParity("group", "job", bins={"pay": [30]})}, ValueError, "neither protected nor"),
        ({"fairness": LabelParity("group", "job", bins={"group": [30]})}, ValueError, "no numbers or dates"),
        ({"fairness": LabelParity("group", "job"), "like": people(5)}, ValueError, "`like` cannot be given"),
        ({"fairness": LabelParity("group", "job"), "y": ["yes"]}, ValueError, "`y` cannot be given"),
        ({"fairness": LabelParity("group", "job"), "condition": people(5)}, ValueError, "cannot fill given rows"),
        ({"fairness": LabelParity("group", "job"), "condition": {"group": "a"}}, ValueError, "two groups at least"),
        ({"fairness": EqualCells("group", "job"), "condition": {"job": "yes"}}, ValueError, "has one value, yes"),
        (
            {"fairness": StatisticalParity("group", "job"), "condition": {"job": "yes"}},
            ValueError,
            "draws 'job' anew",
        ),
    ],
)
def test_what_does_not_go_is_told(synthesizer, options, error, message):
    with pytest.raises(error, match=message):
        synthesizer.generate(**options)


@pytest.mark.parametrize("criterion", [LabelParity, EqualCells, StatisticalParity])
def test_a_group_that_never_has_the_label_is_told(table, criterion):
    never = table.assign(job=table["job"].where(table["group"] == "a", "no"))
    with pytest.raises(ValueError, match="b with yes.*Join groups"):
        resampled(never).generate(500, fairness=criterion("group", "job"))


@pytest.mark.parametrize("constant", ["group", "job"])
@pytest.mark.parametrize("criterion", [LabelParity, StatisticalParity])
def test_constants_are_told(table, constant, criterion):
    with pytest.raises(ValueError, match="two groups at least|has one value"):
        resampled(table.assign(**{constant: "x"})).generate(5, fairness=criterion("group", "job"))


def test_keys_have_no_groups(table):
    keyed = table.assign(number=[f"N-{k:06}" for k in range(len(table))])
    with pytest.raises(ValueError, match="made afresh"):
        resampled(keyed).generate(5, fairness=LabelParity("number", "job"))


def test_keys_stay_unique(table):
    keyed = table.assign(number=[f"N-{k:06}" for k in range(len(table))])
    for criterion in (EqualCells("group", "job"), StatisticalParity("group", "job")):
        assert resampled(keyed).generate(3000, fairness=criterion)["number"].is_unique


# a trained model --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained():
    table = people(600)[["group", "job", "skill"]].assign(group=lambda frame: frame["group"].astype("category"))
    model = Autoregressive(width=16, depth=1)
    return TabularSynthesizer(model, epochs=8, verbose=0, random_state=0).fit(table)


@pytest.mark.slow
@pytest.mark.parametrize("criterion", [LabelParity("group", "job"), StatisticalParity("group", "job")])
def test_a_trained_model_keeps_form_and_promise(trained, criterion, tmp_path):
    new = trained.generate(4000, fairness=criterion)
    assert new.dtypes.equals(trained.generate(1).dtypes)
    assert largest_gap(rates(new)) < 0.06
    trained.save(tmp_path / "model.augment")
    again = TabularSynthesizer.load(tmp_path / "model.augment")
    again.verbose = 0
    pd.testing.assert_frame_equal(again.generate(50, fairness=criterion), trained.generate(50, fairness=criterion))


@pytest.mark.slow
def test_the_conditional_of_the_last_column_is_what_the_likelihood_says(trained):
    """In the fixed order of `log_likelihood` the last column is drawn given all others: both tell the same."""
    codec, model = trained.codec_, trained.model_
    last = int(np.random.default_rng(0).permutation(3)[-1])
    block = codec.tokens.blocks[last]
    arrays = codec.encode(people(40, seed=1)[["group", "job", "skill"]])
    whole, without = model.log_likelihood(arrays), model.log_likelihood(arrays, unknown=[last])
    told = model.log_conditional(arrays, last)
    assert told.shape == (40, block.size)
    np.testing.assert_allclose(np.exp(told).sum(axis=1), 1, rtol=1e-5)
    if not block.levels:
        np.testing.assert_allclose(told[np.arange(40), arrays[:, block.start]], whole - without, atol=1e-4)
    assert not block.levels, "the columns are such that this test says something"
