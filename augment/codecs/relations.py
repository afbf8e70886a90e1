"""Relations between columns that a model is told of: columns that often coincide, columns that determine others."""

import numpy as np

from augment.codecs.layout import Copy, Rule

COPY_SHARE = 0.01  # columns that coincide in more than this share of the rows are copies of each other
COPY_COUNT = 20  # ... and in more rows than this
COPY_ROWS = 20_000  # so many rows are looked at
SCREEN_ROWS = 2_000  # so many rows sort out most pairs before all rows are looked at
CONFIRMING = 100  # a rule needs so many rows beyond the first of each token
ROWS_PER_TOKEN = 5
CHANCE = -25.0  # and a log probability below this of holding by chance between independent columns


def find_copies(numbers, values, most, rng):
    """Pairs (i, j), i < j, of number columns whose values are equal in more than 1 % of the rows, most frequent first.

    Parameters
    ----------
    numbers : list of int
        Names of the columns, in order.
    values : ndarray of float of shape (n, len(numbers))
        Their values; NaN where a value is missing or a spike.
    most : int
        At most so many pairs are given.
    rng : numpy.random.Generator
        Draws the rows to look at.
    """
    values = values[rng.permutation(len(values))[:COPY_ROWS]]
    found = []
    for first in range(len(numbers) - 1):
        hopeful = (values[:SCREEN_ROWS, [first]] == values[:SCREEN_ROWS, first + 1 :]).mean(axis=0) > COPY_SHARE / 4
        for second in np.flatnonzero(hopeful) + first + 1:
            equal = (values[:, first] == values[:, second]).sum()
            if equal > max(COPY_SHARE * len(values), COPY_COUNT):
                found.append((equal, numbers[first], numbers[second]))
    found.sort(key=lambda pair: (-pair[0], pair[1:]))
    return [pair[1:] for pair in found[:most]]


def make_copy(first, second, codecs, blocks, flag):
    """The Copy between two number columns, given by the indices of their blocks."""
    maps = [_token_map(codecs[one], blocks[one], codecs[other]) for one, other in ((first, second), (second, first))]
    return Copy(first, second, flag, *maps)


def _token_map(codec, block, other):
    """Tokens in `other` of the value in the middle of each cell of `codec`; zeros for "missing"."""
    levels = max(block.levels, 1)
    out = np.zeros((block.size, levels, 2), "int32")
    grid = np.stack(np.meshgrid(np.arange(codec.size), np.arange(levels), indexing="ij"), axis=-1).reshape(-1, 2)
    values = codec.values_of(grid, np.full(len(grid), 0.5))
    out[: codec.size] = other.tokens_of(values).reshape(codec.size, levels, 2)
    return out


def find_rules(tokens, sizes, rng):
    """Rules between token columns of which one determines the other.

    Parameters
    ----------
    tokens : dict of int to ndarray of int of shape (n,)
        Coarse tokens of each block without levels, by the block's index.
    sizes : dict of int to int
        Their numbers of tokens.
    rng : numpy.random.Generator
        Draws the rows that sort out most pairs.

    Returns
    -------
    rules : list of Rule
        At most two for each column, the least likely to hold by chance first.
    """
    blocks = [block for block in tokens if np.ptp(tokens[block])]
    if len(blocks) < 2:
        return []
    n = len(tokens[blocks[0]])
    screen = np.stack([tokens[block] for block in blocks], axis=1)[rng.permutation(n)[:SCREEN_ROWS]]
    found = {}
    for first, second in _candidates(screen):
        one, other = blocks[first], blocks[second]
        rule = _rule(one, other, tokens, sizes)
        if rule is not None:
            chance, rule = rule
            pair = (min(one, other), max(one, other))
            if pair not in found or chance < found[pair][0]:
                found[pair] = (chance, rule)
    best = sorted(found.values(), key=lambda rule: (rule[0], rule[1].first, rule[1].second))
    return [rule for _, rule in best[: 2 * len(tokens)]]


def _candidates(screen):
    """Ordered pairs of columns (i, j) where no two rows with the same token in i differ in j."""
    for first in range(screen.shape[1]):
        rows = screen[np.argsort(screen[:, first], kind="stable")]
        same = rows[1:, first] == rows[:-1, first]
        broken = (rows[1:][same] != rows[:-1][same]).any(axis=0)
        for second in np.flatnonzero(~broken):
            if second != first:
                yield first, second


def _rule(first, second, tokens, sizes):
    """Log probability by chance and Rule when `first` determines `second` on good evidence, else None."""
    shape = (sizes[first], sizes[second])
    pairs = tokens[first].astype("int64") * shape[1] + tokens[second]
    counts = np.bincount(pairs, minlength=shape[0] * shape[1]).reshape(shape)
    rows = counts.sum(axis=1)
    seen = rows > 0
    n = rows.sum()
    if ((counts > 0).sum(axis=1) > 1).any() or n - seen.sum() < CONFIRMING or n < ROWS_PER_TOKEN * seen.sum():
        return None
    shares = counts.sum(axis=0) / n
    shares = shares[shares > 0]
    # of k independent draws all are equal with probability sum(shares**k)
    with np.errstate(under="ignore"):
        chance = np.log(np.maximum((shares[:, None] ** rows[seen]).sum(axis=0), 1e-300)).sum()
    return None if chance > CHANCE else (chance, Rule(first, second, counts > 0))


def resolve_copies(copies, flags, n_blocks):
    """Where each value comes from: an int array of shape (n, n_blocks) of block indices, along the chains of copies.

    A flag that would close a circle, or give a block a second source, is left out.
    """
    n = len(flags)
    source = np.tile(np.arange(n_blocks, dtype="int16"), (n, 1))
    for place, copy in enumerate(copies):
        for value, origin, target in ((1, copy.first, copy.second), (2, copy.second, copy.first)):
            rows = np.flatnonzero(flags[:, place] == value)
            root = _root(source, rows, origin)
            free = source[rows, target] == target
            source[rows[free], target] = root[free]
    while True:
        further = np.take_along_axis(source, source, axis=1)
        if (further == source).all():
            return source
        source = further


def take_known(sources, known):
    """`sources` where a known block is the source of all that equal it, and is no copy itself.

    Parameters
    ----------
    sources : ndarray of int of shape (n, n_blocks)
        What `resolve_copies` gave.
    known : ndarray of bool of shape (n, n_blocks)
        The values that are given.
    """
    own = np.arange(known.shape[1], dtype=sources.dtype)
    chosen = np.tile(own, (len(known), 1))
    for block in np.flatnonzero(known.any(axis=0)):
        rows = np.flatnonzero(known[:, block])
        chosen[rows, sources[rows, block]] = block
    chosen = np.where(known, own, chosen)
    return np.where(known, own, np.take_along_axis(chosen, sources, axis=1))


def _root(source, rows, block):
    place = np.full(len(rows), block)
    while True:
        further = source[rows, place]
        if (further == place).all():
            return place
        place = further
