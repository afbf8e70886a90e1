"""Shares of groups in a population, as the user gives them, checked against the groups that the tables have."""

from collections.abc import Mapping
from numbers import Real

import numpy as np

from augment.auditing.groups import groups
from augment.auditing.reading import label_of, listed

ROUNDING = 0.005  # how far a share given in whole per cent may lie from the true one


def population_shares(data, population):
    """The shares that the user gives, checked: for the place of each column a dict of group to share, of sum one.

    Parameters
    ----------
    data : Data
    population : dict of str to dict, or None
        For a protected column, the share of each of its groups: ``{"sex": {"Male": 0.5, "Female": 0.5}}``. Every group
        with training rows needs one, but for missing values: those rows are left out of the comparison, unless
        "missing" is named, too. A group may have a share and no rows. The shares of a column sum to one, within
        rounding.

    Raises
    ------
    TypeError, ValueError
        When it is no such dict, or a name, a share or a sum is wrong.

    Examples
    --------
    >>> import pandas as pd
    >>> from augment.auditing.frames import prepare
    >>> frame = pd.DataFrame({"sex": ["Male", "Female"] * 20})
    >>> population_shares(prepare(frame, frame, protected="sex"), {"sex": {"Male": 0.49, "Female": 0.51}})
    {0: {'Male': 0.49, 'Female': 0.51}}
    """
    if population is None:
        return {}
    if not isinstance(population, Mapping):
        raise TypeError(f'population must be a dict such as {{"sex": {{"Male": 0.5}}}}, got {population!r}.')
    places = {data.columns[j].name: j for j in data.protected}
    for name in population:
        if str(name) not in places:
            among = listed(list(places)) if places else "none are"
            raise ValueError(f"population has {name!r}, which is not a protected column: {among}.")
    return {places[str(name)]: _shares(data, places[str(name)], given) for name, given in population.items()}


def _shares(data, j, given):
    """Shares of the groups of one column."""
    column = data.columns[j]
    argument = f"population[{column.name!r}]"
    if not isinstance(given, Mapping) or not given:
        raise TypeError(f"{argument} must be a dict of group to share, got {given!r}.")
    codes, names = groups(data, j)
    shares = {}
    for group, share in given.items():
        if not isinstance(share, Real) or isinstance(share, bool) or not 0 <= share <= 1:
            raise ValueError(f"{argument}[{group!r}] must be a share from 0 to 1, got {share!r}.")
        shares[_group_name(column, group)] = float(share)
    if len(shares) < len(given):
        raise ValueError(f"{argument} names a group twice: {listed(list(given))}.")
    counts = np.bincount(codes["train"], minlength=len(names))
    absent = [name for name, count in zip(names[:-1], counts, strict=False) if count and name not in shares]
    unknown = [name for name in shares if name not in names]
    if absent:
        beside = f" It has {listed(unknown)}, which no table has." if unknown else ""
        raise ValueError(f"{argument} lacks {listed(absent)}, which train has: give each a share.{beside}")
    if unknown and not column.is_category:
        raise ValueError(f"{argument} has {listed(unknown)}: the groups of this column are {listed(names)}.")
    total, allowed = sum(shares.values()), min(ROUNDING * len(given), 0.02) + 1e-9
    if abs(total - 1) > allowed:
        raise ValueError(f"{argument}: the shares sum to {total:.4g}, not to 1.")
    return {name: share / total for name, share in shares.items()}


def _group_name(column, group):
    """What `groups` calls a group that the user names by its value."""
    if isinstance(group, str):
        return group
    return column.show(float(group)) if isinstance(group, Real) and not column.is_category else label_of(group)
