"""Rows near the real ones: what the model of a small table learns from, so that it cannot learn the rows themselves."""

import warnings

import numpy as np
from scipy.sparse import csr_array
from scipy.special import ndtri
from sklearn.covariance import LedoitWolf
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

SPREAD = 1.5  # widths of Scott's kernel that numbers move at strength 1
REDRAWN = 0.3  # share of labels that are redrawn at strength 1
LITTLE = 0.003  # a smaller share is not worth the regressions
FEW = 10  # a number of so many values at most is a label: its values may be codes
HEAVY = 0.25  # share of a number from which on a value is a label, too, at strength 1: no line goes through it
MANY = 30  # labels of more categories are kept, and tell nothing of others that are redrawn
FITTED = 2000  # rows that the redrawing learns from
MOST_ROWS, MOST_CELLS = 300_000, 8_000_000  # that are drawn


def strength_of(smoothing, layout):
    """What the parameter `smoothing` of a recipe, a number or "auto", means for rows of this form."""
    return automatic_smoothing(layout.n_samples) if isinstance(smoothing, str) else float(smoothing)


def automatic_smoothing(n_samples):
    """The strength that suits so many rows: 2.5 up to 80, 1 for 200 to 500, 0.01 for 50,000 and 0 above."""
    if n_samples > 50_000:
        return 0.0
    return float(np.exp(np.interp(np.log(n_samples), np.log([80, 200, 500, 50_000]), np.log([2.5, 1, 1, 0.01]))))


def training_rows(layout, x, n_seen, strength, rng):
    """The rows that a model sees in training: as many smoothed ones as it has time for, or `x` at strength 0.

    Parameters
    ----------
    n_seen : int
        How many rows training will see in all, repetitions counted.
    layout, x, strength, rng
        As in `smoothed_rows`.
    """
    if not strength:
        return x
    return smoothed_rows(layout, x, n_drawn(len(x), len(layout.blocks), n_seen), strength, rng)


