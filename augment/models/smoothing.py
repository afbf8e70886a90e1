"""Rows near the real ones: what the model of a small table learns from, so that it cannot learn the rows themselves."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from augment.models.base import in_chunks
from augment.models.discriminant import Discriminant
from augment.models.latents import Label, Line, has_order, one_hot
from augment.models.regression import LEAST, TargetProcess
from augment.models.residuals import move, with_margins

REDRAWN = 0.3  # share of labels that are redrawn at strength 1
LITTLE = 0.003  # a smaller share is not worth the regressions
HEAVY = 0.25  # share of a number from which on a value is a label, too, at strength 1: no line goes through it
MANY = 30  # labels of more categories tell nothing of others that are redrawn, and are themselves kept for networks
FITTED = 2000  # rows that the redrawing learns from
MOST_ROWS, MOST_CELLS = 300_000, 8_000_000  # that are drawn
STRENGTHS = {80: 2.5, 200: 1, 500: 1, 50_000: 0.01}  # by number of rows


def strength_of(smoothing, layout):
    """What the parameter `smoothing` of a recipe, a number or "auto", means for rows of this form."""
    return automatic_smoothing(layout.n_samples) if isinstance(smoothing, str) else float(smoothing)


def automatic_smoothing(n_samples):
    """The strength that suits so many rows: 2.5 up to 80, 1 for 200 to 500, 0.01 for 50,000 and 0 above."""
    if n_samples > 50_000:
        return 0.0
    rows, strengths = np.log([*STRENGTHS]), np.log([*STRENGTHS.values()])
    return float(np.exp(np.interp(np.log(n_samples), rows, strengths)))


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


def smoothed_rows(layout, x, n, strength, rng, for_itself=False):
    """Draw rows from a kernel density of the table: real rows, all as often, moved.

    A row's labels (categories, numbers of few values and heavy values of others) come first: they are redrawn one after
    another by their logistic regressions on all the rest, each with the probability `REDRAWN * strength**2`: the best
    width of a label's kernel goes with the square of that of a number's (Li and Racine, Journal of Multivariate
    Analysis 86, 2003). Its numbers, as normal scores of their ranks, follow the labels and move (`residuals.move`).

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
    for_itself : bool, default=False
        Whether the rows are to be given as they are, not to a network, which smooths them once more. Classes may then
        have covariances of their own, and labels of more than `MANY` categories are redrawn, by a `Discriminant`. A
        target that is a class is kept, since few rows tell too little of classes to draw them anew, and half of the
        rows are shared equally by the classes, so that rare ones have many; numbers keep their margins in each (see
        `residuals.with_margins`). One that is a number comes last: with the probability `strength**2` it is drawn anew
        from what a Gaussian process makes of all else (`TargetProcess`), since a moved row's own target would be
        blurred.

    Returns
    -------
    ndarray of int32 of shape (n, layout.width)
        Encoded rows. Columns that coincided in a real row coincide in the moved one.
    """
    lines, labels = _parts(layout, strength)
    kept = _class_target(layout, lines, labels) if for_itself else None
    codes = [label.codes(x) for label in labels]
    scores = _scores(lines.values(), x, rng)
    drawn, weights = places_drawn(np.zeros(len(x), int) if kept is None else codes[kept], n, rng)
    sizes = [label.size for label in labels]
    new_codes = redraw(sizes, codes, scores, drawn, strength, rng, kept, with_many=for_itself)
    rows = np.zeros((n, layout.width), "int32")
    if lines:
        moved = move(scores, sizes, codes, new_codes, drawn, strength, rng, by_class=for_itself)
        if kept is not None:
            moved = with_margins(moved, new_codes[kept], scores, codes[kept])
        for line, latent in zip(lines.values(), moved.T, strict=True):
            line.write(rows, latent, _codes_of(line, labels, new_codes), weights)
    for label, code in zip(labels, new_codes, strict=True):
        label.write(rows, code)
    if for_itself and layout.target in lines:
        _redraw_target(layout.target, lines, labels, x, rows, min(1, strength) ** 2, rng)
    for rule in layout.rules:
        _obey(rule, layout.blocks, rows)
    for copy in sorted(layout.copies, key=lambda copy: copy.second):  # along a chain: its first link first
        _coincide(copy, layout.blocks, rows, x[drawn, copy.flag] == 1)
    return rows


def _parts(layout, strength):
    """The blocks as lines, by their index, and as labels: those without an order, then the lines' own."""
    copied = {block for copy in layout.copies for block in (copy.first, copy.second)}
    heavy = HEAVY * min(1, strength) ** 2  # where numbers hardly move, a value of its own is a code and stays
    lines = {i: Line(block, 0 if i in copied else heavy) for i, block in enumerate(layout.blocks) if has_order(block)}
    labels = [Label(block.start, np.arange(block.size)) for block in layout.blocks if not has_order(block)]
    return lines, labels + [line.label for line in lines.values() if line.label.size > 1]


