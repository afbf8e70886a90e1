"""Every source of a synthetic table that the benchmarks compare: this toolkit, its rivals, SMOTE and the references.

A generator is called as `generator(table, seed)` with a dict of `real_tables.load` and returns as many rows as the
training part has, with a dict of what they cost. The toolkit and each rival run in a process of their own, so that
CPU-seconds and peak memory are those of the one job; both are counted by the same functions (`rivals.spent`,
`rivals.peak_memory`) and neither counts its imports. This file run as a script is the toolkit's process.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from rivals import peak_memory, spent

HERE = Path(__file__).resolve().parent


def augment(table, seed, model="autoregressive", labelled=False):
    """`TabularSynthesizer` with default settings of a family, in a fresh process.

    It is fitted on the whole table, or where `labelled` on X and y, so that it knows which column is to be predicted.
    """
    with tempfile.TemporaryDirectory() as folder:
        table["train"].to_pickle(Path(folder, "train.pickle"))
        path = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
        target = [table["target"]] if labelled else []
        _call([sys.executable, str(HERE / "generators.py"), folder, str(seed), model, *target], PYTHONPATH=path)
        return pd.read_pickle(Path(folder, "synthetic.pickle")), json.loads(Path(folder, "report.json").read_text())


def labelled_augment(table, seed, model="autoregressive"):
    """`augment` fitted on X and y."""
    return augment(table, seed, model, labelled=True)


def _augment_process(folder, seed, model, target=None):
    import keras  # noqa: F401  (not counted, as the rivals' imports are not)

    from augment import TabularSynthesizer

    train = pd.read_pickle(Path(folder, "train.pickle"))
    times = [spent()]
    pair = (train,) if target is None else (train.drop(columns=target), train[target])
    synthesizer = TabularSynthesizer(model, random_state=seed, verbose=0).fit(*pair)
    times.append(spent())
    peak = peak_memory()
    synthetic = synthesizer.generate(len(train))
    times.append(spent())
    synthesizer.generate(len(train))
    times.append(spent())
    (fit_cpu, fit_wall), (_, cold), (cpu, warm) = np.diff(times, axis=0)
    report = {
        "fit_cpu": fit_cpu,
        "fit_wall": fit_wall,
        "cold_rows_per_second": len(train) / cold,
        "warm_rows_per_second": len(train) / warm,
        "rows_per_cpu_second": len(train) / cpu,
        "fit_peak_mb": peak,
        "peak_mb": peak_memory(),
    }
    if target is not None:
        synthetic = synthetic[0].assign(**{target: synthetic[1]})[list(train)]
    synthetic.to_pickle(Path(folder, "synthetic.pickle"))
    Path(folder, "report.json").write_text(json.dumps(report))


def rivals_of(python, limit=3600):
    """Generators for the rivals of another environment: `python` is its interpreter, or "interpreter=name,name".

    They also take how many `rows` to give where that is not as many as the training part has.
    A rival that runs longer than `limit` wall seconds is stopped and raises TimeoutError.
    """
    python, _, names = str(python).partition("=")
    names = names.split(",") if names else json.loads(_call([python, str(HERE / "rivals.py"), "--list"]))
    return {name: _rival(python, name, limit) for name in names}


def _rival(python, name, limit):
    def generator(table, seed, rows=None):
        with tempfile.TemporaryDirectory() as folder:
            train, out, report = (str(Path(folder, file)) for file in ("train.csv", "out.csv", "report.json"))
            table["train"].to_csv(train, index=False)
            _call(
                [
                    python,
                    str(HERE / "rivals.py"),
                    name,
                    "--train",
                    train,
                    "--out",
                    out,
                    "--report",
                    report,
                    "--categorical",
                    json.dumps(table["categorical"]),
                    "--rows",
                    str(rows or len(table["train"])),
                    "--seed",
                    str(seed),
                ],
                limit,
            )
            synthetic = pd.read_csv(out, keep_default_na=False, na_values=[""])
            return synthetic, json.loads(Path(report).read_text())

    return generator


def _call(command, limit=None, **environment):
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=limit, check=False, env={**os.environ, **environment}
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"{' '.join(command[:3])} took more than {limit} s and was stopped.") from None
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:3])} failed:\n{done.stderr[-1000:]}")
    return done.stdout


def independent_columns(table, seed):
    """Each column shuffled by itself: perfect marginals, no dependence at all."""
    rng = np.random.default_rng(seed)
    return table["train"].apply(lambda column: column.iloc[rng.permutation(len(column))].to_numpy()), {}


def bootstrap(table, seed):
    """The training rows drawn with replacement: the sampling noise of a table of this size, and copies."""
    rows = np.random.default_rng(seed).integers(len(table["train"]), size=len(table["train"]))
    return table["train"].iloc[rows].reset_index(drop=True), {}


def relabelled(table, seed):
    """The training rows with labels drawn from what boosted trees, fitted on the other rows, make of all else.

    Its score is what may be hoped for: a generator does not know a label better unless it predicts better than
    boosting. Of a number as target the drawn one is the prediction and another row's error.
    """
    import referee
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict

    train, target, rng = table["train"], table["target"], np.random.default_rng(seed)
    classes = target in table["categorical"]
    features = referee.typed(train, table["categorical"]).drop(columns=target)
    features = features.astype(dict.fromkeys(features.select_dtypes("object"), "category"))
    model = (HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor)(
        learning_rate=0.05, max_iter=300, early_stopping=True, categorical_features="from_dtype", random_state=seed
    )
    folds = (StratifiedKFold if classes else KFold)(5, shuffle=True, random_state=seed)
    guess = cross_val_predict(
        model, features, train[target], cv=folds, method="predict_proba" if classes else "predict"
    )
    if classes:
        place = (np.cumsum(guess, axis=1) < rng.random((len(train), 1))).sum(axis=1)
        drawn = np.sort(train[target].unique())[np.minimum(place, guess.shape[1] - 1)]
    else:
        drawn = guess + rng.permutation(train[target].to_numpy() - guess)
    return train.assign(**{target: pd.Series(drawn, train.index).astype(train[target].dtype)}), {}


def copy(table, seed):
    """The training table itself."""
    return table["train"].copy(), {}


def smote(table, seed):
    """As many rows as each class has, between a row and one of its five nearest neighbours of the class.

    imbalanced-learn's SMOTE, or SMOTENC where a feature is a category (Chawla et al. 2002). With a number as target
    the same is done over all columns, the target included, and categories are the row's own.
    """
    start = spent()
    synthetic = _smote_classes(table, seed) if table["target"] in table["categorical"] else _smote_rows(table, seed)
    end = spent()
    return synthetic, {"fit_cpu": end[0] - start[0], "fit_wall": end[1] - start[1]}


def _smote_classes(table, seed):
    from imblearn.over_sampling import SMOTE, SMOTENC

    train, target = table["train"], table["target"]
    counts = train[target].value_counts()
    settings = {
        "sampling_strategy": (2 * counts).to_dict(),
        "random_state": seed,
        "k_neighbors": int(min(5, counts.min() - 1)),
    }
    categories = [name for name in train if name in table["categorical"] and name != target]
    sampler = SMOTENC(categories, **settings) if categories else SMOTE(**settings)
    features, label = sampler.fit_resample(train.drop(columns=target), train[target])
    return features.assign(**{target: label})[list(train)].iloc[len(train) :].reset_index(drop=True)


def _smote_rows(table, seed):
    from sklearn.neighbors import NearestNeighbors

    train, rng = table["train"], np.random.default_rng(seed)
    numbers = [name for name in train if name not in table["categorical"]]
    values = train[numbers].to_numpy(dtype="float64")
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    neighbours = NearestNeighbors(n_neighbors=6).fit(scaled).kneighbors(scaled, return_distance=False)[:, 1:]
    row = np.arange(len(train))
    other = neighbours[row, rng.integers(5, size=len(train))]
    return train.assign(
        **dict(zip(numbers, (values + rng.random((len(train), 1)) * (values[other] - values)).T, strict=True))
    )


if __name__ == "__main__":
    _augment_process(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
