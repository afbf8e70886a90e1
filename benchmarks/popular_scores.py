"""Question: where do popular scores of synthetic tables go wrong, and what does the audit say of the same tables?

    python benchmarks/popular_scores.py [--only copy_of_train ...]

Every table is generated from seed 0; only the score named in a line is asked, and only the check that answers it. A
finding of fidelity is the score less that of fresh real rows. A privacy finding never passes: where nothing was
copied, it is INCONCLUSIVE. Scores that draw from NumPy's global generator move in the last digits.

Last result, shortened (sdmetrics 0.32.0, xgboost 3.2; 2 busy shared cores, 25 s of CPU). In brackets: fresh real rows.

| situation | popular score | the audit finds | verdict |
|---|---|---|---|
| exact copy of the training table | QualityReport 1.000 (.908) | privacy.copies 1.000 | FAIL |
| a correlation of .89 invented | QualityReport changes by .0000 | fidelity.correlations.worst -.449 | FAIL |
| a number times 1,000 | its pair trend .914 (.914) | fidelity.pairs.worst -.849 | FAIL |
| all rows copied, few values | DCROverfittingProtection 1.000 | privacy.copies 1.000 | FAIL |
| fresh rows, holdout five times smaller | DCROverfittingProtection .268 | privacy.distances .501 | INCONCLUSIVE |
| columns shuffled | LogisticDetection 1.000 | fidelity.detection .967 | FAIL |
| 12 equal groups: is there a gap? | 100 % of bootstrap intervals: yes | 4.5 % of permutation tests: yes | |
| fresh rows, 8 times | EqualizedOddsImprovement .488 to .527 | bias.models: 0 of 40 fail | no FAIL |
| one row in ten copied | DCRBaselineProtection .155 (.161) | privacy.copies .100 | FAIL |
| fresh rows, a secret that 95 % share | DisclosureProtection .202 | privacy.inference -.034 | INCONCLUSIVE |
| half of a column missing | its column shape .956 (.973) | fidelity.missing.worst -.503 | FAIL |
| one column of 20 holds one value | QualityReport .954 (.966) | fidelity.shapes.worst -.488 | FAIL |
| fresh rows, heavy tails, 10 times | share nearer to train .018 to .972 | privacy.distances .456 to .534 | no FAIL |
"""

import argparse
import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd
from audited import findings
from sdmetrics_scores import (
    baseline,
    column_shape,
    detection,
    disclosure,
    odds_improvement,
    overfitting,
    pair_trend,
    quality,
)

from augment.auditing.permutation import permuted_rates


@dataclass(frozen=True)
class Row:
    """One line of the table: what was done, what the popular score says, what the audit finds.

    `values` holds the numbers behind `theirs`, by name; `verdict` is the audit's.
    """

    situation: str
    score: str
    theirs: str
    ours: str
    verdict: str
    values: dict


def people(n, rng):
    """Generated rows: pay, savings and a rating that hang together, hours, a sector, a grade, a sex, an outcome."""
    drive = rng.normal(size=n)
    pay = np.exp(10 + 0.5 * drive + 0.2 * rng.normal(size=n)).round()
    sector = np.digitize(drive + 0.3 * rng.normal(size=n), [-0.8, 0.0, 0.8])
    return pd.DataFrame(
        {
            "age": rng.integers(18, 80, n).astype(float),
            "hours": (40 + 8 * rng.normal(size=n)).round(1),
            "pay": pay,
            "savings": (pay * np.exp(0.3 * rng.normal(size=n))).round(),
            "rating": (100 / (1 + np.exp(-drive))).round(1),
            "sector": np.array(["farm", "shop", "works", "bank"])[sector],
            "grade": np.array(list("ABC"))[np.digitize(drive**2 + 0.2 * rng.normal(size=n), [0.3, 1.2])],
            "sex": rng.choice(["f", "m"], n),
            "outcome": np.where(drive + rng.normal(size=n) > 0.4, "yes", "no"),
        }
    )


