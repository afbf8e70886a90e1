"""The first steps of each sequence side by side in a row, for trees: values, their changes, categories and gaps."""

import numpy as np

from augment.auditing.detection import told_apart

COLUMNS = 160  # of a row; fewer steps are shown where a step is wide
ROWS = 4000
TREE_CATEGORIES = 250  # scikit-learn's histogram trees take at most 255


def step_rows(part, data):
    """Rows (n, columns), and which columns are categories.

    Where all sequences have one length and are too long, steps stand at equal distances; else they are the first ones.

    Parameters
    ----------
    part : Sequences
    data : SequenceData

    Examples
    --------
    >>> from augment.auditing.sequences.prepared import prepare
    >>> series = np.arange(60.0).reshape(20, 3)
    >>> data = prepare(series, series, kind="series")
    >>> step_rows(data.sequences["train"], data)[0][1].tolist()  # three values and two changes
    [3.0, 4.0, 5.0, 1.0, 1.0]
    """
    number, category = data.numeric, data.categorical
    width = max(2 * len(number) + len(category) + data.timed, 1)
    shown = int(np.clip(COLUMNS // width, 2, max(data.longest, 2)))
    steps = part.padded(data.longest if data.windows else shown)
    if data.windows:
        steps = steps[:, np.unique(np.linspace(0, data.longest - 1, shown).astype(int))]
    blocks = [steps[..., number], np.diff(steps[..., number], axis=1)]
    if data.timed:
        blocks.append(np.diff(_times(part, shown), axis=1))
    codes = np.minimum(steps[..., category], TREE_CATEGORIES)
    flat = [block.reshape(len(part), -1) for block in (*blocks, codes)]
    is_category = np.repeat([False, True], [sum(block.shape[1] for block in flat[:-1]), flat[-1].shape[1]])
    return np.concatenate(flat, axis=1), is_category


def _times(part, shown):
    times = np.full((len(part), shown), np.nan)
    inside = part.places < shown
    times[part.owners[inside], part.places[inside]] = part.times[inside]
    return times


def told_by_steps(first, second, data, rng):
    """How well boosted trees tell two parts apart by their steps: see `augment.auditing.detection.told_apart`."""
    (one, category), (other, _) = step_rows(first, data), step_rows(second, data)
    return told_apart(one, other, category, rng, ROWS)