def n_drawn(n_samples, n_cells, n_seen):
    """How many rows to draw where training sees `n_seen`: what memory takes, of rows of so many cells, not too few."""
    return max(n_samples, min(MOST_ROWS, MOST_CELLS // n_cells, n_seen))


def smoothed_rows(layout, x, n, strength, rng):
    """Draw rows from a kernel density of the table: real rows, all as often, moved.

    A row's labels (categories, numbers of few values and heavy values of others) are redrawn one after another by their
    logistic regressions on all the rest, each with the probability `REDRAWN * strength**2`: the best width of a label's
    kernel goes with the square of that of a number's (Li and Racine, Journal of Multivariate Analysis 86, 2003). Its
    numbers, as normal scores of their ranks, are what the labels make of them on average (the location model of Olkin
    and Tate, Annals of Mathematical Statistics 32, 1961) and a residual, which moves by a normal kernel of the
    residuals' covariance, shrunk as Ledoit and Wolf (Journal of Multivariate Analysis 88, 2004) do, and of `SPREAD *
    strength` times Scott's width (Multivariate Density Estimation, 1992). It is then scaled back, so that no variance
    or correlation changes (Silverman and Young, Biometrika 74, 1987).

    Parameters
    ----------
    layout : Layout
        The form of encoded rows.
    x : ndarray of int32 of shape (n_samples, layout.width)
        Encoded rows.
    n : int
        Number of rows to draw.
    strength : float
        How far the rows move: 0 leaves labels and ranks as they are.
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    ndarray of int32 of shape (n, layout.width)
        Encoded rows. Columns that coincided in a real row coincide in the moved one.
    """
    copied = {block for copy in layout.copies for block in (copy.first, copy.second)}
    heavy = HEAVY * min(1, strength) ** 2  # where numbers hardly move, a value of its own is a code and stays
    lines = [_Line(block, 0 if i in copied else heavy) for i, block in enumerate(layout.blocks) if _has_order(block)]
    labels = [_Label(block.start, np.arange(block.size)) for block in layout.blocks if not _has_order(block)]
    labels += [line.label for line in lines if line.label.size > 1]
    codes = [label.codes(x) for label in labels]
    scores = np.stack([line.scores(x, rng) for line in lines], axis=1) if lines else np.zeros((len(x), 0))
    drawn = rng.permutation(np.resize(rng.permutation(len(x)), n))
    sizes = [label.size for label in labels]
    new_codes = redraw(sizes, codes, scores, drawn, strength, rng)
    rows = np.zeros((n, layout.width), "int32")
    if lines:
        moved = move(scores, sizes, codes, new_codes, drawn, strength, rng)
        for line, latent in zip(lines, moved.T, strict=True):
            line.write(rows, latent, new_codes[labels.index(line.label)] if line.label in labels else None)
    for label, code in zip(labels, new_codes, strict=True):
        label.write(rows, code)
    for rule in layout.rules:
        _obey(rule, layout.blocks, rows)
    for copy in sorted(layout.copies, key=lambda copy: copy.second):  # along a chain: its first link first
        _coincide(copy, layout.blocks, rows, x[drawn, copy.flag] == 1)
    return rows


def _has_order(block):
    """Whether the values of a block are taken as places on a line."""
    return block.ranks is not None and (block.levels > 0 or block.size > FEW)


class _Label:
    """Some tokens of a block, each a category of its own; one more category for all its other tokens."""

    def __init__(self, start, tokens, others=False):
        self.start, self.tokens, self.size = start, tokens, len(tokens) + others

    def codes(self, x):
        code = np.full(self.tokens.max(initial=0) + 2, len(self.tokens))
        code[self.tokens] = np.arange(len(self.tokens))
        return code[np.minimum(x[:, self.start], len(code) - 1)]

    def write(self, rows, codes):
        known = codes < len(self.tokens)
        rows[known, self.start] = self.tokens[codes[known]]


class _Line:
    """A block of numbers as normal scores; "missing" and values of a share above `heavy` are a label's affair."""

    def __init__(self, block, heavy):
        self.block = block
        single = np.ones(block.size, bool) if block.has_levels is None else ~block.has_levels
        apart = single & (np.isnan(block.ranks[:, 0]) | (block.proportions > heavy))
        self.label = _Label(block.start, np.flatnonzero(apart), others=True)
        shares = np.where(apart, 0, block.proportions)
        self.shares = shares / max(shares.sum(), 1e-12)
        self.upper = np.cumsum(self.shares)

    def scores(self, x, rng):
        """Scores of a random place in each token's share of the ranks; NaN where there is none."""
        coarse, inside = x[:, self.block.start], rng.random(len(x))
        if self.block.levels:
            fine = (x[:, self.block.start + 1] + inside) / self.block.levels
            inside = np.where(self.block.has_levels[coarse], fine, inside)
        place = self.upper[coarse] - (1 - inside) * self.shares[coarse]
        return np.where(self.shares[coarse] > 0, ndtri(np.clip(place, 1e-3, 1 - 1e-3)), np.nan)

    def write(self, rows, latent, codes):
        """Write the tokens that stand where the scores `latent` rank among those of all rows that have one."""
        there = np.arange(len(rows)) if codes is None else np.flatnonzero(codes == len(self.label.tokens))
        rank = (latent[there].argsort().argsort() + 0.5) / max(len(there), 1)
        coarse = np.searchsorted(self.upper, rank, side="right")
        coarse = np.minimum(coarse, np.flatnonzero(self.shares).max(initial=0))
        rows[there, self.block.start] = coarse
        if self.block.levels:
            inside = 1 - (self.upper[coarse] - rank) / np.maximum(self.shares[coarse], 1e-12)
            fine = np.clip(inside * self.block.levels, 0, self.block.levels - 1).astype("int32")
            rows[there, self.block.start + 1] = fine * self.block.has_levels[coarse]


def redraw(sizes, codes, scores, drawn, strength, rng):
    """Codes of each label in the rows `drawn`, of which a share are drawn anew given all the rest of their row.

    Parameters
    ----------
    sizes : list of int
        Number of categories of each label.
    codes : list of ndarray of int of shape (n_samples,)
        Categories of the real rows.
    scores : ndarray of shape (n_samples, d)
        Numbers of the real rows as normal scores, NaN where there is none.
    drawn : ndarray of int of shape (n,)
        A real row for each new one.
    strength, rng
        As in `smoothed_rows`.
    """
    new, share = [code[drawn] for code in codes], REDRAWN * strength**2
    if share < LITTLE:
        return new
    small = [k for k, size in enumerate(sizes) if size <= MANY]
    scores = np.nan_to_num(scores)
    learned = rng.permutation(len(scores))[:FITTED]
    for k in small:
        rows = np.flatnonzero(rng.random(len(drawn)) < share)
        others = [i for i in small if i != k]
        if not len(rows) or len(np.unique(codes[k][learned])) < 2 or not (others or scores.shape[1]):
            continue

        def features(codes, scores, others=others):
            one_hot = _one_hot([sizes[i] for i in others], [codes[i] for i in others], len(scores))
            return np.concatenate([one_hot.toarray(), scores], axis=1)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            inputs = features([code[learned] for code in codes], scores[learned])
            model = LogisticRegression(C=0.3).fit(inputs, codes[k][learned])
        chances = np.cumsum(model.predict_proba(features([code[rows] for code in new], scores[drawn[rows]])), axis=1)
        place = (chances < rng.random((len(rows), 1)) * chances[:, -1:]).sum(axis=1)
        new[k][rows] = model.classes_[place]
    return new


def move(scores, sizes, codes, new_codes, drawn, strength, rng):
    """Scores (n, d) of the rows `drawn` after they moved, given what `redraw` made of their labels; else as there."""
    n, d = scores.shape
    real, new = _one_hot(sizes, codes, n), _one_hot(sizes, new_codes, len(drawn))
    means, new_means = np.zeros((n, d)), np.zeros((len(drawn), d))
    for j in range(d):
        there = ~np.isnan(scores[:, j])
        if there.any() and real.shape[1]:
            regression = Ridge(alpha=2.0).fit(real[there], scores[there, j])
            means[:, j], new_means[:, j] = regression.predict(real), regression.predict(new)
    residuals = _completed(scores - means, rng)
    factor = np.linalg.cholesky(LedoitWolf().fit(residuals).covariance_ + 1e-9 * np.eye(d))
    width = SPREAD * strength * (4 / (n * (d + 2))) ** (1 / (d + 4))
    moved = residuals[drawn] + width * (rng.standard_normal((len(drawn), d)) @ factor.T)
    return new_means + moved / np.sqrt(1 + width**2)


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


def _one_hot(sizes, codes, n):
    """Indicators of all categories of the labels, a sparse array of shape (n, number of categories)."""
    ends = np.cumsum([0, *sizes])
    columns = (np.reshape(codes, (len(sizes), n)) + ends[:-1, None]).T.ravel().astype("int32")
    rows = (np.arange(n + 1) * len(sizes)).astype("int32")
    return csr_array((np.ones(len(columns)), columns, rows), shape=(n, int(ends[-1])))


def _obey(rule, blocks, rows):
    """Put the determined column of a rule right, in place."""
    first, second = blocks[rule.first].start, blocks[rule.second].start
    if rule.allowed.sum(axis=1).max() == 1:
        rows[:, second] = rule.allowed.argmax(axis=1)[rows[:, first]]
    else:
        rows[:, first] = rule.allowed.argmax(axis=0)[rows[:, second]]


def _coincide(copy, blocks, rows, equal):
    """Give the second column of a copy the value of the first in the rows `equal`, in place; spikes have no copies."""
    first, second = blocks[copy.first], blocks[copy.second]
    tokens = copy.to_second[rows[:, first.start], rows[:, first.start + 1]]
    equal = equal & first.has_levels[rows[:, first.start]]
    equal &= second.has_levels[rows[:, second.start]] & second.has_levels[tokens[:, 0]]
    rows[equal, second.start : second.start + 2] = tokens[equal]
    rows[:, copy.flag] = equal
