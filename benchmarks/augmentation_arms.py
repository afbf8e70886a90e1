"""What `augmentation_gain.py` adds to a few real rows: nothing, copies, SMOTE, rows of this toolkit or of a rival.

An arm is called as `arm(cell, seed)` with a cell of `augmentation_gain.cell` and returns a frame of `ADDED` rows with
the columns of `cell["train"]`, classes in the proportions of the real rows, and a dict of CPU seconds. Importing is not
counted.
"""

import warnings

import generators
import numpy as np
import pandas as pd
from rivals import spent

from augment.augmentation.rows import added_labels, synthetic_rows

ADDED = 500  # rows, as in TabEBM's protocol (Margeloiu et al., NeurIPS 2024)
SURPLUS = 4  # a rival that takes no labels gives so many times the rows, among which those wanted are looked for


def duplicate(cell, seed):
    """Real rows again: each as often as the others of its class, but for one."""
    train, rng = cell["train"], np.random.default_rng(seed)
    order = rng.permutation(len(train))
    if cell["classes"]:
        labels = train[cell["target"]].to_numpy()[order]
        rows = [np.resize(order[labels == label], count) for label, count in wanted(cell).items()]
        return train.iloc[np.concatenate(rows)].reset_index(drop=True), {}
    return train.iloc[np.resize(order, ADDED)].reset_index(drop=True), {}


def smote(cell, seed):
    """Rows on the line to one of at most five nearest neighbours of the class: imbalanced-learn's SMOTE or SMOTENC.

    A class of one row gives that row again. Where the target is a number it is one more column, as in
    `generators.smote`, and any five of a row's nearest neighbours do.
    """
    start = spent()
    cell = cell | {"train": _filled(cell)}
    rows = _smote_classes(cell, seed) if cell["classes"] else _smote_numbers(cell, seed)
    return rows, _cost(start)


def _smote_classes(cell, seed):
    from imblearn.over_sampling import SMOTE, SMOTENC

    train, target = cell["train"], cell["target"]
    counts, new = train[target].value_counts(), wanted(cell)
    alone = [label for label in new if counts[label] == 1]
    settings = {
        "sampling_strategy": {label: counts[label] + new[label] for label in new if label not in alone},
        "k_neighbors": int(min(5, counts[counts > 1].min() - 1)),
        "random_state": seed,
    }
    categories = [name for name in cell["categorical"] if name != target]
    sampler = SMOTENC(categories, **settings) if categories else SMOTE(**settings)
    features, label = sampler.fit_resample(train.drop(columns=target), train[target])
    rows = features.assign(**{target: label})[list(train)].iloc[len(train) :]
    again = [train[train[target] == label].iloc[np.zeros(new[label], int)] for label in alone]
    return pd.concat([rows, *again], ignore_index=True)


def _smote_numbers(cell, seed):
    rounds = -(-ADDED // len(cell["train"]))
    rows = [generators.smote(cell, 1000 * seed + k)[0] for k in range(rounds)]
    return pd.concat(rows, ignore_index=True).iloc[:ADDED]


def _filled(cell):
    """The training rows without gaps: medians and the commonest categories."""
    train = cell["train"]
    filling = {
        name: train[name].mode()[0] if name in cell["categorical"] else train[name].median()
        for name in train
        if train[name].isna().any()
    }
    return train.fillna(filling)


def toolkit(model):
    """Rows of a `TabularSynthesizer` of this family with default settings."""

    def arm(cell, seed):
        import keras  # noqa: F401

        from augment import TabularSynthesizer

        start = spent()
        train, target = cell["train"], cell["target"]
        synthesizer = TabularSynthesizer(model, random_state=seed, verbose=0)
        synthesizer.fit(train.drop(columns=target), train[target])
        X, y = synthetic_rows(
            synthesizer, train[target], ADDED / len(train), random_state=seed, classes=cell["classes"]
        )
        return X.assign(**{target: y})[list(train)], _cost(start)

    return arm


def rival(generator):
    """Rows of a generator of `generators.rivals_of`, those of each class that are wanted as far as it gives them."""

    def arm(cell, seed):
        rows, costs = generator(cell, seed, rows=SURPLUS * ADDED)
        rows = rows[rows[cell["target"]].notna()]
        if cell["classes"]:
            rows = _in_proportion(rows, cell)
        return _typed_like(rows.iloc[:ADDED], cell["train"]), {"cpu": costs["fit_cpu"]}

    return arm


def _in_proportion(rows, cell):
    """First the rows of each class that are wanted, then the others."""
    place = rows.groupby(cell["target"]).cumcount()
    surplus = place >= rows[cell["target"]].map(wanted(cell)).fillna(0)
    return pd.concat([rows[~surplus], rows[surplus]])


def _typed_like(rows, train):
    """Rows read from a file with the dtypes of the training rows; labels that are none are left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        numbers = {name: pd.to_numeric(rows[name]) for name in train.select_dtypes("number")}
    return rows.assign(**numbers)[list(train)].reset_index(drop=True)


def wanted(cell):
    """How many rows of each class are added."""
    y = cell["train"][cell["target"]]
    labels, counts = np.unique(added_labels(y, ADDED / len(y)), return_counts=True)
    return dict(zip(labels.tolist(), counts.tolist(), strict=True))


def _cost(start):
    return {"cpu": spent()[0] - start[0]}
