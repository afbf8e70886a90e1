"""The prepared tables as features: for trees, for a linear model, for distances. One scale serves all tables."""

import numpy as np

from augment.auditing.frames import IDENTIFIER_SHARE

TREE_CATEGORIES = 250  # scikit-learn's histogram trees take at most 255


def for_trees(data, columns):
    """Numbers as they are, categories as codes (the rarest share one): matrices by table, and which are categories."""
    category = np.array([data.columns[j].is_category for j in columns], bool)
    limit = np.where(category, float(TREE_CATEGORIES), np.inf)
    return {name: np.minimum(table[:, columns], limit) for name, table in data.tables.items()}, category


def splittable(x):
    """`x` with zeros for columns without any value: trees cannot bin those, and split on no constant.

    Examples
    --------
    >>> splittable(np.array([[np.nan, 1.0], [np.nan, np.nan]])).tolist()
    [[0.0, 1.0], [0.0, nan]]
    """
    return np.where(np.isnan(x).all(axis=0), 0.0, x)


def for_linear(data, columns, budget=1000):
    """Standardised numbers (missing ones at the mean, with a flag) and one-hot categories: float32 matrices by table.

    Means and deviations are those of the training rows. Values beyond five deviations are brought back to five.
    """
    n_categories = sum(data.columns[j].is_category for j in columns)
    at_most = int(np.clip(budget // max(n_categories, 1), 2, 20))
    blocks = {name: [] for name in data.tables}
    for j in columns:
        train = data.train[:, j]
        if data.columns[j].is_category:
            size = min(len(data.columns[j].labels), at_most)
            for name, table in data.tables.items():
                blocks[name].append(one_hot(table[:, j], size))
            continue
        present = train[~np.isnan(train)]
        mean, scale = (present.mean(), present.std()) if len(present) else (0.0, 1.0)
        for name, table in data.tables.items():
            missing = np.isnan(table[:, j])
            scaled = np.where(missing, 0.0, (table[:, j] - mean) / (scale if scale > 0 else 1.0)).clip(-5, 5)
            blocks[name].append(np.column_stack([scaled, missing]).astype("float32"))
    return {name: np.concatenate(parts, axis=1) for name, parts in blocks.items()}


def for_distances(data, columns, rows, at_most=50):
    """Points whose squared distance is a sum over columns of at most one each: float64 matrices by table.

    A number is its rank among the training and holdout rows, between 0 and 1, so that scale and tails do not matter;
    two different categories are one apart, and so are a missing and a present value.

    Parameters
    ----------
    rows : dict of str to ndarray of int
        Rows to take from each table. The ranks are those among these real rows.
    """
    blocks = {name: [] for name in rows}
    for j in columns:
        values = {name: data.tables[name][index, j] for name, index in rows.items()}
        real = np.concatenate([v for name, v in values.items() if name != "synthetic"])
        real = real[~np.isnan(real)]
        if data.columns[j].is_category:
            place, size = _commonest(real, len(data.columns[j].labels), at_most)
            for name, v in values.items():
                codes = np.where(np.isnan(v), np.nan, place[np.where(np.isnan(v), 0, v).astype(int)])
                blocks[name].append(one_hot(codes, size) * np.sqrt(0.5))
            continue
        real = np.unique(real, return_counts=True)
        for name, v in values.items():
            blocks[name].append(np.column_stack([_rank(v, *real), np.isnan(v)]))
    return {name: np.concatenate(parts, axis=1, dtype="float64") for name, parts in blocks.items()}


def _commonest(codes, n_labels, at_most):
    """New codes that keep the commonest labels of all real rows and fold the others into one; and how many are kept.

    Train and holdout must be treated alike. Labels are in the order of the training rows, so keeping the first ones, or
    even breaking ties by that order, would fold more of the holdout's labels and pull synthetic rows towards it.
    """
    counts = np.bincount(codes.astype(int), minlength=max(n_labels, 1))
    cut = np.sort(counts)[::-1][at_most] if len(counts) > at_most else 0
    kept = counts > cut
    size = int(kept.sum())
    return np.where(kept, np.cumsum(kept) - 1, size).astype(float), size


def _rank(values, distinct, counts):
    """Share of real values below each value, half of its equals included; 0.5 for a missing one."""
    if not len(distinct):
        return np.full(len(values), 0.5)
    middle = (np.cumsum(counts) - counts / 2) / counts.sum()
    return np.where(np.isnan(values), 0.5, np.interp(np.where(np.isnan(values), 0, values), distinct, middle))


def one_hot(codes, size):
    """Codes as rows with a single one: of `size` categories, of all rarer ones together, or of missing."""
    places = np.where(np.isnan(codes), size + 1, np.minimum(codes, size)).astype(int)
    return np.eye(size + 2, dtype="float32")[places]


def row_choices(data):
    """Columns that make up a row, as one or two choices: all that are compared, and those that cannot be a key.

    Whole numbers that hardly ever repeat may be a key, such as a customer number, or a measurement, such as an income.
    As a key they would hide every copied row that was given a new one; as a measurement they tell rows apart.
    """
    whole = data.compared
    plain = [j for j in whole if not _may_be_key(data.columns[j], data.train[:, j])]
    return [columns for columns in ([whole, plain] if plain != whole else [whole]) if columns]


def _may_be_key(column, values):
    present = values[~np.isnan(values)]
    whole = column.kind == "number" and (present == np.floor(present)).all()
    return bool(whole and len(np.unique(present)) > IDENTIFIER_SHARE * len(present))


def row_keys(data, columns):
    """A whole number for each row of each table: rows have the same number when they are the same in `columns`."""
    stacked = np.concatenate([table[:, columns] for table in data.tables.values()])
    keys = np.zeros(len(stacked), "int64")
    for j in range(stacked.shape[1]):
        codes = np.unique(stacked[:, j], return_inverse=True)[1].astype("int64")  # NaN is one value
        keys = np.unique(keys * (codes.max() + 1) + codes, return_inverse=True)[1].astype("int64")
    stops = np.cumsum(list(data.sizes.values()))[:-1]
    return dict(zip(data.tables, np.split(keys, stops), strict=True))
