"""Question: can boosted trees tell generated entities of event tables from real ones, and at what cost do they come?

    python benchmarks/sequences_events.py --data ../shared/data [--seeds 3] [--tables hiring,nlswork] [--json OUT]
        [--par RIVALS/bin/python] [--entities N]

hiring_events.csv.gz: applications of 10,000 people, 63,869 events with times to the second; protected people get offers
far more rarely. nlswork.csv: 4,711 women, 28,534 interviews in irregular years, 19 columns with missing values.

A fifth of the entities, drawn with seed 0, is the holdout and never fitted. As many are generated. Each entity is
summed up in one row: the number of its rows; its first, last and mean gap and whole span; of a number the first, last,
mean, smallest and largest value, the standard deviation and the mean absolute change from row to row, and how many are
missing; of a category how often each of its values occurs, the first and the last, and how often it changes; and the
static columns. Keys and row numbers are left out. "AUC" is that of scikit-learn's HistGradientBoostingClassifier
between holdout and generated summaries, of five folds, the mean over the folds; 0.5 is the best. "real" is the same
between the holdout and as many fitted entities: the floor.

"offers" are the shares with an offer among protected and other people, real (of the fitted entities) and generated.
"transitions" is the L1 distance between the shares of pairs of activities that follow each other. --develop leaves the
holdout alone and takes a fifth of the other entities in its place. --par names the python of an environment that has
sdv, whose PAR then learns the same entities with its default settings (rivals.py); --entities lets both learn no more
than N of them. Set OMP_NUM_THREADS=1.

Last result (seeds 0 to 2; one core of 2 shared with others; TensorFlow 2.21, Keras 3.15):

| table | fit CPU-s | sampling CPU-s | AUC | real | offers, real | offers, generated | transitions, floor |
|---|---|---|---|---|---|---|---|
| hiring | 116 | 5.1 | .535, .531, .520 | .500 | .041 / .343 | .037 / .347, .042 / .350, .036 / .344 | .048; .032 |
| nlswork | 167 | 3.8 | .604, .583, .571 | .510 | | | |

PAR of sdv 2.0.0 in the same run, one seed, both fitted on few entities since PAR takes long (400 women more than 9
minutes on a busy machine):

| table, entities | fit CPU-s, PAR | AUC, PAR |
|---|---|---|
| hiring, 1,000 | 51, 104 | .719, 1.000 |
| nlswork, 200 | 70, 136 | .934, 1.000 |

First gaps of the hiring log are 80,000 to 160,000 s in nine of ten people; of PAR's (200 people) a tenth are below
29,000 or above 106,000. Where fewer entities are fitted than held out there is no floor.
"""

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

TABLES = {
    "hiring": {
        "file": "hiring_events.csv.gz",
        "entity": "case_id",
        "time": "time",
        "categories": ["activity", "resource"],
    },
    "nlswork": {"file": "nlswork.csv", "entity": "idcode", "time": "year", "categories": ["ind_code", "occ_code"]},
}
KEYS = ["rownames"]


def load(name, data_dir):
    """A table, its times as such."""
    table = TABLES[name]
    dates = [table["time"]] if name == "hiring" else []
    return pd.read_csv(Path(data_dir, "sequence", table["file"]), parse_dates=dates)


