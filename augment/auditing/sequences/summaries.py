"""Each sequence becomes one row of a table of summaries: the checks of tables then compare sequences, never steps."""

import numpy as np

from augment.auditing.data import Column

CATEGORIES = 10  # commonest ones whose counts are told
MANY = 12  # channels from which fewer summaries are made of each


def summarise(channels, parts, time=None):
    """Columns of summaries, and their values by part.

    Of every sequence its length; with times their first, the duration, mean and deviation of the log gaps; of a channel
    of numbers the first, the last, mean, standard deviation, minimum, maximum, autocorrelation at lag 1 and share of
    missing values; of one of categories how often the commonest appear, the first, the last and how many different
    ones; of a text also the commonest pairs of characters. Summaries that never vary are left out.

    Parameters
    ----------
    channels : tuple of Column
    parts : dict of str to Sequences
    time : Column, optional
        What times mean.

    Returns
    -------
    (list of Column, dict of str to ndarray of shape (n, columns))

    Examples
    --------
    >>> from augment.auditing.sequences.data import Sequences
    >>> part = Sequences(np.array([[1.0], [2.0], [4.0]]), np.array([0, 2, 3]))
    >>> columns, values = summarise((Column("x", "number"),), {"train": part})
    >>> [column.name for column in columns][:4]
    ['length', 'x: first', 'x: last', 'x: mean']
    >>> values["train"][:, :4].tolist()
    [[2.0, 1.0, 2.0, 1.5], [1.0, 4.0, 4.0, 4.0]]
    """
    made = [(Column("length", "number"), {name: part.lengths.astype(float) for name, part in parts.items()})]
    if time is not None:
        made += _of_times(time, parts)
    few = len(channels) > MANY
    for j, channel in enumerate(channels):
        made += (_of_categories if channel.is_category else _of_numbers)(channel, j, parts, few)
    told = [(column, values) for column, values in made if _varies(values)] or made[:1]
    columns = [column for column, _ in told]
    return columns, {name: np.stack([values[name] for _, values in told], axis=1) for name in parts}


def _varies(values):
    together = np.concatenate(list(values.values()))
    return len(np.unique(together)) > 1


def _of_times(time, parts):
    """First time, duration, and the gaps on a log scale in units of the median gap of train."""
    span = "number" if time.kind == "number" else "duration"
    gaps = {name: log_gaps(part, parts["train"]) for name, part in parts.items()}
    of_gaps = {name: moments(*gaps[name], len(part)) for name, part in parts.items()}
    ends = {name: _ends(part.times, part.owners, len(part)) for name, part in parts.items()}
    yield Column("start", time.kind), {name: first for name, (first, _) in ends.items()}
    yield Column("duration", span), {name: last - first for name, (first, last) in ends.items()}
    yield Column("log gap: mean", "number"), {name: mean for name, (mean, _) in of_gaps.items()}
    yield Column("log gap: deviation", "number"), {name: spread for name, (_, spread) in of_gaps.items()}


def log_gaps(part, train):
    """log(1 + gap / median gap of train) between consecutive steps, and the sequence of each."""
    followed = part.followed
    own = np.diff(train.times)[train.followed]
    unit = np.median(own[own > 0]) if (own > 0).any() else 1.0
    return np.log1p((part.times[followed + 1] - part.times[followed]) / unit), part.owners[followed]


def moments(values, owners, n):
    """Mean and standard deviation of the values of each of n owners; NaN where there are none.

    Examples
    --------
    >>> [found.tolist() for found in moments(np.array([1.0, 3.0, 5.0]), np.array([0, 0, 2]), 3)]
    [[2.0, nan, 5.0], [1.0, nan, 0.0]]
    """
    count = np.bincount(owners, minlength=n)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(owners, values, n) / count
        spread = np.sqrt(np.bincount(owners, (values - mean[owners]) ** 2, n) / count)
    return mean, spread


def _ends(values, owners, n):
    """First and last value of each of n owners; NaN where there is none."""
    first, last = np.full((2, n), np.nan)
    first[owners[::-1]], last[owners] = values[::-1], values  # the last one assigned stays
    return first, last


def _of_numbers(channel, j, parts, few):
    """Summaries of a channel of numbers, by name."""
    found = {name: _numbers(part, j) for name, part in parts.items()}
    kinds = {"deviation": "number" if channel.kind == "number" else "duration"}
    kinds |= dict.fromkeys(("lag 1", "missing"), "number")
    for summary in ("mean", "deviation", "lag 1", "missing") if few else next(iter(found.values())):
        column = Column(f"{channel.name}: {summary}", kinds.get(summary, channel.kind))
        yield column, {name: own[summary] for name, own in found.items()}


