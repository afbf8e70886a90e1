"""The referee: a synthetic table against the real one, by the published formulas, re-implemented and vectorised.

A column of a numeric dtype is a number, every other column a category (`real_tables.typed` gives integer codes that
dtype). Real is always the training table; `test` and `holdout` are rows that no generator saw.
"""

from itertools import combinations

import numpy as np
import pandas as pd
from real_tables import load, typed
from scipy.spatial.distance import cdist
from sklearn.metrics import r2_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold

__all__ = [
    "broken_share",
    "c2st",
    "distance_share",
    "load",
    "shape_error",
    "train_synthetic_score",
    "trend_error",
    "typed",
]


def shape_error(real, synthetic):
    """Mean error of the columns' distributions, in per cent.

    Kolmogorov-Smirnov distance of a number (missing cells left out), total variation distance of a category: the
    "Column Shapes" of sdmetrics, as 100 (1 - score).

    Examples
    --------
    >>> real = pd.DataFrame({"a": [1, 2, 3, 4], "b": list("xxyy")})
    >>> shape_error(real, real.assign(b=list("xxxy")))
    12.5
    """
    synthetic = _same_columns(real, synthetic)
    errors = []
    for name in real:
        if _is_number(real[name]):
            errors.append(_kolmogorov_smirnov(_floats(real[name]), _floats(synthetic[name])))
        else:
            errors.append(_total_variation(*_codes(real[name], synthetic[name])))
    return 100 * float(np.mean(errors))


def trend_error(real, synthetic, shared_edges=False):
    """Mean error of all pairs of columns, in per cent.

    Published formula (sdmetrics 0.11.1, the version behind the published tables): half the difference of Pearson's
    correlations for two numbers (a constant column's pairs are left out), total variation distance of the two
    contingency tables otherwise, a number cut into ten equal bins *between that table's own extremes*. One
    extreme value shifts every bin, and a rescaled column costs nothing. With `shared_edges` every pair is a
    contingency table and every number is cut at the real column's deciles (values equal to a decile lie below it,
    missing cells in a bin of their own), so a rescaled column and a bent relation both cost.

    Examples
    --------
    >>> real = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [0.0, 1.0, 2.0, 3.0]})
    >>> round(trend_error(real, real.assign(b=[3.0, 2.0, 1.0, 0.0])), 6)
    100.0
    """
    synthetic = _same_columns(real, synthetic)
    numbers = [name for name in real if _is_number(real[name])]
    bins = {name: _binned(real[name], synthetic[name], shared_edges) for name in real}
    correlations = [frame[numbers].astype("float64").corr() for frame in (real, synthetic)]
    errors = []
    for first, second in combinations(real.columns, 2):
        if first in numbers and second in numbers and not shared_edges:
            errors.append(abs(correlations[0].at[first, second] - correlations[1].at[first, second]) / 2)
        else:
            errors.append(_contingency_error(bins[first], bins[second]))
    errors = [error for error in errors if not np.isnan(error)]
    return 100 * float(np.mean(errors)) if errors else 0.0


def c2st(real, synthetic, seed=0):
    """How little a gradient-boosted classifier tells real from synthetic rows: 1 cannot tell, 0 always can.

    1 - mean of 2 max(1/2, AUC) - 1 over three stratified shuffled folds; XGBoost's own settings, categories native,
    missing cells kept; the larger table is cut to the smaller one's rows. A classifier two-sample test in the form
    of Liu et al. 2026 (arXiv 2603.23016).
    """
    from xgboost import XGBClassifier

    rng = np.random.default_rng(seed)
    rows = min(len(real), len(synthetic))
    real, synthetic = _sample(real, rows, rng), _sample(_same_columns(real, synthetic), rows, rng)
    features, types = _matrix([real, synthetic], list(real.columns))
    features, label = np.concatenate(features), np.repeat([0, 1], rows)
    advantages = []
    for train, test in StratifiedKFold(3, shuffle=True, random_state=seed).split(features, label):
        model = XGBClassifier(
            eval_metric="logloss",
            enable_categorical=True,
            feature_types=types,
            tree_method="hist",
            random_state=0,
            n_jobs=1,
        )
        guess = model.fit(features[train], label[train]).predict_proba(features[test])[:, 1]
        advantages.append(2 * max(0.5, roc_auc_score(label[test], guess)) - 1)
    return 1 - float(np.mean(advantages))


