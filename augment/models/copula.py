"""Rows of a Gaussian copula: what a small table surely says, as training rows that never run out."""

import numpy as np
from scipy.special import ndtr, ndtri
from sklearn.covariance import LedoitWolf


def copula_rows(layout, x, n, rng):
    """Draw rows that have the columns' distributions and the pairwise rank correlations of `x`, and nothing else.

    Each column becomes normal scores of its ranks, categories being ranked by the mean of their rows along the first
    principal component of the ordered columns; rows are drawn with the correlations of these scores, shrunk as Ledoit
    and Wolf (Journal of Multivariate Analysis 88, 2004) do, and turned back.

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
    pairs = list(zip(layout.blocks, _orders(layout, x), strict=True))
    scores = np.stack([_scores(block, x, order, rng) for block, order in pairs], axis=1)
    spread = np.maximum(scores.std(axis=0), 1e-6)
    covariance = LedoitWolf().fit(scores / spread).covariance_
    scale = np.sqrt(np.diag(covariance))
    factor = np.linalg.cholesky(covariance / np.outer(scale, scale) + 1e-6 * np.eye(len(scale)))
    ranks = ndtr(rng.standard_normal((n, len(scale))) @ factor.T)
    rows = np.zeros((n, layout.width), "int32")
    for i, (block, order) in enumerate(pairs):
        rows[:, block.start : block.start + block.width] = _tokens(block, order, ranks[:, i])
    for rule in layout.rules:
        _obey(rule, layout.blocks, rows)
    return rows


def _obey(rule, blocks, rows):
    """Put the determined column of a rule right, in place."""
    first, second = blocks[rule.first].start, blocks[rule.second].start
    if rule.allowed.sum(axis=1).max() == 1:
        rows[:, second] = rule.allowed.argmax(axis=1)[rows[:, first]]
    else:
        rows[:, first] = rule.allowed.argmax(axis=0)[rows[:, second]]


def _orders(layout, x):
    """An order of each block's coarse tokens: their own where they have one, else that of their mean scores."""
    own = [np.arange(block.size) for block in layout.blocks]
    flat = np.stack([x[:, block.start] / max(block.size - 1, 1) for block in layout.blocks], axis=1)
    ordered = [i for i, block in enumerate(layout.blocks) if block.ranks is not None]
    if not ordered or len(ordered) == len(own):
        return own
    centred = flat[:, ordered] - flat[:, ordered].mean(axis=0)
    component = np.linalg.svd(centred / np.maximum(centred.std(axis=0), 1e-6), full_matrices=False)[0][:, 0]
    for i, block in enumerate(layout.blocks):
        if block.ranks is None:
            counts = np.bincount(x[:, block.start], minlength=block.size)
            sums = np.bincount(x[:, block.start], component, minlength=block.size)
            own[i] = np.argsort(sums / np.maximum(counts, 1), kind="stable")
    return own


def _edges(block, order):
    upper = np.cumsum(block.proportions[order])
    return upper - block.proportions[order], upper


def _scores(block, x, order, rng):
    """Normal scores of a block: of a random place in each token's share of the ranks."""
    lower, upper = _edges(block, order)
    place = np.argsort(order)[x[:, block.start]]
    inside = rng.random(len(x))
    if block.levels:
        inside = np.where(block.has_levels[x[:, block.start]], (x[:, block.start + 1] + inside) / block.levels, inside)
    return ndtri(np.clip(lower[place] + inside * (upper - lower)[place], 1e-4, 1 - 1e-4))


def _tokens(block, order, ranks):
    lower, upper = _edges(block, order)
    place = np.minimum(np.searchsorted(upper, ranks, side="right"), block.size - 1)
    coarse = order[place]
    if not block.levels:
        return coarse[:, None]
    inside = (ranks - lower[place]) / np.maximum((upper - lower)[place], 1e-12)
    fine = np.clip(inside * block.levels, 0, block.levels - 1).astype("int32")
    return np.stack([coarse, fine * block.has_levels[coarse]], axis=1)
