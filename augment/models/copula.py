"""Rows of a Gaussian copula: what a small table surely says, as training rows that never run out."""

import numpy as np
from scipy.special import ndtri
from sklearn.covariance import LedoitWolf
from sklearn.linear_model import Ridge


def copula_rows(layout, x, n, rng):
    """Draw rows that keep the columns' distributions and linear relations between normal scores, and nothing else.

    The categories of a row are those of a random row of `x`. Ordered columns become normal scores of their ranks, which
    are drawn around their regression on the categories (the location model of Olkin and Tate, Annals of Mathematical
    Statistics 32, 1961) with the covariance of its residuals, shrunk as Ledoit and Wolf (Journal of Multivariate
    Analysis 88, 2004) do, and turned back through their ranks.

    Parameters
    ----------
    layout : Layout
        The form of encoded rows.
    x : ndarray of int32 of shape (n_samples, layout.width)
        Encoded rows.
    n : int
        Number of rows to draw.
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    ndarray of int32 of shape (n, layout.width)
        Encoded rows, without copies.
    """
    rows = np.zeros((n, layout.width), "int32")
    drawn = rng.integers(0, len(x), n)
    labels = [block for block in layout.blocks if block.ranks is None]
    ordered = [block for block in layout.blocks if block.ranks is not None]
    for block in labels:
        rows[:, block.start] = x[drawn, block.start]
    if ordered:
        scores = np.stack([_scores(block, x, rng) for block in ordered], axis=1)
        means, covariance = _relations(scores, _one_hot(labels, x))
        factor = np.linalg.cholesky(covariance + 1e-9 * np.eye(len(covariance)))
        latent = means[drawn] + rng.standard_normal((n, len(ordered))) @ factor.T
        ranks = (latent.argsort(axis=0).argsort(axis=0) + 0.5) / n
        for block, rank in zip(ordered, ranks.T, strict=True):
            rows[:, block.start : block.start + block.width] = _tokens(block, rank)
    for rule in layout.rules:
        _obey(rule, layout.blocks, rows)
    return rows


def _relations(scores, one_hot):
    """Mean of each row's scores given its categories, and the covariance of what is left."""
    means = np.broadcast_to(scores.mean(axis=0), scores.shape)
    if one_hot.shape[1]:
        means = Ridge(alpha=2.0).fit(one_hot, scores).predict(one_hot).reshape(scores.shape)
    return means, LedoitWolf().fit(scores - means).covariance_


def _one_hot(blocks, x):
    """Indicators of all categories of `blocks`, of shape (len(x), number of categories)."""
    return np.concatenate([np.zeros((len(x), 0))] + [np.eye(b.size)[x[:, b.start]] for b in blocks], axis=1)


def _scores(block, x, rng):
    """Normal scores of an ordered block: of a random place in each token's share of the ranks."""
    coarse, inside = x[:, block.start], rng.random(len(x))
    if block.levels:
        inside = np.where(block.has_levels[coarse], (x[:, block.start + 1] + inside) / block.levels, inside)
    upper = np.cumsum(block.proportions)[coarse]
    return ndtri(np.clip(upper - (1 - inside) * block.proportions[coarse], 1e-3, 1 - 1e-3))


def _tokens(block, ranks):
    """Tokens of an ordered block that stand at `ranks` in (0, 1)."""
    upper = np.cumsum(block.proportions)
    coarse = np.minimum(np.searchsorted(upper, ranks, side="right"), block.size - 1)
    if not block.levels:
        return coarse[:, None]
    inside = 1 - (upper[coarse] - ranks) / np.maximum(block.proportions[coarse], 1e-12)
    fine = np.clip(inside * block.levels, 0, block.levels - 1).astype("int32")
    return np.stack([coarse, fine * block.has_levels[coarse]], axis=1)


def _obey(rule, blocks, rows):
    """Put the determined column of a rule right, in place."""
    first, second = blocks[rule.first].start, blocks[rule.second].start
    if rule.allowed.sum(axis=1).max() == 1:
        rows[:, second] = rule.allowed.argmax(axis=1)[rows[:, first]]
    else:
        rows[:, first] = rule.allowed.argmax(axis=0)[rows[:, second]]
