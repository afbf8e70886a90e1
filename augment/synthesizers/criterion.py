"""What a fairness criterion is to `generate`: a promise about rows, a way to draw them, and a mark on the result."""

from abc import abstractmethod
from dataclasses import dataclass, fields

import pandas as pd

from augment.provenance import MARK
from augment.synthesizers.source import Source


@dataclass(frozen=True, repr=False)
class Criterion:
    """Base of the criteria: a promise about generated rows, and how to draw rows that keep it."""

    @abstractmethod
    def draw(self, source):
        """Draw the rows.

        Parameters
        ----------
        source : Source
            The model, the codec and what the user asked for.

        Returns
        -------
        table
            Of the fitted form.
        """

    def describe(self):
        """The criterion as JSON-ready values, for a manifest: its name, its parameters, and what the rows are not."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            "criterion": type(self).__name__,
            "parameters": {name: _plain(value) for name, value in given.items()},
            "describes_population": False,
            "note": f"Generated with {self!r}: this table does not describe the population.",
        }

    def __repr__(self):
        given = [(field, getattr(self, field.name)) for field in fields(self)]
        shown = [f"{field.name}={value!r}" for field, value in given if value != field.default]
        return f"{type(self).__name__}({', '.join(shown)})"


def source_for(fairness, synthesizer, n_samples, y, condition, like, rng):
    """The Source of one call of `generate`; a ValueError or TypeError tells which arguments do not go together."""
    if not isinstance(fairness, Criterion):
        raise TypeError(
            "fairness must be None or a criterion such as LabelParity(protected, target), EqualCells, "
            f"StatisticalParity or WithoutEdges. Received: fairness={fairness!r}"
        )
    if y is not None or like is not None:
        name = "y" if y is not None else "like"
        raise ValueError(
            f"`{name}` cannot be given together with `fairness`, which decides itself what labels rows get."
        )
    n, known = synthesizer._ask(n_samples, None, condition, None, None, rng)
    row_by_row = condition is not None and not isinstance(condition, dict)
    if isinstance(condition, dict):
        row_by_row = any(isinstance(value, pd.Series) for value in condition.values())

    def conditions(m):
        return known if m == n else synthesizer._ask(m, None, condition, None, None, rng)[1]

    return Source(synthesizer.model_, synthesizer.codec_, n, conditions, row_by_row, synthesizer._target, rng)


def mark(result, fairness):
    """`result`, with the criterion in the `attrs` of what is a frame or a series of pandas."""
    for part in result if isinstance(result, tuple) else (result,):
        if isinstance(part, pd.DataFrame | pd.Series):
            part.attrs[MARK] = fairness.describe()
    return result


def _plain(value):
    """JSON-ready form of a parameter."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)
