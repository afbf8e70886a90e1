"""Linear regressions of the steps of series on the steps before, of all series or of those of a class."""

import numpy as np

RIDGE = 1e-3
PRIOR = 10.0  # rows that the regression of all is worth beside a class's own


def regressions(steps, whole=None):
    """What foretells each number of series: of the first step, and of all others.

    Parameters
    ----------
    steps : ndarray of shape (n, length, c)
        The series.
    whole : tuple of ndarray, default=None
        What this gave of all series, when these are those of a class: theirs are drawn towards it.

    Returns
    -------
    slopes : ndarray of shape (2, 2 c + 1, c)
        Coefficients of each channel on the step before, the channels before and a one.
    scales : ndarray of shape (2, c)
        Standard deviations of what is left.

    Examples
    --------
    >>> series = [np.random.default_rng(0).normal(size=(500, 1))]
    >>> for _ in range(9):
    ...     series.append(0.6 * series[-1] + 0.8 * np.random.default_rng(len(series)).normal(size=(500, 1)))
    >>> slopes, scales = regressions(np.stack(series, axis=1))
    >>> slopes[1, 0].round(1).tolist(), scales.round(1).tolist()
    ([0.6], [[1.0], [0.8]])
    """
    c = steps.shape[2]
    slopes, scales = np.zeros((2, 2 * c + 1, c)), np.ones((2, c))
    before = np.concatenate([np.zeros_like(steps[:, :1]), steps[:, :-1]], axis=1)
    for late, places in enumerate([slice(0, 1), slice(1, None)]):
        now, last = (part[:, places].reshape(-1, c) for part in (steps, before))
        last = last if late else 0 * last
        if whole is not None:
            slopes[late], scales[late] = _of_class(now, last, whole[0][late], whole[1][late])
        elif len(now):
            slopes[late], scales[late] = _of_all(now, last)
    return slopes, scales


def _of_all(now, before):
    n, c = now.shape
    slopes, scales = np.zeros((2 * c + 1, c)), np.ones(c)
    for i in range(c):
        known = np.column_stack([before, now[:, :i], np.ones(n)])
        ridge = RIDGE * np.diag([1.0] * (c + i) + [0.0])
        solved = np.linalg.solve(known.T @ known / n + ridge, known.T @ now[:, i] / n)
        slopes[: c + i, i], slopes[-1, i] = solved[:-1], solved[-1]
        scales[i] = (now[:, i] - known @ solved).std()
    return slopes, scales


def _of_class(now, before, slopes, scales):
    """Coefficients and scales near those of all: so many rows of unit variance say that they are the same."""
    n, c = now.shape
    slopes, scales = slopes.copy(), scales.copy()
    for i in range(c):
        known, places = np.column_stack([before, now[:, :i], np.ones(n)]), [*range(c + i), 2 * c]
        left = now[:, i] - known @ slopes[places, i]
        apart = np.linalg.solve(known.T @ known + PRIOR * np.eye(c + i + 1), known.T @ left)
        slopes[places, i] += apart
        squares = np.sum((left - known @ apart) ** 2)
        scales[i] = np.sqrt((squares + PRIOR * scales[i] ** 2) / (n + PRIOR))
    return slopes, scales
