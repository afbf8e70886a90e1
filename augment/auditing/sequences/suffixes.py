"""The longest run of steps that a sequence shares with any of others: exact, from one sorted list of all suffixes."""

import numpy as np

LONGEST = 1024  # steps to which suffixes are told apart: longer runs count as so long


def longest_runs(tokens, starts, parts, queries, references):
    """For each query sequence its longest run that a reference sequence holds, too, and where both begin.

    All suffixes are sorted by doubling (Manber and Myers 1993): the rank of the first 2k steps follows from the ranks
    of two times k. The reference suffix that shares most with a given one is its neighbour in that order, on one side
    or the other, so that nothing is compared pair by pair: the cost is n log(n) log(length).

    Parameters
    ----------
    tokens : ndarray of int, shape (steps,)
        Not negative.
    starts : ndarray of int, shape (n + 1,)
    parts : ndarray of int, shape (n,)
        Of which part each sequence is.
    queries, references : int
        Parts.

    Returns
    -------
    (ndarray of int, ndarray of int, ndarray of int)
        Of each query sequence, in order: length of the run, the step where it begins, and that of the reference.

    Examples
    --------
    >>> tokens = np.array([1, 2, 3, 4, 9, 2, 3, 4, 5])
    >>> longest_runs(tokens, np.array([0, 4, 9]), np.array([0, 1]), 1, 0)
    (array([3]), array([5]), array([1]))
    """
    if not len(tokens):
        return tuple(np.zeros((3, int((parts == queries).sum())), int))
    lengths = np.diff(starts)
    owners = np.repeat(np.arange(len(lengths)), lengths)
    ranks = _ranks(tokens, owners, starts)
    order = np.argsort(ranks[-1], kind="stable")
    is_reference = parts[owners] == references
    best, where = np.zeros(len(tokens), int), np.zeros(len(tokens), int)
    asked = np.flatnonzero(parts[owners] == queries)
    place = np.empty(len(tokens), int)
    place[order] = np.arange(len(tokens))
    for neighbour in (_before(order, is_reference), _before(order[::-1], is_reference)[::-1]):
        beside = neighbour[place[asked]]
        known = np.flatnonzero(beside >= 0)
        shared = _shared(ranks, starts[1:][owners], asked[known], beside[known])
        longer = shared > best[asked[known]]
        at = asked[known][longer]
        best[at], where[at] = shared[longer], beside[known][longer]
    return _longest_of_each(best, where, starts, np.flatnonzero(parts == queries))


def _ranks(tokens, owners, starts):
    """Ranks of the first 1, 2, 4, ... steps from each on; what goes beyond the end of a sequence is its own."""
    n = len(tokens)
    ends = starts[1:][owners]
    ranks, width = [np.unique(tokens, return_inverse=True)[1] + len(starts)], 1
    while width < LONGEST and (ends - np.arange(n) > width).any():
        follower = np.arange(n) + width
        inside = follower < ends
        second = np.where(inside, ranks[-1][np.minimum(follower, n - 1)], owners)  # another end is another mark
        pairs = ranks[-1].astype("int64") * (2 * n + len(starts) + 1) + second
        ranks.append(np.unique(pairs, return_inverse=True)[1] + len(starts))
        width *= 2
    return ranks


def _before(order, chosen):
    """For each place in an order the last chosen one before it; -1 where there is none."""
    places = np.where(chosen[order], np.arange(len(order)), -1)
    last = np.maximum.accumulate(places)
    shifted = np.concatenate([[-1], last[:-1]])
    return np.where(shifted >= 0, order[shifted], -1)


def _shared(ranks, ends, first, second):
    """Steps that pairs of suffixes share from their beginning on."""
    first, second, found = first.copy(), second.copy(), np.zeros(len(first), int)
    end_first, end_second = ends[first], ends[second]
    for k in range(len(ranks) - 1, -1, -1):
        room = (first + 2**k <= end_first) & (second + 2**k <= end_second)
        at = np.minimum(np.stack([first, second]), len(ends) - 1)
        same = room & (ranks[k][at[0]] == ranks[k][at[1]])
        found, first, second = found + 2**k * same, first + 2**k * same, second + 2**k * same
    return found


def _longest_of_each(best, where, starts, sequences):
    """The longest run of each sequence, its beginning, and that of what it repeats."""
    lengths, begins, from_ = (np.zeros(len(sequences), int) for _ in range(3))
    for k, sequence in enumerate(sequences):
        low, high = starts[sequence], starts[sequence + 1]
        if high > low:
            at = low + int(best[low:high].argmax())
            lengths[k], begins[k], from_[k] = best[at], at, where[at]
    return lengths, begins, from_
