"""The tables of the benchmarks, each split into a training part and a test part that no generator sees.

The generator gets the dtypes a user would get from `read_csv` or scikit-learn; `categorical` names the columns that
are categories whatever their dtype (codes written as integers, as in Default), and `typed` applies that for the
referee alone.
"""

from pathlib import Path

import numpy as np
import pandas as pd

ADULT = [
    "age",
    "workclass",
    "fnlwgt",
    "education",
    "education-num",
    "marital-status",
    "occupation",
    "relationship",
    "race",
    "sex",
    "capital-gain",
    "capital-loss",
    "hours-per-week",
    "native-country",
    "income",
]
MAGIC = ["fLength", "fWidth", "fSize", "fConc", "fConc1", "fAsym", "fM3Long", "fM3Trans", "fAlpha", "fDist", "class"]
DEFAULT_CATEGORICAL = [
    "SEX",
    "EDUCATION",
    "MARRIAGE",
    "PAY_0",
    "PAY_2",
    "PAY_3",
    "PAY_4",
    "PAY_5",
    "PAY_6",
    "default payment next month",
]
LARGE = ("adult", "magic", "default")
SMALL = ("adult500", "breast_cancer", "wine", "diabetes", "german")
WHOLE = ("adult", "german", "titanic", "wine_quality", "breast_cancer", "wine", "digits", "diabetes")
WINE_QUALITY = [
    "fixed acidity",
    "volatile acidity",
    "citric acid",
    "residual sugar",
    "chlorides",
    "free sulfur dioxide",
    "total sulfur dioxide",
    "density",
    "pH",
    "sulphates",
    "alcohol",
    "quality",
]


def load(name, data_dir, seed=0):
    """Read a table and split it.

    Parameters
    ----------
    name : str
        "adult" (official split), "default" and "magic" (90/10, the published split), "adult500" (500 rows of Adult's
        training part against its whole test part), "breast_cancer", "wine", "diabetes" (scikit-learn's) and "german"
        (50/50).
    data_dir : path
        The folder that holds `tabular/adult.data` and the other files; scikit-learn's tables do not need it.
    seed : int
        Seed of the split of the small tables. The three large ones have one split each, the published one: XGBoost
        trained on the real rows of MAGIC reaches an AUC of .946 on it and of .925 to .936 on four others, so a score on
        another split is not comparable.

    Returns
    -------
    dict
        `train` and `test` (frames in the file's own dtypes), `target` (a column's name) and `categorical` (the names
        of the columns, target included, that are categories).
    """
    if name not in LARGE + SMALL:
        raise ValueError(f"There is no benchmark table {name!r}; choose among {', '.join(LARGE + SMALL)}.")
    folder = Path(data_dir) / "tabular"
    rng = np.random.default_rng(seed)
    if name in ("adult", "adult500"):
        train, test = _adult(folder / "adult.data"), _adult(folder / "adult.test")
        if name == "adult500":
            train = train.iloc[np.sort(rng.permutation(len(train))[:500])].reset_index(drop=True)
        return _table(train, test, "income")
    frame, target, categorical = _whole(name, folder)
    train, test = _published_split(frame, categorical) if name in LARGE else _halves(frame, rng)
    return _table(train, test, target, categorical)


def whole(name, data_dir):
    """A table that is not split yet, and what stands in it.

    Parameters
    ----------
    name : str
        One of `WHOLE`. Of "adult" it is the official training part; "titanic" is without the passenger's number, name,
        ticket and cabin; "digits" has a column for each pixel; "wine_quality" is the red wines.
    data_dir : path
        As in `load`.

    Returns
    -------
    frame : DataFrame
        In the dtypes that `read_csv` or scikit-learn give.
    target : str
        The column to predict.
    categorical : list of str
        The columns that are categories whatever their dtype, the target included where it is classes.
    """
    if name not in WHOLE:
        raise ValueError(f"There is no table {name!r}; choose among {', '.join(WHOLE)}.")
    folder = Path(data_dir) / "tabular"
    if name == "adult":
        frame = _adult(folder / "adult.data")
        return frame, "income", _texts(frame)
    if name == "titanic":
        frame = pd.read_csv(folder / "titanic.csv").drop(columns=["PassengerId", "Name", "Ticket", "Cabin"])
        return frame, "Survived", ["Survived", *_texts(frame)]
    if name == "wine_quality":
        return pd.read_csv(folder / "winequality-red.csv", header=None, names=WINE_QUALITY), "quality", []
    return _whole(name, folder)


def typed(frame, categorical):
    """The frame as the referee sees it: categories are strings (1 and 1.0 are the same one), all else is a float."""
    columns = {
        name: _as_strings(column) if name in set(categorical) else pd.to_numeric(column).astype("float64")
        for name, column in frame.items()
    }
    return pd.DataFrame(columns, index=frame.index)


def _as_strings(column):
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        column = column.astype("float64").map(lambda value: f"{value:g}", na_action="ignore")
    missing = column.isna()
    return column.astype(object).where(~missing).map(str, na_action="ignore").astype(object)


def _adult(path):
    """Missing cells stay "?", one more category, as in every published table."""
    frame = pd.read_csv(path, header=None, names=ADULT, skipinitialspace=True, comment="|", skip_blank_lines=True)
    return frame.assign(income=frame["income"].str.rstrip("."))


def _whole(name, folder):
    if name == "default":
        return (
            pd.read_csv(folder / "default_of_credit_card_clients.csv"),
            DEFAULT_CATEGORICAL[-1],
            DEFAULT_CATEGORICAL,
        )
    if name == "magic":  # header=0: the published protocol loses the first row, and the split depends on the length
        return pd.read_csv(folder / "magic04.data", header=0, names=MAGIC), "class", ["class"]
    if name == "german":
        frame = pd.read_csv(folder / "german_credit_named.csv", keep_default_na=False)
        return frame, "class-label", [*_texts(frame), "class-label"]
    from sklearn import datasets

    if name == "diabetes":
        return datasets.load_diabetes(as_frame=True, scaled=False).frame, "target", ["sex"]
    return getattr(datasets, f"load_{name}")(as_frame=True).frame, "target", ["target"]


def _published_split(frame, categorical):
    """The split of TabSyn and TabDiff: 90/10, numpy's old generator from 1234 on, until every category is in train."""
    size = int(0.9 * len(frame))
    for seed in range(1234, 2234):
        order = np.arange(len(frame))
        np.random.RandomState(seed).shuffle(order)
        train, test = frame.iloc[order[:size]], frame.iloc[order[size:]]
        if all(set(test[name]) <= set(train[name]) for name in categorical):
            return train.reset_index(drop=True), test.reset_index(drop=True)
    raise ValueError("No split has every category in its training part; a category may stand in one row only.")


def _halves(frame, rng):
    order = rng.permutation(len(frame))
    size = len(frame) // 2
    return frame.iloc[order[:size]].reset_index(drop=True), frame.iloc[order[size:]].reset_index(drop=True)


def _table(train, test, target, categorical=None):
    return {"train": train, "test": test, "target": target, "categorical": categorical or _texts(train)}


def _texts(frame):
    return [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
