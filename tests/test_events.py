"""SequenceSynthesizer on event tables: what a user gives, asks for and gets back, held against a known process."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from augment import SequenceSynthesizer
from augment.models import Flow, Recurrent

STAYS = {"f": np.array([[0.6, 0.3, 0.1], [0.1, 0.6, 0.3], [0.3, 0.1, 0.6]])}
STAYS["m"] = STAYS["f"].T[::-1]
ENDS, MEAN_GAP = {"f": 0.2, "m": 0.4}, {"a": 1.0, "b": 3.0, "c": 10.0}


def process(n, rng):
    """People, a third of them women, whose states follow a Markov chain of their sex.

    They begin in "a"; after each row they are gone with a probability of their sex; the time to the next row is
    exponential with the mean of the state before it.
    """
    rows = []
    for person in range(n):
        sex, state, time = "f" if rng.random() < 1 / 3 else "m", 0, rng.uniform(0, 100)
        while True:
            rows.append((person + 1000, sex, time, "abc"[state]))
            if rng.random() < ENDS[sex]:
                break
            time += rng.exponential(MEAN_GAP["abc"[state]])
            state = rng.choice(3, p=STAYS[sex][state])
    return pd.DataFrame(rows, columns=["person", "sex", "time", "state"])


@pytest.fixture
def short_rows(monkeypatch):
    """Encoded rows of few slots, which are not compiled in quick fits and cost in proportion."""
    monkeypatch.setattr("augment.codecs.events_layout.SHORTEST", 6)


@pytest.fixture(scope="module")
def table():
    return process(1500, np.random.default_rng(0))


@pytest.fixture(scope="module")
def fitted(table):
    """The process, learned well."""
    model = Recurrent(units=32, dropout=0.1, learning_rate=0.01)
    return SequenceSynthesizer(model, entity="person", time="time", epochs=9, verbose=0, random_state=0).fit(table)


@pytest.fixture(scope="module")
def new(fitted):
    return fitted.generate(3000)


def counts_of(table):
    """How often each state follows each state, by sex."""
    after = table.groupby("person")["state"].shift(-1)
    return {
        sex: pd.crosstab(table["state"][rows], after[rows]).to_numpy()
        for sex, rows in {sex: (table["sex"] == sex) & after.notna() for sex in "fm"}.items()
    }


@pytest.mark.slow
def test_the_chain_of_each_sex_is_recovered(table, new):
    seen, made = counts_of(table), counts_of(new)
    for sex in "fm":
        n_seen, n_made = (counts[sex].sum(axis=1, keepdims=True) for counts in (seen, made))
        error = np.sqrt(STAYS[sex] * (1 - STAYS[sex]) * (1 / n_seen + 1 / n_made))
        assert (np.abs(made[sex] / n_made - STAYS[sex]) < 3.5 * error + 0.02).all()
    assert (new.groupby("person")["state"].first() == "a").mean() > 0.99


@pytest.mark.slow
def test_lengths_are_geometric(table, new):
    seen, made = (each.groupby("person").agg(sex=("sex", "first"), rows=("sex", "size")) for each in (table, new))
    assert made["sex"].eq("f").mean() == pytest.approx(1 / 3, abs=0.05)
    for sex, p in ENDS.items():
        rows, n_seen = made["rows"][made["sex"] == sex], seen["sex"].eq(sex).sum()
        for n in (1, 2, 4):
            longer = (1 - p) ** n
            error = np.sqrt(longer * (1 - longer) * (1 / n_seen + 1 / len(rows)))
            assert abs((rows > n).mean() - longer) < 3.5 * error


def gaps_of(table):
    """Times from row to row over the mean that their states let expect, by state."""
    gaps, before = table.groupby("person")["time"].diff(), table.groupby("person")["state"].shift(1)
    return {state: gaps[before == state] / mean for state, mean in MEAN_GAP.items()}


@pytest.mark.slow
def test_gaps_are_exponential_with_the_mean_of_their_state(table, new):
    seen, made = gaps_of(table), gaps_of(new)
    for state in MEAN_GAP:
        assert made[state].min() >= 0 and made[state].mean() == pytest.approx(1, abs=0.12)
        for share in (0.25, 0.5, 0.9):
            learned = seen[state].quantile(share)  # not the exponential's own, for they are hundreds
            assert made[state].quantile(share) == pytest.approx(learned, rel=0.2, abs=0.03)
            error = np.sqrt(share / (1 - share) / len(seen[state]))
            assert abs(learned + np.log(1 - share)) < 3.5 * error


@pytest.mark.slow
def test_new_entities_have_new_keys_and_the_form_of_the_old(table, new):
    assert list(new) == list(table) and new.dtypes.equals(table.dtypes)
    assert new["person"].nunique() == 3000 and not set(new["person"]) & set(table["person"])
    assert (new.groupby("person")["sex"].nunique() == 1).all()
    assert (new.groupby("person")["time"].diff().dropna() >= 0).all()
    assert new["person"].is_monotonic_increasing  # the rows of one together


@pytest.mark.slow
def test_conditions_hold_exactly(fitted):
    women = fitted.generate(200, condition={"sex": "f", "time": (20, 30)})
    first = women.groupby("person").first()
    assert len(first) == 200 and set(women["sex"]) == {"f"} and first["time"].between(20, 30).all()
    either = fitted.generate(100, condition={"sex": ["f"]})
    assert set(either["sex"]) == {"f"}


@pytest.mark.slow
def test_a_frame_asks_for_an_entity_a_row(fitted):
    wanted = pd.DataFrame({"person": [7, 3, 9, 5], "sex": ["m", None, "f", "f"], "time": [50.0, 1.5, np.nan, 2.0]})
    made = fitted.generate(condition=wanted)
    first = made.groupby("person", sort=False).first()
    assert first.index.tolist() == [7, 3, 9, 5]
    assert first["sex"].tolist()[::2] == ["m", "f"] and first["sex"].iloc[1] in ("f", "m")
    assert first["time"].iloc[[0, 1, 3]].tolist() == [50.0, 1.5, 2.0]
    assert fitted.generate(condition=wanted[["sex"]])["person"].min() > 2000


@pytest.mark.slow
def test_history_comes_back_and_goes_on(fitted, table):
    past = table[table["person"] < 1300].sample(frac=1, random_state=0)  # in any order
    more = fitted.generate(history=past, horizon=2)
    assert len(fitted.generate(0, history=past, horizon=2)) == 0
    people = past.groupby("person", sort=False)
    ordered = pd.concat([past[past["person"] == person].sort_values("time") for person in people.groups])
    kept = more.groupby("person").cumcount() < more["person"].map(people.size())
    assert more[kept].reset_index(drop=True).equals(ordered.reset_index(drop=True))
    added = more[~kept].groupby("person").size().reindex(list(people.groups), fill_value=0)
    assert set(added) == {0, 1, 2}
    assert (more.groupby("person")["time"].diff().dropna() >= 0).all()
    ends = added.eq(0).groupby(people["sex"].first()).mean()
    assert ends["f"] == pytest.approx(ENDS["f"], abs=0.12) and ends["m"] == pytest.approx(ENDS["m"], abs=0.12)


@pytest.mark.slow
def test_the_likelihood_is_near_that_of_the_process(fitted, table):
    held = process(400, np.random.default_rng(5))
    whole, more = fitted.score_samples(held), fitted.score(held)
    assert len(whole) == 400 and more == pytest.approx(whole.mean())
    assert np.array_equal(whole, fitted.score_samples(held))
    swapped = held.assign(sex=held["sex"].map({"f": "m", "m": "f"}))
    assert fitted.score(swapped) < more - 0.1
    lengths = held.groupby("person", sort=False).size().to_numpy()
    assert np.corrcoef(whole, lengths)[0, 1] < -0.8


@pytest.mark.slow
def test_the_same_seed_gives_the_same_rows(fitted, tmp_path):
    few = fitted.generate(30, random_state=3)
    assert few.equals(fitted.generate(30, random_state=3)) and not few.equals(fitted.generate(30, random_state=4))
    fitted.save(tmp_path / "events")
    again = SequenceSynthesizer.load(tmp_path / "events")
    assert repr(again) == repr(fitted) and again.generate(30, random_state=3).equals(few)
    assert len(fitted.generate(0)) == 0 and fitted.generate()["person"].nunique() == 1500


@pytest.mark.slow
def test_what_is_cut_is_said(fitted, capsys):
    loud = clone(fitted)
    loud.__dict__.update(fitted.__dict__, verbose=1)
    cut = loud.generate(300, max_length=2)
    assert cut.groupby("person").size().max() == 2
    assert "of 300 entities were cut at max_length=2 rows" in capsys.readouterr().err


def visits(n=24):
    """Visits of patients in columns of every kind."""
    rng = np.random.default_rng(1)
    patients = np.repeat(np.arange(n), rng.integers(1, 5, n))
    days = pd.to_datetime("2023-03-20") + pd.to_timedelta(rng.integers(0, 30, len(patients)), unit="D")
    return pd.DataFrame(
        {
            "age": (patients * 7) % 60,
            "when": days,
            "patient": [f"P-{number:04}" for number in patients],
            "pressure": np.where(rng.random(len(patients)) < 0.2, np.nan, rng.normal(120, 10, len(patients)).round(1)),
            "ward": pd.Categorical(rng.choice(["A", "B"], len(patients)), categories=["B", "A", "C"]),
            "nothing": np.full(len(patients), np.nan),
            "same": 7,
            "number": np.arange(len(patients)),
        }
    )


def quick(frame, **options):
    settings = {"entity": "patient", "time": "when", "epochs": 1, "verbose": 0, "random_state": 0} | options
    return SequenceSynthesizer(Recurrent(units=4), **settings).fit(frame)


@pytest.mark.usefixtures("one_step", "short_rows")
@pytest.mark.parametrize("form", ["pandas", "zoned", "categories", "text dates", "polars", "pyarrow", "no time"])
def test_tables_come_back_in_their_form(form):
    frame, options = visits(), {}
    if form == "zoned":
        frame["when"] = frame["when"].dt.tz_localize("Europe/Berlin")  # its clocks change in between
    elif form == "categories":
        frame["patient"] = frame["patient"].astype("category")
    elif form == "text dates":
        frame["when"] = frame["when"].dt.strftime("%Y-%m-%d")
    elif form == "no time":
        options["time"] = None
    given = frame
    if form == "polars":
        given = pytest.importorskip("polars").from_pandas(frame)
    elif form == "pyarrow":
        given = pytest.importorskip("pyarrow").Table.from_pandas(frame, preserve_index=False)
    synthesizer = quick(given, **options)
    assert synthesizer.kind_ == "events"
    new = synthesizer.generate(40)
    assert type(new) is type(given)
    if form == "pyarrow":
        assert new.schema.equals(given.schema)
        new = new.to_pandas()
    elif form == "polars":
        assert new.schema == given.schema
        new = new.to_pandas()
    else:
        changed = ["patient"] if form == "categories" else []
        assert list(new) == list(frame) and new.drop(columns=changed).dtypes.equals(frame.drop(columns=changed).dtypes)
    assert new["patient"].nunique() == 40 and not set(new["patient"]) & set(frame["patient"])
    assert new["patient"].str.fullmatch(r"P-\d{4,}").all()
    assert set(new["same"]) == {7} and new["nothing"].isna().all() and new["number"].is_unique
    assert new["number"].min() > frame["number"].max()
    assert (new.groupby("patient")["age"].nunique() == 1).all()
    if form in ("pandas", "zoned"):
        assert (new["when"].dt.hour == 0).all()  # days come back as days
        assert (new.groupby("patient")["when"].diff().dropna() >= pd.Timedelta(0)).all()


@pytest.mark.usefixtures("one_step", "short_rows")
@pytest.mark.parametrize("names", [[0, 1, 2], pd.MultiIndex.from_tuples([("a", "who"), ("a", "day"), ("b", "what")])])
def test_columns_may_have_names_of_any_kind(names):
    frame = pd.DataFrame({"who": [7, 7, 8, 9], "day": [1, 4, 2, 2], "what": list("abab")})
    frame["who"] = frame["who"].astype("category")
    frame.columns = names
    new = quick(frame, entity=names[0], time=names[1]).generate(5)
    assert new.columns.equals(frame.columns)
    assert new.iloc[:, 0].nunique() == 5 and new.iloc[:, 0].dtype == "int64"


@pytest.mark.usefixtures("one_step", "short_rows")
def test_no_two_entities_have_one_key():
    frame = pd.DataFrame({"patient": np.repeat(np.arange(60, dtype="int8"), 2), "what": [0, 1] * 60})
    synthesizer = quick(frame, time=None)
    assert synthesizer.generate(100)["patient"].nunique() == 100
    with pytest.raises(ValueError, match="Column 'patient': 1,000 entities need as many keys, and there are 128"):
        synthesizer.generate(1000)
    with pytest.raises(ValueError, match="Column 'patient': 3 entities need as many keys, and there are 1:"):
        synthesizer.generate(3, condition={"patient": 7})


@pytest.mark.usefixtures("one_step", "short_rows")
def test_rows_are_sorted_by_time_and_same_times_keep_their_order():
    frame = pd.DataFrame({"patient": [2, 1, 2, 2, 1], "when": [5, 1, 3, 3, 1], "what": list("abcde")})
    synthesizer = quick(frame)
    past = synthesizer.generate(history=frame, max_length=3)
    assert past[past["patient"] == 2]["what"].tolist()[:3] == ["c", "d", "a"]
    assert past[past["patient"] == 1]["what"].tolist()[:2] == ["b", "e"]
    assert past["patient"].iloc[0] == 2  # as they first occur
    shuffled = frame.iloc[[3, 1, 4, 0, 2]]
    assert synthesizer.score_samples(frame)[1] == pytest.approx(synthesizer.score_samples(shuffled)[1])


@pytest.mark.slow
@pytest.mark.usefixtures("one_step", "short_rows")
@pytest.mark.parametrize("lengths", [[1, 1, 1], [1, 4, 2], [3, 3, 3], [40, 1, 5]])
def test_entities_of_any_length(lengths):
    frame = pd.DataFrame({"patient": np.repeat(range(3), lengths), "when": range(sum(lengths))})
    synthesizer = quick(frame.assign(what=np.arange(sum(lengths)) % 2))
    assert synthesizer.generate(6)["patient"].nunique() == 6
    assert np.isfinite(synthesizer.score_samples(frame.assign(what=0))).all()
    alone = quick(frame)  # nothing but keys and times
    assert list(alone.generate(2)) == ["patient", "when"]


FRAME = pd.DataFrame({"patient": [1, 1, 2], "when": [1, 2, 1], "what": list("aba")})


@pytest.mark.parametrize(
    ("X", "options", "error", "message"),
    [
        (FRAME, {"entity": None}, ValueError, "Event tables need entity="),
        (FRAME, {"entity": "pateint"}, ValueError, "entity='pateint': there is no such column; near it: 'patient'"),
        (FRAME, {"time": "wen"}, ValueError, "time='wen': there is no such column; near it: 'when'"),
        (FRAME, {"static": ["wat"]}, ValueError, "static='wat': there is no such column"),
        (FRAME, {"static": "what"}, TypeError, "static must be None or a list"),
        (FRAME, {"static": [["what"]]}, TypeError, "static takes names of columns"),
        (FRAME, {"entity": ["patient"]}, TypeError, r"entity takes names of columns.* Received: entity=\['patient'\]"),
        (FRAME, {"time": {"when"}}, TypeError, "time takes names of columns"),
        (FRAME, {"time": "patient"}, ValueError, "entity and time are both 'patient'"),
        (FRAME, {"static": ["when"]}, ValueError, "static has 'when', which is the entity or the time"),
        (FRAME[:2], {}, ValueError, "X has rows of 1 entity, and a minimum of 2"),
        (FRAME[:0], {}, ValueError, "X has rows of 0 entit"),
        (FRAME.assign(patient=[1, None, 2]), {}, ValueError, r"'patient' has missing values in 1 rows .*: 1\)"),
        (FRAME.assign(patient=pd.Categorical([1, None, 2])), {}, ValueError, "'patient' has missing values in 1 rows"),
        (FRAME.set_axis(["patient", "when", "when"], axis=1), {}, ValueError, "Column names must be unique.*: 'when'"),
        (FRAME.assign(when=[None, 2, 3]), {}, ValueError, r"'when' has missing values in 1 rows .*: 0\)"),
        (FRAME.assign(when=["soon", "late", "now"]), {}, ValueError, "'when' must hold dates, datetimes or numbers"),
        (FRAME.assign(patient=[0.5, 0.5, 1.5]), {}, ValueError, "'patient' must hold whole numbers or strings"),
        (FRAME.assign(when=[1, np.inf, 2]), {}, ValueError, "'when' contains infinity"),
        (FRAME.to_numpy(), {"kind": "events"}, TypeError, "X must be a pandas or polars frame"),
        (FRAME, {"model": Flow()}, ValueError, "the kind 'events' take model='recurrent'"),
    ],
)
def test_bad_data_are_named(X, options, error, message):
    with pytest.raises(error, match=message):
        SequenceSynthesizer(**{"entity": "patient", "time": "when", "verbose": 0} | options).fit(X)


def test_labels_are_columns():
    with pytest.raises(ValueError, match="'events' have no y: labels are columns of X"):
        SequenceSynthesizer(entity="patient", verbose=0).fit(FRAME, [1, 2])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"condition": {"state": "a"}},
            "A condition is on what tells of an entity as a whole: 'person', 'sex', 'time'",
        ),
        ({"condition": {"sex": "x"}}, "'x' is not in the training data; known are 'm', 'f'"),
        ({"condition": pd.DataFrame({"person": [1, 1]})}, "some of column 'person' occur twice"),
        ({"condition": pd.DataFrame({"sex": ["f"]}), "n_samples": 2}, "1 rows and 2 were asked for"),
        ({"y": ["f"]}, "fitted without labels"),
        ({"horizon": 3}, "horizon says how many rows follow those of history"),
        ({"temperature": 0}, "temperature must be a number from 0.01 to 100"),
        ({"max_length": 0}, "max_length must be an integer of at least 1"),
        ({"prompt": "a"}, "prompt is not for sequences of the kind 'events'"),
        ({"history": FRAME}, "there is no such column"),
    ],
)
def test_bad_questions_are_named(fitted, arguments, message):
    with pytest.raises(ValueError, match=message):
        fitted.generate(**arguments)


@pytest.mark.slow
def test_history_must_be_of_the_fitted_columns(fitted, table):
    with pytest.raises(ValueError, match="missing are 'state'"):
        fitted.generate(history=table.drop(columns="state"))
    with pytest.raises(ValueError, match="history has 1500 entities, and 3 are asked for"):
        fitted.generate(3, history=table)
    with pytest.raises(ValueError, match="more than max_length=1"):
        fitted.generate(history=table, max_length=1)
    with pytest.raises(ValueError, match="Give one of condition, of new entities, and history"):
        fitted.generate(history=table[:5], condition={"sex": "f"})
