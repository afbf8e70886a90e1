"""What labels leave of the numbers: how it is spread in each class, and how it moves between rows and classes."""

from dataclasses import dataclass

import numpy as np
from sklearn.covariance import LedoitWolf
from sklearn.linear_model import Ridge

from augment.models.latents import one_hot, ranks

SPREAD = 1.5  # widths of Scott's kernel that numbers move at strength 1
CLASSES = 10  # a label of more has no covariances of its own
PRIORS = 0.5, 2, 8  # rows for each number that the covariance of all is worth beside a class's own
FOLDS, LEAST = 5, 20  # of the comparison of labels, and rows that it needs
MARGIN = 30  # rows of a class that a normal margin is worth beside those that it has
JITTER = 1e-6  # variance that keeps covariances of numbers that coincide from being singular


def move(scores, sizes, codes, new_codes, drawn, strength, rng, by_class=False):
    """Scores of the rows `drawn` after their labels changed and they moved.

    A score is its mean given the labels, a linear one (the location model of Olkin and Tate, Annals of Mathematical
    Statistics 32, 1961; ridge regression shrinks the means of rare categories), and a residual. Residuals have a
    covariance (see `spread_of`): in units of it they move by a normal kernel of `SPREAD * strength` times Scott's width
    (Multivariate Density Estimation, 1992) and are scaled back (Silverman and Young, Biometrika 74, 1987), so that
    variances and correlations go, the more they move, from those of the rows to those of that shrunken covariance.

    Parameters
    ----------
    scores : ndarray of shape (n_samples, d)
        Normal scores of the real rows; NaN where there is none.
    sizes : list of int
        Number of categories of each label.
    codes, new_codes : list of ndarray of int of shape (n_samples,) and (n,)
        Categories of the real and of the new rows, for each label.
    drawn : ndarray of int of shape (n,)
        The real row that each new one comes from.
    strength : float
        How far they move.
    rng : numpy.random.Generator
    by_class : bool, default=False
        Whether classes may have covariances of their own.

    Returns
    -------
    ndarray of shape (n, d)
    """
    n, d = scores.shape
    real, new = one_hot(sizes, codes, n), one_hot(sizes, new_codes, len(drawn))
    means, new_means = np.zeros((n, d)), np.zeros((len(drawn), d))
    for j in range(d):
        there = ~np.isnan(scores[:, j])
        if there.any() and real.shape[1]:
            regression = Ridge(alpha=2.0).fit(real[there], scores[there, j])
            means[:, j], new_means[:, j] = regression.predict(real), regression.predict(new)
    residuals = _completed(scores - means, rng)
    spread = spread_of(residuals, codes if by_class else [], rng)
    width = SPREAD * strength * (4 / (n * (d + 2))) ** (1 / (d + 4))
    units = spread.whiten(residuals, codes)[drawn]
    units = (units + width * rng.standard_normal(units.shape)) / np.sqrt(1 + width**2)
    return new_means + spread.colour(units, new_codes)


def with_margins(moved, new_code, scores, code):
    """Moved scores whose margins in each class go towards those of its real rows, the more so the more it has.

    A mean and normal residuals lay classes that lie apart over each other: among all rows each has only a part of the
    normal scores, and a normal distribution has no ends. Quantiles of both are averaged (Vincent's method).

    Parameters
    ----------
    moved, scores : ndarray of shape (n, d) and (n_samples, d)
        Of new and real rows; NaN where a real row has none.
    new_code, code : ndarray of int of shape (n,) and (n_samples,)
        Their classes.

    Returns
    -------
    ndarray of shape (n, d)
    """
    moved = moved.copy()
    for category in np.unique(new_code):
        rows, real = np.flatnonzero(new_code == category), scores[code == category]
        for j in range(real.shape[1]):
            own = np.sort(real[~np.isnan(real[:, j]), j])
            if len(own) > 1:
                told = np.interp(ranks(moved[rows, j]), ranks(own), own)
                moved[rows, j] += len(own) / (len(own) + MARGIN) * (told - moved[rows, j])
    return moved