def _numbers(part, j):
    """The summaries of channel j of each sequence."""
    n, owners, values = len(part), part.owners, part.values[:, j]
    there = ~np.isnan(values)
    mean, spread = moments(values[there], owners[there], n)
    first, last = _ends(values[there], owners[there], n)
    low, high = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(low, owners[there], values[there])
    np.maximum.at(high, owners[there], values[there])
    count = np.bincount(owners[there], minlength=n)
    return {
        "first": first,
        "last": last,
        "mean": mean,
        "deviation": spread,
        "minimum": np.where(count > 0, low, np.nan),
        "maximum": np.where(count > 0, high, np.nan),
        "lag 1": autocorrelations(part, j, 1)[:, 0],
        "missing": 1 - count / np.maximum(part.lengths, 1),
    }


def autocorrelations(part, j, lags):
    """Autocorrelations of channel j within each sequence at lags 1 to `lags`: (n, lags).

    Deviations are those from the sequence's own mean; missing values are left out of the products. NaN where a sequence
    is not longer than the lag and one, or does not vary.

    Examples
    --------
    >>> from augment.auditing.sequences.data import Sequences
    >>> part = Sequences(np.array([[1.0], [-1.0], [1.0], [-1.0]]), np.array([0, 4]))
    >>> autocorrelations(part, 0, 2).tolist()
    [[-0.75, 0.5]]
    """
    n, owners, values = len(part), part.owners, part.values[:, j]
    there = ~np.isnan(values)
    mean, spread = moments(values[there], owners[there], n)
    varies = spread > 1e-9 * np.abs(mean)
    z = np.zeros(len(values))
    moving = there & varies[owners]
    z[moving] = (values[moving] - mean[owners[moving]]) / spread[owners[moving]]
    count = np.bincount(owners[there], minlength=n)
    found = np.full((n, lags), np.nan)
    for lag in range(1, lags + 1):
        pairs = np.flatnonzero(owners[lag:] == owners[:-lag])
        products = np.bincount(owners[pairs], z[pairs] * z[pairs + lag], n)
        known = varies & (part.lengths > lag + 1)
        found[known, lag - 1] = products[known] / count[known]
    return found


def _of_categories(channel, j, parts, few):
    """Summaries of a channel of categories, by name."""
    shown = CATEGORIES // 3 if few else CATEGORIES
    size = min(len(channel.labels), shown)
    counts = {name: category_counts(part, j, size) for name, part in parts.items()}
    for k in range(size):
        column = Column(f"{channel.name}: {_readable(channel.labels[k])}", "number")
        yield column, {name: own[:, k] for name, own in counts.items()}
    yield Column(f"{channel.name}: different", "number"), {name: _different(part, j) for name, part in parts.items()}
    yield Column(f"{channel.name}: missing", "number"), {name: _missing(part, j) for name, part in parts.items()}
    for k, end in enumerate(("first", "last")):
        column = Column(f"{channel.name}: {end}", "category", channel.labels)
        yield column, {name: _ends(part.values[:, j], part.owners, len(part))[k] for name, part in parts.items()}
    if len(parts["train"].values.T) == 1 and parts["train"].times is None:
        yield from _of_pairs(channel, parts)


def _readable(label):
    """A label as part of a name: marks that do not print are written out.

    Examples
    --------
    >>> _readable("offer"), _readable(" "), _readable("\\n")
    ('offer', "' '", "'\\\\n'")
    """
    return label if label.isprintable() and label.strip() == label and label else repr(label)


def category_counts(part, j, size):
    """How often each sequence holds each of the first `size` categories of channel j, (n, size)."""
    codes = part.values[:, j]
    inside = codes < size
    flat = part.owners[inside] * size + codes[inside].astype(int)
    return np.bincount(flat, minlength=len(part) * size).reshape(len(part), size).astype(float)


def _different(part, j):
    """How many different categories each sequence holds."""
    there = ~np.isnan(part.values[:, j])
    codes = part.values[there, j].astype(int)
    width = codes.max(initial=0) + 1
    owners = np.unique(part.owners[there] * width + codes) // width
    return np.bincount(owners, minlength=len(part)).astype(float)


def _missing(part, j):
    absent = np.bincount(part.owners, np.isnan(part.values[:, j]), len(part))
    return absent / np.maximum(part.lengths, 1)


def _of_pairs(channel, parts):
    """Counts of the commonest pairs of consecutive categories."""
    size = len(channel.labels)
    pairs = {name: _pairs(part, size) for name, part in parts.items()}
    found, counts = np.unique(pairs["train"][0], return_counts=True)
    for pair in found[np.argsort(-counts, kind="stable")[:CATEGORIES]]:
        a, b = (channel.labels[k] for k in divmod(int(pair), size))
        values = {
            name: np.bincount(owners[own == pair], minlength=len(parts[name])).astype(float)
            for name, (own, owners) in pairs.items()
        }
        yield Column(f"{channel.name}s: {_readable(a + b)}", "number"), values


def _pairs(part, size):
    """The pair at each step that has a next one, and its sequence; pairs with a missing category are left out."""
    steps = part.followed
    codes = part.values[steps, 0] * size + part.values[steps + 1, 0]
    there = ~np.isnan(codes)
    return codes[there].astype(int), part.owners[steps[there]]