def answers(n, rng):
    """Generated rows of six questions with few answers each: two rows in three are like another one."""
    leaning = rng.normal(size=n)
    cut = [-1.2, -0.4, 0.9]
    return pd.DataFrame(
        {f"q{j}": np.array(list("abcd"))[np.digitize(leaning + 0.7 * rng.normal(size=n), cut)] for j in range(6)}
    )


def copy_of_train(n=2000, seed=0):
    """The quality score prefers an exact copy of the training table to an honest sample of the population."""
    train, fresh, holdout = _tables(people, n, seed)
    values = {"copy": quality(train, train), "fresh": quality(train, fresh)}
    found = _find(["privacy.copies"], train, train, holdout)["privacy.copies"]
    theirs = f"{values['copy']:.3f} (fresh real rows: {values['fresh']:.3f})"
    return _row("An exact copy of the training table", "QualityReport", theirs, found, values)


def invented_correlation(n=2000, seed=0):
    """Pairs that hang together in the real table alone count, so that an invented correlation costs nothing."""
    train, fresh, _ = _tables(people, n, seed)
    rank = fresh["age"].rank(method="first", pct=True) - 0.5
    order = rank + 0.13 * np.random.default_rng(seed).normal(size=n)
    bent = fresh.assign(hours=np.sort(fresh["hours"])[np.argsort(np.argsort(order))])
    values = {"correlation": bent["age"].corr(bent["hours"]), "change": quality(train, bent) - quality(train, fresh)}
    found = _find(["fidelity.correlations"], train, bent)["fidelity.correlations.worst"]
    situation = f"A correlation of {values['correlation']:.2f} invented between two unrelated columns"
    return _row(situation, "QualityReport", f"changes by {values['change']:.4f}", found, values)


def rescaled_column(n=2000, seed=0):
    """Each table is binned between its own extremes, so that a column in other units keeps its pair scores."""
    train, fresh, _ = _tables(people, n, seed)
    scaled = fresh.assign(rating=1000 * fresh["rating"])
    values = {
        "scaled": pair_trend(train, scaled, "rating", "sector"),
        "fresh": pair_trend(train, fresh, "rating", "sector"),
    }
    found = _find(["fidelity.pairs"], train, scaled)["fidelity.pairs.worst"]
    theirs = f"{values['scaled']:.3f} (fresh real rows: {values['fresh']:.3f})"
    return _row("A number multiplied by 1,000", "its pair trend with a category", theirs, found, values)


def copied_answers(n=600, seed=0):
    """A tie counts as nearer to the holdout, so that a table of few values may be copied row by row."""
    train, _, holdout = _tables(answers, n, seed)
    values = {"copy": overfitting(train, train, holdout)[0]}
    found = _find(["privacy.copies"], train, train, holdout)["privacy.copies"]
    situation = "Every training row copied, in a table of few values"
    return _row(situation, "DCROverfittingProtection", f'{values["copy"]:.3f} ("fully protected")', found, values)


