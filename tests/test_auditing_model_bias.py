"""Gaps that a generator made are found, those of the population are not blamed on it, and bad input is borne."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.frames import prepare
from augment.auditing.group_rates import CLASSES, NUMBERS
from augment.auditing.model_bias import MODELS

EVIL = "</script><img onerror=alert(1) src=x>"


def sample(n, seed, number=False, against=0.0):
    """A target that group m has more of; `against` is the share of group f whose positive labels are taken away."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, n))
    sex = rng.choice(["f", "m"], n)
    signal = 1.5 * a + 0.8 * (sex == "m") + 0.5 * rng.normal(size=n)
    taken = (sex == "f") & (rng.random(n) < against)
    y = np.where(taken, signal - 2, signal) if number else np.where((signal > 0.8) & ~taken, "yes", "no")
    return pd.DataFrame({"a": a, "b": b, "sex": sex, "y": y})


def run(real, new, held, protected="sex", target="y"):
    found = MODELS.run(prepare(real, new, held, target, protected, MODELS.thresholds), 0)
    assert not [f.message for f in found if "stopped with" in f.message]
    return {f.id.removeprefix("bias.models."): f for f in found}


def tables(n=600, **changes):
    return sample(n, 0), sample(n, 1, **changes), sample(n, 2)


def test_a_gap_of_the_population_is_there_and_not_widened():
    found = run(*tables())
    assert set(found) == {f"{criterion.name}.sex" for criterion in CLASSES}
    parity = found["parity.sex"]
    facts = parity.evidence["facts"]
    assert facts["gap_real"] > 0.1 and facts["gap_synthetic"] > 0.1
    assert facts["p_value_of_a_gap_at_all"] < 0.05
    assert "FAIL" not in {f.verdict for f in found.values()}
    assert parity.interval[0] < 0 < parity.interval[1]


@pytest.mark.slow
def test_labels_taken_from_one_group_are_found():
    found = run(*tables(2000, against=0.6))
    assert found["parity.sex"].verdict == found["true_positives.sex"].verdict == "FAIL"
    worst = found["true_positives.sex"]
    gaps = [worst.evidence["facts"][f"gap_{source}"] for source in ("real", "augmented", "synthetic")]
    assert gaps == sorted(gaps)
    assert worst.value == pytest.approx(gaps[2] - gaps[0])  # of two groups the widening is that of the gap
    assert worst.worst[0]["name"].endswith(("f, m", "m, f"))
    assert "'yes'" in worst.message and "groups permuted: p = 0.002" in worst.message


@pytest.mark.slow
def test_a_gap_that_closes_passes_or_stays_open():
    real, new, held = tables(800)
    closed = new.assign(sex=np.random.default_rng(0).permutation(new["sex"]))
    parity = run(real, closed, held)["parity.sex"]
    assert parity.value < -0.05
    assert parity.verdict != "FAIL"


def test_what_could_not_have_been_shown_is_said():
    found = run(*tables(150))
    parity = found["parity.sex"]
    assert parity.verdict == "INCONCLUSIVE"
    assert parity.detectable > 0.1


@pytest.mark.slow
def test_fresh_rows_rarely_fail():
    verdicts = [
        finding.verdict for seed in range(5) for finding in run(*(sample(250, 3 * seed + i) for i in range(3))).values()
    ]
    assert "FAIL" not in verdicts


@pytest.mark.slow
def test_numbers_have_errors_instead():
    real, new, held = sample(800, 0, True), sample(800, 1, True, against=0.8), sample(800, 2, True)
    found = run(real, new, held)
    assert set(found) == {f"{criterion.name}.sex" for criterion in NUMBERS}
    assert found["error.sex"].verdict == "FAIL"
    assert found["error.sex"].value == pytest.approx(0.8 * 2 / held["y"].std(), abs=0.25)
    fresh = run(real, sample(800, 1, True), held)
    assert "FAIL" not in {f.verdict for f in fresh.values()}


@pytest.mark.slow
def test_each_of_several_classes_stands_against_the_rest():
    def three(seed):
        table = sample(500, seed)
        table["y"] = np.select([table["a"] < -0.5, table["a"] < 0.5], ["low", "middle"], "high")
        return table

    found = run(*(three(seed) for seed in range(3)))
    classes = {row[1] for row in found["parity.sex"].evidence["tables"][0]["rows"]}
    assert classes == {"low", "middle", "high"}


def test_small_groups_are_listed_and_not_judged():
    frames = tables(300)
    for frame in frames:
        frame.loc[:4, "sex"] = "x"
        frame.loc[5:14, "sex"] = None
    found = run(*frames)["parity.sex"]
    rows = {row[0]: row for row in found.evidence["tables"][1]["rows"]}
    assert rows["x"][1] == 5 and rows["missing"][1] == 10
    assert rows["x"][-1] == "no: under 30 rows"
    assert rows["f"][-1] == "yes"
    assert not [row["name"] for row in found.worst if "x" in row["name"].split(": ")[1].split(", ")]


def test_a_thousand_levels_and_a_single_group_are_borne():
    frames = [
        frame.assign(level=np.random.default_rng(seed).integers(0, 1000, 600).astype(str) + "l", one="same")
        for seed, frame in enumerate(tables())
    ]
    found = run(*frames, protected=["level", "one"])
    assert {f.verdict for f in found.values()} == {"NOT ASSESSED"}
    assert "Fewer than two groups of 'level'" in found["parity.level"].missing
    listing = found["parity.level"].evidence["tables"][0]["rows"]
    assert len(listing) == 41
    assert sum(row[1] for row in listing) == 600


def test_calibration_has_an_interval_and_bins_for_large_groups_only():
    found = run(sample(300, 0), sample(300, 1), pd.concat([sample(900, 2), sample(900, 3).assign(sex="m")]))
    table = found["calibration.sex"].evidence["tables"][1]
    assert table["columns"][-3:] == ["error", "ECE", "judged"]
    rows = {row[0]: row for row in table["rows"]}
    assert rows["f"][1] < 500 <= rows["m"][1]
    assert rows["f"][-2] is None and 0 < rows["m"][-2] < 0.3
    assert rows["f"][-3] > rows["m"][-3] > 0


def test_a_model_that_gives_no_row_the_class_is_not_called_precise():
    real, new, held = tables(300)
    found = run(real, new.assign(y="no"), held)
    assert found["precision.sex"].verdict == "NOT ASSESSED"
    assert found["parity.sex"].verdict != "FAIL"  # nobody is given the class: the gap has closed


def test_the_target_and_odd_names_may_be_protected():
    frames = [frame.rename(columns={"sex": EVIL}) for frame in tables(120)]
    found = run(*frames, protected=[EVIL, "y", "a"])
    assert "is the target itself" in found["y"].missing
    assert f"parity.{EVIL}" in found
    assert "parity.a" in found  # in quarters


def test_without_a_holdout_it_says_so():
    real, new, _ = tables(100)
    (finding,) = MODELS.run(prepare(real, new, None, "y", "sex", MODELS.thresholds), 0)
    assert "holdout=" in finding.missing