@dataclass(frozen=True)
class Spread:
    """Covariances of residuals, one for each category of a label, or a single one.

    Parameters
    ----------
    label : int or None
        Which label's; None for a single covariance.
    factors : ndarray of shape (n_categories, d, d)
        Lower Cholesky factors.
    """

    label: int | None
    factors: np.ndarray

    def whiten(self, residuals, codes):
        """Residuals in units of their class: uncorrelated, of variance one."""
        return self._times(np.linalg.inv(self.factors), residuals, codes)

    def colour(self, units, codes):
        """The residuals of these classes that such units stand for."""
        return self._times(self.factors, units, codes)

    def _times(self, factors, rows, codes):
        if self.label is None:
            return rows @ factors[0].T
        out, code = np.empty_like(rows), codes[self.label]
        for category in np.unique(code):
            out[code == category] = rows[code == category] @ factors[category].T
        return out


def spread_of(residuals, codes, rng):
    """How residuals are spread: as in all rows, or in the classes of the label that tells most of it.

    The covariance of all is shrunk as Ledoit and Wolf (Journal of Multivariate Analysis 88, 2004) do; that of a class
    towards the one of all, which counts as a number of rows (regularised discriminant analysis: Friedman, Journal of
    the American Statistical Association 84, 1989). Label and number of rows are those under which held-out residuals
    are the likeliest; a label that makes them no likelier than a single covariance is not taken.

    Parameters
    ----------
    residuals : ndarray of shape (n, d)
        Without gaps.
    codes : list of ndarray of int of shape (n,)
        The category of each row, for each label.
    rng : numpy.random.Generator
        Draws the folds.

    Returns
    -------
    Spread
    """
    pooled = _pooled(residuals)
    found = _telling_label(residuals, codes, rng) if len(residuals) >= LEAST else None
    if found is None:
        return Spread(None, np.linalg.cholesky(pooled)[None])
    label, prior = found
    return Spread(label, np.linalg.cholesky(_of_classes(residuals, codes[label], pooled, prior)))


def _telling_label(residuals, codes, rng):
    """Which label, and how many rows the pooled covariance counts for; None where no label is worth it."""
    fold, d = rng.permutation(len(residuals)) % FOLDS, residuals.shape[1]
    gains = {}
    for k in range(FOLDS):
        learn, check = residuals[fold != k], residuals[fold == k]
        pooled = _pooled(learn)
        without = _log_likelihood(check, np.zeros(len(check), int), pooled[None])
        for label, code in enumerate(codes):
            if 1 <= code.max() < CLASSES:
                for prior in PRIORS:
                    own = _of_classes(learn, code[fold != k], pooled, prior * d, code.max() + 1)
                    gain = _log_likelihood(check, code[fold == k], own) - without
                    gains[label, prior * d] = gains.get((label, prior * d), 0.0) + gain
    best = max(gains, key=gains.get, default=None)
    return best if best is not None and gains[best] > 0 else None


def _pooled(residuals):
    return LedoitWolf().fit(residuals).covariance_ + JITTER * np.eye(residuals.shape[1])


def _of_classes(residuals, code, pooled, prior, size=None):
    """Covariance of each category's residuals, whose means are taken as zero."""
    covariances = []
    for category in range(size or code.max() + 1):
        own = residuals[code == category]
        covariances.append((own.T @ own + prior * pooled) / (len(own) + prior))
    return np.stack(covariances)


def _log_likelihood(residuals, code, covariances):
    """Of centred normal residuals, without the constant."""
    total = 0.0
    for category in np.unique(code):
        own, factor = residuals[code == category], np.linalg.cholesky(covariances[category])
        units = np.linalg.solve(factor, own.T)
        total -= (units**2).sum() / 2 + len(own) * np.log(np.diag(factor)).sum()
    return total


def _completed(residuals, rng):
    """`residuals` without gaps: what their regression on the other columns says, and noise."""
    known = ~np.isnan(residuals)
    filled = np.where(known, residuals, 0)
    for j in np.flatnonzero(~known.all(axis=0)):
        rows, others = known[:, j], np.delete(filled, j, axis=1)
        if rows.any() and others.shape[1]:
            regression = Ridge(alpha=2.0).fit(others[rows], residuals[rows, j])
            left = (residuals[rows, j] - regression.predict(others[rows])).std()
            guess = regression.predict(others[~rows])
        else:
            left, guess = 1.0, 0.0
        filled[~rows, j] = guess + left * rng.standard_normal((~rows).sum())
    return filled
