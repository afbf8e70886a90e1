"""Rows under a condition from any model: what a model cannot take itself is met by choosing among its rows."""

from dataclasses import replace

import numpy as np

ROUNDS = 8  # of candidates, each a row for every row to generate, until restrictions are met
CANDIDATES = 512  # at least so many in a round where they serve all rows alike
POOL = 4096  # at least so many rows to choose from for a model that takes no condition
DIFFERENCES = 20_000_000  # between rows that are held at a time


def draw(model, codec, n, condition, rng):
    """Encoded rows from a model, as many as asked for, in bounded time.

    A model says by `takes_known` and `takes_allowed` what of a condition its `transport` honours. Restrictions (ranges
    and lists) of any other are met by rejection: the restricted cells of its own rows that obey them become known
    cells; where hardly any row obeys, such cells follow the columns' proportions instead. Known cells of a model that
    takes none are met by the nearest of many rows. Both are approximations.

    Parameters
    ----------
    model : GenerativeModel
        The trained model.
    codec : TableCodec
        Made the rows that the model was trained on.
    n : int
        Number of rows.
    condition : TableCondition or None
        What is known of them.
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    ndarray of shape (n, layout.width)

    Raises
    ------
    ValueError
        If the model's rows are not of the form that its layout tells.
    """
    if not n:
        return np.zeros((0, codec.layout.width), codec.dtype)
    if condition is not None and condition.allowed and not model.takes_allowed:
        condition = _settled(model, codec, condition, rng)
    if condition is None or not (condition.known.any() or condition.allowed):
        return _rows(model, codec, n, rng)
    condition = codec.for_model(condition, rng)
    if condition.known.any() and not model.takes_known:
        return _nearest(model, codec, condition, rng)
    return _rows(model, codec, n, rng, condition)


def _rows(model, codec, n, rng, condition=None):
    """Rows (n, layout.width) that the model makes, an array; a ValueError where they are not of that form.

    Any model may be a user's own, and what is wrong with its rows would show far from here or not at all.
    """
    from keras import ops

    rows = ops.convert_to_numpy(model.transport(model.noise(n, rng), condition))
    name, expected = f"{type(model).__name__}.transport", (n, codec.layout.width)
    if rows.shape != expected:
        raise ValueError(f"{name} must give an array of shape {expected}. It gave one of shape {rows.shape}.")
    if codec.vectors is None:
        sizes = [size for block in codec.tokens.blocks for size in (block.size, block.levels)[: block.width]]
        sizes += [3] * len(codec.tokens.copies)
        if rows.dtype.kind not in "iu" or (rows < 0).any() or (rows >= sizes).any():
            raise ValueError(f"{name} gave what is no token: each is an integer from 0 to below its block's size.")
    elif rows.dtype.kind not in "iuf" or not np.isfinite(rows).all():
        raise ValueError(f"{name} gave what is no finite number. Look for a loss that grew beyond all bounds.")
    return rows


def _settled(model, codec, condition, rng):
    """`condition` with a known cell in place of each restriction: one of the model's own that obeys it."""
    free, blocks = replace(condition, allowed={}), sorted(condition.allowed)
    alike = (condition.known == condition.known[:1]).all() and (condition.tokens == condition.tokens[:1]).all()
    choose = _from_common if alike else _from_own
    cells, found = choose(model, codec, free, condition.allowed, rng)
    for order, i in enumerate(blocks):
        cells[~found, order] = _by_proportions(codec.tokens.blocks[i], condition.allowed[i], (~found).sum(), rng)
    tokens, known = condition.tokens.copy(), condition.known.copy()
    tokens[:, blocks], known[:, blocks] = cells, True
    return replace(free, tokens=tokens, known=known)


