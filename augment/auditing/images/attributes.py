"""Attributes of images, such as whom they show, as a small table whose target are the labels: for checks of groups."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from augment.auditing.frames import prepare
from augment.auditing.population import population_shares
from augment.auditing.reading import listed

LABEL = "label"  # what the target of the table is called


def read_attributes(given, sizes, labels, protected, population=None, thresholds=None):
    """The protected attributes of each part, with its labels beside them, as the `Data` of a table.

    Parameters
    ----------
    given : dict of str to attributes
        By part: a table or a dict of columns with one row an image, or a 1-D array, which is called "x0" unless it is
        a series with a name. Parts without attributes are not there.
    sizes : dict of str to int
        Images of each part.
    labels : dict of str to ndarray of str
        Parts without labels are not there.
    protected : str or sequence of str
        The attributes whose groups matter.
    population : dict of str to dict, optional
        As in `augment.auditing.population.population_shares`.
    thresholds : dict of str to float, optional

    Returns
    -------
    Data or None
        None without protected attributes. Where the synthetic images have none, the synthetic table has no rows.

    Raises
    ------
    TypeError, ValueError
        When attributes are no table, have another number of rows than there are images, or lack a protected one.

    Examples
    --------
    >>> real = {"sex": ["F", "M"] * 10}
    >>> data = read_attributes({"train": real}, {"train": 20, "synthetic": 30}, {}, "sex")
    >>> [column.name for column in data.columns], data.train.shape, data.synthetic.shape
    (['sex'], (20, 1), (0, 1))
    """
    names = [protected] if isinstance(protected, str) else list(dict.fromkeys(protected or ()))
    if not names:
        if population:
            raise ValueError("population names groups of protected attributes: give their names as protected=.")
        return None
    if "train" not in given:
        raise ValueError(
            f"protected={listed(names)} names attributes, and train has none: give train as (images, labels, "
            "attributes), a table with one row an image; labels may be None."
        )
    tables = {part: _table(attributes, part, sizes[part]) for part, attributes in given.items()}
    tables = {part: _chosen(table, names, part) for part, table in tables.items()}
    target = _free(names) if {"train", "synthetic"} <= set(labels) else None
    if target is not None:
        tables = {part: table.assign(**{target: labels.get(part)}) for part, table in tables.items()}
    known = "synthetic" in tables
    synthetic = tables["synthetic"] if known else tables["train"]
    data = prepare(tables["train"], synthetic, tables.get("holdout"), target, names, thresholds)
    data = data if known else replace(data, synthetic=data.synthetic[:0])
    return replace(data, population=population_shares(data, population))


def _table(attributes, part, n):
    """Attributes as a table with a row for each of n images."""
    what = f"Attributes of {part}"
    if isinstance(attributes, Mapping):
        lengths = {name: np.shape(values)[:1] for name, values in attributes.items()}
        for name, length in lengths.items():
            if length != (n,):
                raise ValueError(
                    f"{what} must have one value an image: {part} has {n:,} images, {name!r} "
                    f"{length[0] if length else 'no list of'} values."
                )
        attributes = pd.DataFrame({name: np.asarray(values) for name, values in attributes.items()})
    elif isinstance(attributes, (list, tuple, pd.Series)) or np.ndim(attributes) == 1:
        name = getattr(attributes, "name", None)
        attributes = pd.DataFrame({"x0" if name is None else name: np.asarray(attributes)})
    elif isinstance(attributes, np.ndarray) and attributes.ndim == 2:
        attributes = pd.DataFrame(attributes).add_prefix("x")
    if not hasattr(attributes, "columns"):
        raise TypeError(
            f"{what} must be a table, a dict of columns or a 1-D array with one value an image, got "
            f"{type(attributes).__name__}."
        )
    if len(attributes) != n:
        raise ValueError(f"{what} must have one row an image: {part} has {n:,} images and {len(attributes):,} rows.")
    return attributes


def _chosen(table, names, part):
    """The protected columns of a table as a pandas frame."""
    from augment.files import to_pandas

    frame = to_pandas(table)
    places = {str(name): j for j, name in enumerate(frame.columns)}
    absent = [name for name in names if str(name) not in places]
    if absent:
        advice = "" if part == "train" else " Give all protected attributes of a part, or none."
        raise ValueError(
            f"protected={absent[0]!r} is not an attribute of {part}: its attributes are {listed(list(places))}.{advice}"
        )
    frame = frame.iloc[:, [places[str(name)] for name in names]].reset_index(drop=True)
    return frame.set_axis([str(name) for name in names], axis=1)


def _free(names):
    """A name of the target that no attribute has."""
    name = LABEL
    while name in map(str, names):
        name = f"{name}_"
    return name