def small_holdout(n=1000, seed=0):
    """Chance puts a private row nearer to the larger table."""
    rng = np.random.default_rng(seed)
    train, fresh, holdout = people(n, rng), people(n, rng), people(n // 5, rng)
    values = {"fresh": overfitting(train, fresh, holdout)[0]}
    found = _find(["privacy.distances"], train, fresh, holdout)["privacy.distances"]
    situation = "Fresh real rows, the holdout five times smaller than the training table"
    return _row(situation, "DCROverfittingProtection", f"{values['fresh']:.3f}", found, values)


def shuffled_columns(n=2000, seed=0):
    """A linear model sees margins and no dependence."""
    train, fresh, _ = _tables(people, n, seed)
    rng = np.random.default_rng(seed)
    shuffled = pd.DataFrame({name: rng.permutation(column.to_numpy()) for name, column in fresh.items()})
    values = {"shuffled": detection(train, shuffled)}
    found = _find(["fidelity.detection"], train, shuffled)["fidelity.detection"]
    situation = "Every column shuffled by itself"
    return _row(situation, "LogisticDetection", f'{values["shuffled"]:.3f} ("undetectable")', found, values)


def equal_odds(n=1500, seed=0, repeats=8):
    """Two samples of the same real rows: the score moves, and has no interval that says so."""
    scores, verdicts = [], []
    for i in range(repeats):
        train, fresh, holdout = _tables(people, n, [seed, i])
        scores.append(odds_improvement(train, fresh, holdout, ("outcome", "yes"), ("sex", "f")))
        found = _find(["bias.models"], train, fresh, holdout, "outcome", ["sex"])
        verdicts += [finding.verdict for finding in found.values()]
    values = {"low": min(scores), "high": max(scores), "fails": verdicts.count("FAIL"), "findings": len(verdicts)}
    return Row(
        f"Fresh real rows as synthetic ones, {repeats} times",
        "EqualizedOddsImprovement",
        f"{values['low']:.3f} to {values['high']:.3f} (.5: no change)",
        f"bias.models: {values['fails']} of {len(verdicts)} findings FAIL",
        "FAIL" if values["fails"] else "no FAIL",
        values,
    )


def copied_tenth(n=1000, seed=0):
    """A median hardly sees one row in ten, and real rows themselves count as hardly protected."""
    train, fresh, holdout = _tables(people, n, seed)
    copied = pd.concat([train.iloc[: n // 10], fresh.iloc[n // 10 :]], ignore_index=True)
    values = {"copied": baseline(train, copied), "fresh": baseline(train, fresh)}
    found = _find(["privacy.copies"], train, copied, holdout)["privacy.copies"]
    theirs = f"{values['copied']:.3f} (fresh real rows: {values['fresh']:.3f})"
    return _row("One row in ten is a training row", "DCRBaselineProtection", theirs, found, values)


def common_secret(n=1000, seed=0):
    """Held against a uniform guess, a secret that 95 % share looks given away by an honest table."""

    def table(size, rng):
        return people(size, rng).assign(illness=np.where(rng.random(size) < 0.05, "yes", "no"))

    train, fresh, holdout = _tables(table, n, seed)
    values = {"fresh": disclosure(train, fresh, ["sector", "grade", "sex"], "illness")}
    found = _find(["privacy.inference"], train, fresh, holdout, "illness")["privacy.inference.illness"]
    situation = "Fresh real rows; a secret of which 95 % have the same value"
    return _row(situation, "DisclosureProtection", f'{values["fresh"]:.3f} (0: "exposed")', found, values)


def half_missing(n=2000, seed=0):
    """Missing values are dropped before columns are compared."""
    train, fresh, _ = _tables(people, n, seed)
    emptied = fresh.assign(hours=fresh["hours"].mask(np.random.default_rng(seed).random(n) < 0.5))
    values = {"emptied": column_shape(train, emptied, "hours"), "fresh": column_shape(train, fresh, "hours")}
    found = _find(["fidelity.missing"], train, emptied)["fidelity.missing.worst"]
    situation = "Half of a column missing that real rows always have"
    theirs = f"{values['emptied']:.3f} (fresh real rows: {values['fresh']:.3f})"
    return _row(situation, "its column shape", theirs, found, values)


def one_broken_column(n=2000, seed=0):
    """An average over columns and pairs hides the one that failed."""

    def table(size, rng):
        more = {f"test{j}": rng.normal(size=size).round(2) for j in range(12)}
        return people(size, rng).assign(**more)

    train, fresh, _ = _tables(table, n, seed)
    broken = fresh.assign(test0=0.0)
    values = {"broken": quality(train, broken), "fresh": quality(train, fresh)}
    found = _find(["fidelity.shapes"], train, broken)["fidelity.shapes.worst"]
    theirs = f"{values['broken']:.3f} (fresh real rows: {values['fresh']:.3f})"
    return _row("One column of 20 holds a single value", "QualityReport", theirs, found, values)


def heavy_tails(n=500, seed=0, repeats=10):
    """Each distance is divided by the range of its own table, and one extreme value sets that."""

    def table(size, rng):
        return pd.DataFrame({f"x{j}": rng.standard_cauchy(size) for j in range(3)})

    theirs, ours, verdicts = [], [], []
    for i in range(repeats):
        train, fresh, holdout = _tables(table, n, [seed, i])
        theirs.append(overfitting(train, fresh, holdout)[1])
        found = _find(["privacy.distances"], train, fresh, holdout)["privacy.distances"]
        ours.append(found.value)
        verdicts.append(found.verdict)
    values = {"low": min(theirs), "high": max(theirs), "our low": min(ours), "our high": max(ours)}
    values["fails"] = verdicts.count("FAIL")
    return Row(
        f"Fresh real rows with heavy tails, {repeats} times: share nearer to the training rows (.5: none copied)",
        "DCROverfittingProtection",
        f"{min(theirs):.3f} to {max(theirs):.3f}",
        f"privacy.distances: {min(ours):.3f} to {max(ours):.3f}, {values['fails']} of {repeats} FAIL",
        "FAIL" if values["fails"] else "no FAIL",
        values,
    )


def equal_groups(n=2000, seed=0, repeats=200, groups=12, rate=0.3):
    """A gap of largest and smallest rate is never 0, and so is no redraw of it."""
    rng = np.random.default_rng(seed)
    excluded, rejected, gaps = 0, 0, []
    for _ in range(repeats):
        trials = rng.multinomial(n, np.full(groups, 1 / groups))
        successes = rng.binomial(trials, rate)
        gaps.append(np.ptp(successes / trials))
        redrawn = rng.binomial(trials, successes / trials, (400, groups)) / trials
        excluded += np.quantile(np.ptp(redrawn, axis=1), 0.025) > 0
        rejected += permuted_rates(successes, trials, rng, draws=199).p_value <= 0.05
    values = {"gap": float(np.mean(gaps)), "excluded": excluded / repeats, "rejected": rejected / repeats}
    return Row(
        f"{groups} groups that are alike, {repeats} times: is there a gap?",
        "percentile bootstrap of largest less smallest rate",
        f"{values['excluded']:.0%} of the 95 % intervals say yes (mean gap {values['gap']:.3f})",
        f"permutation test of bias.models: {values['rejected']:.1%} say yes",
        "no verdict: a p-value",
        values,
    )


SITUATIONS = [
    copy_of_train,
    invented_correlation,
    rescaled_column,
    copied_answers,
    small_holdout,
    shuffled_columns,
    equal_groups,
    equal_odds,
    copied_tenth,
    common_secret,
    half_missing,
    one_broken_column,
    heavy_tails,
]


def table(rows):
    """The rows in Markdown."""
    lines = ["| situation | popular score | it says | the audit finds | verdict |", "|---" * 5 + "|"]
    lines += [f"| {r.situation} | {r.score} | {r.theirs} | {r.ours} | {r.verdict} |" for r in rows]
    return "\n".join(lines)


def _tables(make, n, seed):
    rng = np.random.default_rng(seed)
    return make(n, rng), make(n, rng), make(n, rng)


def _find(checks, train, synthetic, holdout=None, target=None, protected=()):
    return {f.id: f for f in findings(train, synthetic, holdout, target, protected, checks=checks)}


def _row(situation, score, theirs, found, values):
    low, high = found.interval
    ours = f"{found.id}: {found.value:.3f} [{low:.3f}, {high:.3f}]"
    return Row(situation, score, theirs, ours, found.verdict, values)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [situation.__name__ for situation in SITUATIONS]
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    rows = []
    for situation in SITUATIONS:
        if situation.__name__ in parser.parse_args().only:
            rows.append(situation())
            print(f"{situation.__name__} done", file=sys.stderr, flush=True)
    print(table(rows))


if __name__ == "__main__":
    main()
