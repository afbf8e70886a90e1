"""Question: do synthetic rows beside a few real ones make a model better, and whose rows do?

    python benchmarks/augmentation_gain.py --data ../shared/data --out gain.jsonl [--tables adult,wine] [--sizes 20,100]
        [--splits 10] [--arms none,duplicate,smote,kernel,auto] [--rivals RIVALS/bin/python ...]

The protocol of TabEBM (Margeloiu et al., NeurIPS 2024, arXiv 2409.16118): a split sets half of a table aside for the
test, at most 500 rows and of Adult 2,000, and draws 20, 50, 100, 200 and 500 stratified training rows of the rest, as
many as it has; the same rows for every arm. 500 synthetic rows in the proportions of the classes are appended. Five
learners, scikit-learn's and XGBoost's defaults, on standardised numbers and one-hot categories: balanced accuracy, or
R2 for diabetes and the quality of red wine, whose targets are numbers (0 where it is less, as that of the mean is).

A gain is the score with the added rows less that without, of the same learner on the same split. "synthetic" is the
score of the added rows alone. Distance share: part of the added rows nearer to a training row than to any of as many
test rows, ties one half, mean over ten draws of these; .5 is ideal, 1 is copies. CPU seconds are those of fit and rows.
"auto" is `AugmentedClassifier` or `AugmentedRegressor` with `ratio="auto"`, fitted with each learner by itself.

Every finished cell (table, size, split, arm) is a line of --out; what stands there is not run again. Set
OMP_NUM_THREADS=1 on a busy machine.

Last result (16 idle cores, one thread a job; JAX 0.11, NumPy 2.5, pandas 3.0, scikit-learn 1.9; splits 0 to 4 of all
tables and sizes, 34 cells, since wine and breast cancer lack rows for some). Since then the kernel keeps the margins of
each class and draws labels of many categories; over splits 0 to 2 of all 34 cells it now has +.003 [-.005, +.012], a
share of .713, and is worse than no added rows beyond the noise in none of 170 pairs (2 busy shared cores):

| arm | linear | neighbours | forest | boosting | network | all learners | normalised | synthetic | share | CPU-s |
|---|---|---|---|---|---|---|---|---|---|---|
| auto | +.001 | +.004 | +.006 | +.002 | +.001 | +.003 [+.001, +.005] | .654 |  |  | 8.3 |
| kernel | +.002 | +.006 | -.003 | +.016 | +.001 | +.004 [-.004, +.013] | .656 | .610 | .706 | 0.5 |
| smote | -.013 | -.020 | -.020 | -.000 | -.023 | -.015 [-.028, -.003] | .440 | .592 | .832 | 0.1 |
| duplicate | -.006 | -.040 | -.029 | -.016 | -.022 | -.023 [-.039, -.008] | .286 | .595 | .995 |  |

| arm | 20 rows | 50 | 100 | 200 | 500 |
|---|---|---|---|---|---|
| auto | +.000 | +.002 | +.001 | +.004 | +.010 |
| kernel | +.005 | +.005 | +.009 | +.002 | -.006 |
| smote | -.005 | -.019 | -.026 | -.018 | -.008 |

| arm | adult | breast cancer | diabetes | digits | german | titanic | wine | wine quality |
|---|---|---|---|---|---|---|---|---|
| auto | +.009 | +.000 | +.000 | +.002 | +.007 | -.000 | +.000 | +.000 |
| kernel | +.001 | +.007 | +.012 | +.012 | +.005 | -.027 | +.011 | +.014 |
| smote | +.022 | +.003 | -.090 | +.002 | -.019 | +.010 | -.002 | -.047 |

Worse than no added rows beyond the noise, of 170 pairs of cell and learner: duplicates in 4, the others in none.

At 50 and 200 rows (2 busy shared cores, other jobs beside; arfpy and TVAE splits 0 and 1 of 13 cells, since both fail
on Titanic, TabularARGN split 0 of 15, on whose rows kernel has +.005 [-.003, +.014] and SMOTE -.021 [-.045, -.000]):

| arm | all learners | synthetic | share | CPU-s | worse beyond the noise |
|---|---|---|---|---|---|
| tvae | -.019 [-.045, +.005] | .526 | .608 | 6.1 | 1 of 65 |
| arfpy | -.032 [-.047, -.019] | .529 | .630 | 2.3 | 0 of 65 |
| tabularargn | -.078 [-.105, -.053] | .365 | .558 | 6.5 |  |

"auto" goes by the score of the learner's own judge, balanced accuracy for classes, and adds rows where the inner splits
prove a gain: so it hurts nowhere, and gains little. Of rules that ask for less proof (6 development tables, 20 to 200
rows, 698 choices; mean gain, share of choices with rows, worst cell): as it is, corrected for all that is tried, at
level .05 +.0017, 6 %, -.010; not corrected +.0034, 16 %, -.011; at level .2 +.0066, 45 %, -.021; the best candidate
whatever its error +.0083, 69 %, -.110. It stays as it is, for what it adds to the rows is then a finding.

Not run: CTGAN, the other families of the toolkit, splits 5 to 9.

What of the kernel density was chosen by gains, on MAGIC, Default, women's wages (nlswork), Friedman's function,
clusters and a made table of mixed columns, at 20 to 200 rows, four learners, 4 to 7 splits each: a class as target is
kept (mean gain at 20 rows of Default, wages and mixed -.003 -> +.013, SMOTE +.016). Strengths of .3 to 2 gain alike
(-.002 to +.009 at 20 rows, SMOTE +.012 to +.028); 2 copies least.
"""