def places_drawn(classes, n, rng):
    """Places (n,) of real rows to move, and how often each occurs for once that it is drawn.

    Half of them are spread evenly over the rows, half over the `classes` (n_samples,) and evenly in each.
    """
    kinds, kind, counts = np.unique(classes, return_inverse=True, return_counts=True)
    shares = counts / len(classes)
    ends = np.round(np.cumsum((shares + 1 / len(kinds)) / 2) * n).astype(int)
    numbers = np.diff(ends, prepend=0)
    drawn = [np.resize(rng.permutation(np.flatnonzero(kind == k)), number) for k, number in enumerate(numbers)]
    drawn = rng.permutation(np.concatenate(drawn))
    return drawn, (shares * n / np.maximum(numbers, 1))[kind[drawn]]


def _class_target(layout, lines, labels):
    """Which label is the target; None where there is no target, or it is a number."""
    if layout.target is None or layout.target in lines:
        return None
    return [label.start for label in labels].index(layout.blocks[layout.target].start)


def _scores(lines, x, rng):
    """Normal scores (n, number of lines) of encoded rows; NaN where there is none."""
    scores = [line.scores(x, rng) for line in lines]
    return np.stack(scores, axis=1) if scores else np.zeros((len(x), 0))


def _codes_of(line, labels, codes):
    """The codes of a line's own label, None where it has none."""
    return codes[labels.index(line.label)] if line.label in labels else None


def redraw(sizes, codes, scores, drawn, strength, rng, kept=None, with_many=False):
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
    kept : int, default=None
        A label that is not redrawn: the others are, given it.
    with_many : bool, default=False
        Whether labels of more than `MANY` categories are redrawn, too: last, and given those of fewer.
    """
    new, share = [code[drawn] for code in codes], REDRAWN * strength**2
    if share < LITTLE:
        return new
    small = [k for k, size in enumerate(sizes) if size <= MANY]
    many = [k for k, size in enumerate(sizes) if size > MANY] if with_many else []
    learned = rng.permutation(len(scores))[:FITTED]
    for k in small + many:
        rows = np.flatnonzero(rng.random(len(drawn)) < share)
        others = [i for i in small if i != k]
        able = len(np.unique(codes[k][learned])) > 1 and (others or scores.shape[1] or k in many)
        if k == kept or not len(rows) or not able:
            continue

        def features(codes, scores, others=others):
            return _features([sizes[i] for i in others], [codes[i] for i in others], scores)

        if k in many:
            model = Discriminant(features(codes, scores), codes[k])
            new[k][rows] = model.draw(features([code[rows] for code in new], scores[drawn[rows]]), rng)
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            inputs = features([code[learned] for code in codes], scores[learned])
            model = LogisticRegression(C=0.3).fit(inputs, codes[k][learned])
        chances = in_chunks(
            lambda rows, model=model: model.predict_proba(features([code[rows] for code in new], scores[drawn[rows]])),
            rows,
        ).cumsum(axis=1)
        place = (chances < rng.random((len(rows), 1)) * chances[:, -1:]).sum(axis=1)
        new[k][rows] = model.classes_[place]
    return new


def _redraw_target(target, lines, labels, x, rows, share, rng):
    """Draw the target of `share` of the `rows` anew from what the real rows `x` say of it, in place.

    Rows in which it is missing or a heavy value keep that.
    """
    line, others = lines[target], [other for i, other in lines.items() if i != target]
    known = [label for label in labels if label is not line.label and label.size <= MANY]
    real, there = line.scores(x, rng), np.flatnonzero(~np.isnan(line.scores(rows, rng)))
    learned = ~np.isnan(real)
    chosen = rng.random(len(there)) < share
    if share < LITTLE or learned.sum() < LEAST or not (others or known) or not chosen.any():
        return

    def features(x):
        codes = [label.codes(x) for label in known]
        return _features([label.size for label in known], codes, _scores(others, x, rng))

    process = TargetProcess(features(x[learned]), real[learned], rng)
    latent = line.scores(rows, rng)
    means = in_chunks(lambda rows: process.predict(features(rows)), rows[there[chosen]])
    latent[there[chosen]] = means + process.noise * rng.standard_normal(len(means))
    new = np.zeros((len(there), rows.shape[1]), rows.dtype)
    line.write(new, latent[there])
    tokens = slice(line.block.start, line.block.start + line.block.width)
    rows[there, tokens] = new[:, tokens]


def _features(sizes, codes, scores):
    """Indicators of the labels and the scores side by side; a missing score is the mean, 0."""
    return np.concatenate([one_hot(sizes, codes, len(scores)).toarray(), np.nan_to_num(scores)], axis=1)


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