def _from_common(model, codec, free, allowed, rng):
    """Cells (n, restricted, 2) where all rows know the same, so that a candidate serves any; which rows found some."""
    n, found = len(free.known), []
    for _ in range(ROUNDS):
        here = free.take(np.zeros(max(n, CANDIDATES), int))
        cells, fits = _candidates(model, codec, here, allowed, rng)
        found.append(cells[fits])
        if sum(map(len, found)) >= n:
            break
    found = np.concatenate(found)
    if not len(found):
        return np.zeros((n, *found.shape[1:]), "int32"), np.zeros(n, bool)
    return found[rng.choice(len(found), n, replace=len(found) < n)], np.ones(n, bool)


def _from_own(model, codec, free, allowed, rng):
    """The same where rows know different cells: each has candidates of its own."""
    n = len(free.known)
    cells, found = np.zeros((n, len(allowed), 2), "int32"), np.zeros(n, bool)
    for _ in range(ROUNDS):
        wanting = np.flatnonzero(~found)
        if len(wanting):
            drawn, fits = _candidates(model, codec, free.take(wanting), allowed, rng)
            cells[wanting[fits]], found[wanting[fits]] = drawn[fits], True
    return cells, found


def _candidates(model, codec, free, allowed, rng):
    """Restricted cells (n, restricted, 2) of rows drawn without the restrictions, and whether they obey them."""
    rows = codec.as_tokens(draw(model, codec, len(free.known), free, rng))
    cells, fits = np.zeros((len(rows), len(allowed), 2), "int32"), np.ones(len(rows), bool)
    for order, i in enumerate(sorted(allowed)):
        block = codec.tokens.blocks[i]
        cells[:, order, : block.width] = rows[:, block.start : block.start + block.width]
        fits &= allowed[i][cells[:, order, 0], cells[:, order, 1]]
    return cells, fits


def _by_proportions(block, allowed, n, rng):
    """Cells (n, 2) of a block among the allowed ones, as frequent as in the training rows."""
    shares = (block.proportions[:, None] + 1e-9) * allowed / allowed.shape[1]
    cell = rng.choice(shares.size, n, p=(shares / shares.sum()).ravel())
    return np.stack(np.divmod(cell, allowed.shape[1]), axis=1)


def _nearest(model, codec, condition, rng):
    """Rows of a pool, each the nearest in the known cells; at random among equally near ones."""
    n = len(condition.known)
    pool = _rows(model, codec, min(max(POOL, 2 * n), 8 * POOL), rng)
    theirs = codec.as_tokens(pool)
    chosen = np.empty(n, int)
    size = max(1, DIFFERENCES // len(pool))
    for start in range(0, n, size):
        part = condition.take(slice(start, start + size))
        chosen[start : start + size] = _distances(codec.tokens.blocks, part, theirs, rng).argmin(axis=1)
    return _with_known(pool[chosen], codec, condition)


def _distances(blocks, condition, rows, rng):
    """How far the known cells (n) are from those of `rows` (m): ranks of numbers, 0 or 1 for others; (n, m)."""
    total = rng.random((len(condition.known), len(rows)), dtype="float32") * 1e-6  # decides among equals
    for i, block in enumerate(blocks):
        known = condition.known[:, i]
        if known.any():
            wanted, there = condition.tokens[known, i, 0], rows[:, block.start]
            differs = (wanted[:, None] != there).astype("float32")
            if block.ranks is not None:
                middles = block.ranks.mean(axis=1)
                differs *= np.nan_to_num(np.abs(middles[wanted][:, None] - middles[there]), nan=1.0)
            total[known] += differs
    return total


def _with_known(rows, codec, condition):
    """`rows` with the known cells of the condition in them."""
    if condition.values is not None:
        return np.where(np.pad(condition.known, ((0, 0), (0, 1)))[:, codec.layout.columns], condition.values, rows)
    for i, block in enumerate(codec.tokens.blocks):
        places = slice(block.start, block.start + block.width)
        rows[:, places] = np.where(condition.known[:, [i]], condition.tokens[:, i, : block.width], rows[:, places])
    return rows