import argparse
import json
import warnings
from itertools import product
from pathlib import Path

import augmentation_arms as arms
import generators
import numpy as np
import pandas as pd
import real_tables
import referee
from augmentation_summary import summary
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import balanced_accuracy_score, r2_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

SIZES = 20, 50, 100, 200, 500
MOST_TESTED = {"adult": 2000}  # and 500 rows of the others
HOLDOUTS = 10  # draws of test rows that a distance share is the mean of
OURS = "kernel", "autoregressive", "vae", "flow", "gan", "recurrent"
ARMS = {"duplicate": arms.duplicate, "smote": arms.smote} | {name: arms.toolkit(name) for name in OURS}


def cell(table, size, split):
    """Training and test rows: a dict like that of `real_tables.load`, or None where there are too few rows.

    The test part is the same for all sizes. Classes are numbered from 0, as XGBoost wants them.
    """
    frame, target, categorical = table["frame"], table["target"], table["categorical"]
    labels = frame[target] if target in categorical else None
    tested = min(len(frame) // 2, MOST_TESTED.get(table["name"], 500))
    rest, test = train_test_split(frame, test_size=tested, stratify=labels, random_state=split)
    if size > len(rest):
        return None
    train = rest
    if size < len(rest):
        labels = None if labels is None else rest[target]
        train, _ = train_test_split(rest, train_size=size, stratify=labels, random_state=split)
    return {
        "train": train.reset_index(drop=True),
        "test": test.reset_index(drop=True),
        "target": target,
        "categorical": categorical,
        "classes": labels is not None,
    }


def read(name, data_dir):
    frame, target, categorical = real_tables.whole(name, data_dir)
    if target in categorical:
        frame = frame.assign(**{target: LabelEncoder().fit_transform(frame[target])})
    return {"name": name, "frame": frame, "target": target, "categorical": categorical}


def learners(cell):
    """The five models as pipelines of unprepared columns."""
    from xgboost import XGBRegressor

    if cell["classes"]:
        models = {
            "linear": LogisticRegression(max_iter=2000),
            "neighbours": KNeighborsClassifier(),
            "forest": RandomForestClassifier(random_state=0),
            "boosting": _boosting(),
            "network": MLPClassifier((64,), max_iter=300, random_state=0),
        }
    else:
        models = {
            "linear": Ridge(),
            "neighbours": KNeighborsRegressor(),
            "forest": RandomForestRegressor(random_state=0),
            "boosting": XGBRegressor(n_jobs=1, random_state=0),
            "network": MLPRegressor(hidden_layer_sizes=(64,), max_iter=300, random_state=0),
        }
        models = {
            name: TransformedTargetRegressor(model, transformer=StandardScaler()) for name, model in models.items()
        }
    return {name: make_pipeline(_prepared(cell), model) for name, model in models.items()}


def _boosting():
    """XGBoost's classifier, which wants classes from 0 on without a gap, for any labels."""
    from xgboost import XGBClassifier

    class Boosting(XGBClassifier):
        def fit(self, X, y):
            self.labels_, codes = np.unique(y, return_inverse=True)
            return super().fit(X, codes)

        def predict(self, X):
            return self.labels_[super().predict(X)]

    return Boosting(n_jobs=1, random_state=0)


def _prepared(cell):
    features = [name for name in cell["train"] if name != cell["target"]]
    categories = [name for name in features if name in cell["categorical"]]
    numbers = [name for name in features if name not in categories]
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="most_frequent"), one_hot), categories),
        (make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()), numbers),
    )