def parts(frame, entity, develop, most=None):
    """Rows of the entities to fit, `most` at most, and of the held-out ones."""
    names = np.random.default_rng(0).permutation(frame[entity].unique())
    held, rest = names[: len(names) // 5], names[len(names) // 5 :]
    if develop:
        held, rest = rest[: len(names) // 5], rest[len(names) // 5 :]
    return frame[frame[entity].isin(rest[:most])], frame[frame[entity].isin(held)]


def summaries(frame, name, static, levels):
    """A row for each entity."""
    table, out = TABLES[name], {}
    entity, when = table["entity"], table["time"]
    frame = frame.sort_values([entity, when], kind="stable").reset_index(drop=True)
    if name == "hiring":
        frame[when] = (frame[when] - pd.Timestamp("2015-01-01")).dt.total_seconds()
    by = frame.groupby(entity, sort=False)
    out["rows"] = by.size()
    gap = by[when].diff().groupby(frame[entity], sort=False)
    out["gap first"] = gap.first()
    out |= {"gap mean": gap.mean(), "gap max": gap.max(), "span": by[when].last() - by[when].first()}
    out["time"] = by[when].first()
    for column in static:
        out[column] = by[column].first()
    for column in frame.columns.drop([entity, when, *static, *KEYS], errors="ignore"):
        values = frame[column]
        if column in table["categories"]:
            codes = pd.Categorical(values, categories=levels[column]).codes
            values = pd.Series(codes, frame.index)
            for code in range(len(levels[column])):
                out[f"{column} {code}"] = (values == code).groupby(frame[entity], sort=False).sum()
            change = (values.groupby(frame[entity], sort=False).diff().fillna(0) != 0).astype(float)
        else:
            of = by[column]
            out |= {f"{column} {what}": getattr(of, what)() for what in ("mean", "min", "max", "std")}
            out[f"{column} missing"] = values.isna().groupby(frame[entity], sort=False).sum()
            change = of.diff().abs()
        groups = values.groupby(frame[entity], sort=False)
        out |= {f"{column} first": groups.first(), f"{column} last": groups.last()}
        out[f"{column} change"] = change.groupby(frame[entity], sort=False).mean()
    return pd.DataFrame(out)


def detection(real, new):
    """AUC of boosted trees between two sets of summaries, the mean of five folds."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    x = pd.concat([real, new], ignore_index=True).astype(float)
    y = np.repeat([0, 1], [len(real), len(new)])
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    trees = HistGradientBoostingClassifier(random_state=0)
    return float(cross_val_score(trees, x, y, cv=folds, scoring="roc_auc").mean())


def par(python, fitted, name, n, seed):
    """What PAR makes of the fitted entities: the rows of n new ones, and the report of rivals.py."""
    table, fitted = TABLES[name], fitted.drop(columns=KEYS, errors="ignore")
    values = fitted.groupby(table["entity"]).nunique(dropna=False).max()
    static = [column for column in values.index if values[column] == 1 and column != table["time"]]
    rival = [python, Path(__file__).with_name("rivals.py"), "par", "--rows", n, "--seed", seed]
    rival += ["--entity", table["entity"], "--time", table["time"], "--static", json.dumps(static)]
    rival += ["--categorical", json.dumps([*table["categories"], *static])]
    with tempfile.TemporaryDirectory() as folder:
        train, out, report = (Path(folder, file) for file in ("train.csv", "out.csv", "report.json"))
        fitted.to_csv(train, index=False)
        subprocess.run(list(map(str, [*rival, "--train", train, "--out", out, "--report", report])), check=True)
        dates = [table["time"]] if name == "hiring" else []
        return pd.read_csv(out, parse_dates=dates), json.loads(report.read_text())


def offers(frame):
    """Shares of protected and of other people with an offer."""
    people = frame.assign(offer=frame["activity"] == "Make Job Offer").groupby("case_id")
    people = people.agg(offer=("offer", "any"), protected=("protected", "first"))
    return people.groupby("protected")["offer"].mean().reindex([1, 0]).tolist()


def transitions(frame):
    """Shares of pairs of activities that follow each other."""
    after = frame.groupby("case_id", sort=False)["activity"].shift(-1).fillna("end")
    return (frame["activity"] + " > " + after).value_counts(normalize=True)


def measure(name, arguments, seed):
    """One fit and what is made of it, as a record."""
    from augment import SequenceSynthesizer

    table = TABLES[name]
    fitted, held = parts(load(name, arguments.data), table["entity"], arguments.develop, arguments.entities)
    start = time.process_time()
    settings = {"entity": table["entity"], "time": table["time"], "time_limit": arguments.time_limit}
    synthesizer = SequenceSynthesizer(random_state=seed, **settings).fit(fitted)
    record = {"table": name, "seed": seed, "fit": time.process_time() - start}
    start = time.process_time()
    n = held[table["entity"]].nunique()
    new = synthesizer.generate(max(n, fitted[table["entity"]].nunique()))
    record["sampling"] = time.process_time() - start
    apart = [table["entity"], table["time"], *KEYS]
    static = [column for column in synthesizer.codec_.whole_names if column not in apart]
    levels = {column: sorted(fitted[column].dropna().unique()) for column in table["categories"]}
    real, made, seen = (summaries(frame, name, static, levels) for frame in (held, new, fitted))
    record["auc"] = detection(real, made.sample(n, random_state=0))
    record["floor"] = detection(real, seen.sample(n, random_state=0)) if len(seen) >= n else None
    if arguments.par:
        rival, report = par(arguments.par, fitted, name, n, seed)
        record["par"] = report | {"auc": detection(real, summaries(rival, name, static, levels))}
    record["rows"] = [len(frame) / frame[table["entity"]].nunique() for frame in (fitted, new)]
    if not arguments.entities:  # of few, columns have no missing cell that held-out ones have: such rows have no score
        record["nats"] = [-synthesizer.score(frame) for frame in (fitted, held)]
    if name == "hiring":
        record["offers"] = [offers(fitted), offers(new)]
        shares = [transitions(frame) for frame in (held, new, fitted)]
        record["transitions"] = float(shares[0].subtract(shares[1], fill_value=0).abs().sum())
        record["transitions floor"] = float(shares[0].subtract(shares[2], fill_value=0).abs().sum())
    return record, (real, made)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", default="../shared/data")
    parser.add_argument("--tables", default="hiring,nlswork")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--time-limit", type=float)
    parser.add_argument("--develop", action="store_true")
    parser.add_argument("--par", help="the python of an environment that has sdv")
    parser.add_argument("--entities", type=int, help="of which both learn at most so many")
    parser.add_argument("--json")
    arguments = parser.parse_args()
    records = []
    for name in arguments.tables.split(","):
        for seed in range(arguments.seeds):
            records.append(measure(name, arguments, seed)[0])
            print(json.dumps(records[-1]), flush=True)
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(records, indent=1))


if __name__ == "__main__":
    main()