def train_synthetic_score(synthetic, test, target, seed=0):
    """Train XGBoost on the synthetic rows, test it on the real ones: AUC (macro one-against-rest), R² for a number.

    The published grid ("MLE" of TabSyn and TabDiff): 10, 50, 100 trees x child weight 1, 10 x depth 5, 10, 20 x gamma
    0, 1; a random ninth of the synthetic rows chooses, the winner is tested. Tree counts are read off one booster, so
    36 settings cost 12 fits. Categories split one against the rest, which is what one-hot columns do. Numbers go in
    as they are: the published rescaling is monotone and so nothing to a tree, except that its logarithm clips
    negative amounts, which is left out here.
    """
    import xgboost

    names = [name for name in test.columns if name != target]
    synthetic = synthetic[synthetic[target].notna()]
    features, types = _matrix([synthetic, test], names)
    truth, n_classes = _labels(synthetic[target], test[target])
    order = np.random.default_rng(seed).permutation(len(synthetic))
    valid, train = np.split(order, [max(1, len(order) // 9)])
    if n_classes and len(np.unique(truth[0][train])) < 2:
        return 0.5
    data = [
        xgboost.DMatrix(x, y, feature_types=types, enable_categorical=True, nthread=1)
        for x, y in (
            (features[0][train], truth[0][train]),
            (features[0][valid], truth[0][valid]),
            (features[1], truth[1]),
        )
    ]
    best = (-np.inf, None, None)
    for booster in _boosters(data[0], n_classes):
        for trees in (10, 50, 100):
            value = _agreement(truth[0][valid], booster.predict(data[1], iteration_range=(0, trees)), n_classes)
            if value > best[0]:
                best = (value, booster, trees)
    guess = best[1].predict(data[2], iteration_range=(0, best[2]))
    return _agreement(truth[1], guess, n_classes)


def distance_share(train, holdout, synthetic, seed=0, rows=5000):
    """Share of the synthetic rows that lie nearer to a training row than to any holdout row; a tie counts one half.

    One half is ideal, 1 means copies. Training and holdout part are cut to the same size (without that the share
    means nothing); L1 distance, numbers divided by the range of both parts together, each differing category counts
    1, and so does a cell missing on one side only. At most `rows` synthetic rows are looked at: the standard error is
    .5 / sqrt(rows). Where the training part is much larger than the holdout, most rows that could have been copied
    are out of sight and the share is pulled towards one half: read it against that of a copy of the training table.
    """
    rng = np.random.default_rng(seed)
    holdout, synthetic = _same_columns(train, holdout), _same_columns(train, synthetic)
    size = min(len(train), len(holdout))
    parts = [_sample(train, size, rng), _sample(holdout, size, rng), _sample(synthetic, rows, rng)]
    numbers, categories = _distance_parts(parts)
    to_train, to_holdout = (_nearest(numbers[2], categories[2], numbers[i], categories[i]) for i in (0, 1))
    difference = to_train - to_holdout
    tie = np.abs(difference) < 1e-9
    return float(np.mean(np.where(tie, 0.5, difference < 0)))


def broken_share(train, synthetic, columns=("education", "education-num")):
    """Share of the synthetic rows whose values in `columns` never occur together in the training table.

    nan if the table has no such columns.

    Examples
    --------
    >>> train = pd.DataFrame({"education": ["HS", "BA"], "education-num": [9, 13]})
    >>> broken_share(train, pd.DataFrame({"education": ["HS", "HS"], "education-num": [9.0, 13.0]}))
    0.5
    """
    columns = list(columns)
    if not set(columns) <= set(train.columns):
        return float("nan")
    seen = set(train[columns].itertuples(index=False, name=None))
    return float(np.mean([row not in seen for row in synthetic[columns].itertuples(index=False, name=None)]))


def _is_number(column):
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _floats(column):
    return column.to_numpy(dtype="float64", na_value=np.nan)


def _same_columns(real, synthetic):
    absent = [name for name in real if name not in synthetic]
    if absent:
        raise ValueError(f"The synthetic table lacks the columns {absent}; it must have every column of the real one.")
    return synthetic[list(real.columns)]


def _sample(frame, rows, rng):
    return frame if len(frame) <= rows else frame.iloc[rng.permutation(len(frame))[:rows]]


def _codes(*columns):
    """Integer codes of category columns over the levels of all of them; missing is the level -1."""
    codes, _ = pd.factorize(np.concatenate([np.asarray(column, dtype=object) for column in columns]))
    return np.split(codes, np.cumsum([len(column) for column in columns])[:-1])


def _kolmogorov_smirnov(real, synthetic):
    real, synthetic = (np.sort(values[~np.isnan(values)]) for values in (real, synthetic))
    if not len(real) or not len(synthetic):
        return float(len(real) != len(synthetic))
    at = np.concatenate([real, synthetic])
    below = [np.searchsorted(values, at, side="right") / len(values) for values in (real, synthetic)]
    return np.abs(below[0] - below[1]).max()


def _total_variation(real, synthetic):
    _, cell = np.unique(np.concatenate([real, synthetic]), return_inverse=True)
    real, synthetic = (np.bincount(part, minlength=cell.max() + 1) / len(part) for part in np.split(cell, [len(real)]))
    return np.abs(real - synthetic).sum() / 2


def _binned(real, synthetic, shared_edges):
    if not _is_number(real):
        return _codes(real, synthetic)
    real, synthetic = _floats(real), _floats(synthetic)
    if not shared_edges:
        return [np.digitize(values, np.histogram_bin_edges(values[~np.isnan(values)])) for values in (real, synthetic)]
    edges = np.unique(np.nanquantile(real, np.linspace(0.1, 0.9, 9)))
    return [np.where(np.isnan(values), -1, np.searchsorted(edges, values)) for values in (real, synthetic)]


def _contingency_error(first, second):
    width = 2 + max(codes.max() for codes in second)
    return _total_variation(*(a.astype("int64") * width + b for a, b in zip(first, second, strict=True)))


def _matrix(frames, names):
    """Float matrices of several frames, categories as codes with shared levels, and XGBoost's feature types."""
    columns, types = [], []
    for name in names:
        number = all(_is_number(frame[name]) for frame in frames)
        types.append("q" if number else "c")
        parts = [_floats(frame[name]) for frame in frames] if number else _codes(*(frame[name] for frame in frames))
        columns.append([part if number else np.where(part < 0, np.nan, part) for part in parts])
    return [np.column_stack([parts[i] for parts in columns]) for i in range(len(frames))], types


def _labels(synthetic, test):
    """The two targets as numbers, and the number of classes (0: the target is a number)."""
    if _is_number(synthetic) and _is_number(test):
        return (_floats(synthetic), _floats(test)), 0
    codes = _codes(synthetic, test)
    return codes, int(max(part.max() for part in codes)) + 1


def _boosters(data, n_classes):
    import xgboost

    objective = {"objective": "reg:squarederror"} if not n_classes else {"objective": "binary:logistic"}
    if n_classes > 2:
        objective = {"objective": "multi:softprob", "num_class": n_classes}
    for depth in (5, 10, 20):
        for weight in (1, 10):
            for gamma in (0, 1):
                yield xgboost.train(
                    {
                        **objective,
                        "max_depth": depth,
                        "min_child_weight": weight,
                        "gamma": gamma,
                        "tree_method": "hist",
                        "max_cat_to_onehot": 2**30,
                        "nthread": 1,
                        "seed": 0,
                        "verbosity": 0,
                    },
                    data,
                    num_boost_round=100,
                )


def _agreement(truth, guess, n_classes):
    """R² of a number, AUC of a class; macro one-against-rest over the classes that the truth holds."""
    if not n_classes:
        return r2_score(truth, guess) if len(truth) > 1 else -abs(truth[0] - guess[0])
    if n_classes <= 2:
        guess = np.column_stack([1 - guess, guess])
    held = [label for label in range(n_classes) if 0 < np.mean(truth == label) < 1]
    if n_classes <= 2:
        held = held[-1:]
    return float(np.mean([roc_auc_score(truth == label, guess[:, label]) for label in held])) if held else 0.5


def _distance_parts(parts):
    """Scaled numbers and category codes of train, holdout and synthetic; a missing cell is a category of its own."""
    sizes = np.cumsum([len(part) for part in parts])[:-1]
    numbers, categories = [np.zeros(sum(map(len, parts)))], [np.zeros(sum(map(len, parts)))]
    for name in parts[0]:
        if not _is_number(parts[0][name]):
            categories.append(np.concatenate(_codes(*(part[name] for part in parts))))
            continue
        values = np.concatenate([_floats(part[name]) for part in parts])
        missing, real = np.isnan(values), values[: sizes[-1]]
        real = real[~np.isnan(real)]
        low, span = (real.min(), np.ptp(real) or 1.0) if len(real) else (0.0, 1.0)
        numbers.append(np.where(missing, 0.5, (values - low) / span))
        if missing.any():
            categories.append(missing)
    return [np.split(np.column_stack(columns).astype("float64"), sizes) for columns in (numbers, categories)]


def _nearest(numbers, categories, other_numbers, other_categories, chunk=512):
    """Distance of every row to its nearest one among the others, a chunk of rows at a time."""
    width = categories.shape[1]
    return np.concatenate(
        [
            (
                cdist(numbers[i : i + chunk], other_numbers, "cityblock")
                + width * cdist(categories[i : i + chunk], other_categories, "hamming")
            ).min(axis=1)
            for i in range(0, len(numbers), chunk)
        ]
    )
