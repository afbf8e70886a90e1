"""How well one column, cut into bins, tells each group of rows from all others: by the group's rate in the bin."""

import numpy as np

BINS, LABELS = 10, 30  # of numbers, and of categories; rarer ones share a bin


def bins_of(data, j, rows):
    """Bin of each row by column j: its commonest categories, or tenths of its training numbers; missing is the last.

    Parameters
    ----------
    data : Data
    j : int
    rows : dict of str to ndarray
        Rows of each table.

    Returns
    -------
    bins : dict of str to ndarray of int
    n_bins : int
        That of missing values included.

    Examples
    --------
    >>> import pandas as pd
    >>> from augment.auditing.frames import prepare
    >>> frame = pd.DataFrame({"city": ["Rome", "Oslo", "Rome", None] * 5})
    >>> bins, n_bins = bins_of(prepare(frame, frame), 0, {"train": np.arange(4)})
    >>> bins["train"].tolist(), n_bins
    ([0, 1, 0, 3], 4)
    """
    column, train = data.columns[j], data.train[:, j]
    values = {t: data.tables[t][r, j] for t, r in rows.items()}
    if column.is_category:
        n_bins = min(len(column.labels), LABELS) + 1
        codes = {t: np.minimum(np.where(np.isnan(v), 0, v), n_bins - 1) for t, v in values.items()}
    else:
        present = train[~np.isnan(train)]
        steps = np.linspace(0, 1, BINS + 1)[1:-1]
        edges = np.unique(np.quantile(present, steps, method="nearest")) if len(present) else np.empty(0)
        n_bins = len(edges) + 1
        codes = {t: np.searchsorted(edges, v) for t, v in values.items()}
    return {t: np.where(np.isnan(v), n_bins, codes[t]).astype(int) for t, v in values.items()}, n_bins + 1


def binned_areas(counts, smoothing=1.0):
    """AUC of telling each group by its rate in each bin, where the rate is that of the other folds.

    Parameters
    ----------
    counts : ndarray of shape (folds, bins, groups + 1)
        Rows; the last group is told from none, only others from it.

    Returns
    -------
    area : ndarray of shape (groups,)
        Mean over folds.
    v10, v01 : ndarray of shape (groups,)
        Variances of a row's placement, within the group and outside of it (DeLong, DeLong and Clarke-Pearson 1988).
    per : (ndarray, ndarray) of shape (folds, groups)
        What each is to be divided by in each fold, as reciprocals.

    Examples
    --------
    >>> counts = np.tile([[10, 0], [0, 10]], (5, 1, 1))  # the bin tells the group
    >>> binned_areas(counts)[0].tolist()
    [1.0]
    """
    inside = counts[..., :-1].astype(float)
    outside = counts.sum(axis=-1, keepdims=True) - inside
    whole, n = inside.sum(axis=0) - inside, (inside + outside).sum(axis=0) - (inside + outside)
    prior = whole.sum(axis=1, keepdims=True) / np.maximum(n.sum(axis=1, keepdims=True), 1)
    score = np.round((whole + smoothing * prior) / (n + smoothing), 12)  # (folds, bins, groups)
    first, second = score[:, :, None], score[:, None]
    above = (first > second) + 0.5 * (first == second)  # (folds, bins, other bins, groups)
    m, k = (np.maximum(c.sum(axis=1), 1) for c in (inside, outside))
    placed = np.einsum("fbcg,fcg->fbg", above, outside) / k[:, None]
    passed = np.einsum("fbcg,fbg->fcg", above, inside) / m[:, None]
    area = (placed * inside).sum(axis=1) / m
    spread = [
        (c * (p - area[:, None]) ** 2).sum(axis=(0, 1)) / np.maximum(c.sum(axis=(0, 1)) - len(counts), 1)
        for c, p in ((inside, placed), (outside, passed))
    ]
    return area.mean(axis=0), *spread, (1 / m, 1 / k)