def scores(cell, rows, wrap=None):
    """Score on the test rows of each learner trained on `rows`; `wrap` makes another estimator of a learner."""
    target, test, result = cell["target"], cell["test"], {}
    if cell["classes"] and rows[target].nunique() < 2:
        return dict.fromkeys(learners(cell), 1 / test[target].nunique())
    score = balanced_accuracy_score if cell["classes"] else _explained
    for name, learner in learners(cell).items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # networks that have not converged
            learner = (wrap(learner) if wrap else learner).fit(rows.drop(columns=target), rows[target])
            result[name] = float(score(test[target], learner.predict(test.drop(columns=target))))
    return result


def _explained(truth, guess):
    """R2, 0 where it is less: a mean could be told instead."""
    return max(0.0, r2_score(truth, guess))


def judge(cell, new, split):
    """Scores of the real rows with the new ones and of these alone, and the distance share."""
    train, test, typed_new = (referee.typed(frame, cell["categorical"]) for frame in (cell["train"], cell["test"], new))
    shares = [referee.distance_share(train, test, typed_new, HOLDOUTS * split + k) for k in range(HOLDOUTS)]
    return {
        "scores": scores(cell, pd.concat([cell["train"], new], ignore_index=True)),
        "synthetic": scores(cell, new),
        "distance_share": float(np.mean(shares)),
    }


def automatic(cell, split):
    """Scores of the learners inside the estimator that chooses by itself what to add, by the score that they get."""
    from augment import AugmentedClassifier, AugmentedRegressor

    kind = AugmentedClassifier if cell["classes"] else AugmentedRegressor
    start = arms.spent()
    settings = {"ratio": "auto", "random_state": split, "verbose": 0}
    settings |= {"scoring": "balanced_accuracy"} if cell["classes"] else {}
    result = scores(cell, cell["train"], lambda learner: kind(learner, **settings))
    return {"scores": result, "cpu": (arms.spent()[0] - start[0]) / len(result)}


def measure(arm, cell, split, sources):
    """What one arm makes of one cell."""
    with threadpool_limits(1):
        if arm == "none":
            return {"scores": scores(cell, cell["train"])}
        if arm == "auto":
            return automatic(cell, split)
        new, costs = sources[arm](cell, split)
        return judge(cell, new, split) | costs


def run(tables, sizes, splits, names, sources, out):
    """Measure what is not done yet; each finished cell is appended to the file `out`."""
    done = {key(record) for record in load(out)}
    for table in tables:
        for size, split in product(sizes, range(splits)):
            missing = [arm for arm in names if (table["name"], size, split, arm) not in done]
            rows = cell(table, size, split) if missing else None
            for arm in missing if rows else ():
                record = {"table": table["name"], "size": size, "split": split, "arm": arm}
                try:
                    record |= measure(arm, rows, split, sources)
                except (RuntimeError, TimeoutError) as error:
                    record["failed"] = f"{type(error).__name__}: {error}"[:500]
                with open(out, "a") as file:
                    file.write(json.dumps(record) + "\n")
                print(*key(record), record.get("failed") or f"{_mean(record['scores']):.3f}", flush=True)


def key(record):
    return tuple(record[name] for name in ("table", "size", "split", "arm"))


def load(path):
    """Records of a file, none where there is no file."""
    return [json.loads(line) for line in Path(path).read_text().splitlines()] if Path(path).exists() else []


def _mean(values):
    return np.mean(list(values.values()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder that holds tabular/adult.data and the others")
    parser.add_argument("--out", required=True, help="file of records; what it holds is not run again")
    parser.add_argument("--tables", default=",".join(real_tables.WHOLE))
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of real rows")
    parser.add_argument("--splits", type=int, default=10)
    parser.add_argument("--arms", default="none,duplicate,smote,kernel,auto", help=", ".join(ARMS))
    parser.add_argument("--rivals", nargs="*", default=[], help="pythons that have rivals: PYTHON or PYTHON=name,name")
    parser.add_argument("--limit", type=float, default=600, help="wall seconds a rival may take for one table")
    arguments = parser.parse_args()
    sources, names = dict(ARMS), arguments.arms.split(",")
    for python in arguments.rivals:
        found = generators.rivals_of(python, arguments.limit)
        sources |= {name: arms.rival(generator) for name, generator in found.items()}
        names += found
    tables = [read(name, arguments.data) for name in arguments.tables.split(",")]
    sizes = [int(size) for size in arguments.sizes.split(",")]
    run(tables, sizes, arguments.splits, names, sources, arguments.out)
    print(summary(load(arguments.out)))


if __name__ == "__main__":
    main()
