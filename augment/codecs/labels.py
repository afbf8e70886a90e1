"""Labels of images and sequences: which there are, how frequent, and where each stands among them."""

import numpy as np

MOST = 1000  # different labels


class Classes:
    """The classes of labelled samples, or none.

    Parameters
    ----------
    values : ndarray or None, default=None
        The labels, sorted; None where samples have none.
    proportions : tuple of float, default=()
        Share of each.

    Examples
    --------
    >>> classes = Classes.of(np.array(["b", "a", "b", "b"]))
    >>> classes.values.tolist(), classes.proportions
    (['a', 'b'], (0.25, 0.75))
    >>> classes.places(["b", "a"]).tolist()
    [1, 0]
    """

    def __init__(self, values=None, proportions=()):
        self.values, self.proportions = values, proportions

    @classmethod
    def of(cls, labels):
        """The classes of labels (n,); of None there are none."""
        if labels is None:
            return cls()
        values, counts = np.unique(labels, return_counts=True)
        return cls(values, tuple((counts / len(labels)).tolist()))

    def places(self, labels):
        """Places (n,) of labels among the classes; a ValueError names one that is none of them."""
        unknown = np.setdiff1d(labels, self.values)
        if len(unknown):
            raise ValueError(f"Unknown label {unknown[0].item()!r}; the labels are {_listed(self.values)}.")
        return np.searchsorted(self.values, labels)

    def to_dict(self):
        """The classes as JSON-ready values."""
        if self.values is None:
            return {"values": None}
        return {
            "values": self.values.tolist(),
            "dtype": self.values.dtype.str,
            "proportions": list(self.proportions),
        }

    @classmethod
    def from_dict(cls, state):
        """The classes that `to_dict` gave."""
        if state["values"] is None:
            return cls()
        return cls(np.array(state["values"], state["dtype"]), tuple(state["proportions"]))


def read_labels(labels, n, what="images"):
    """Labels of n samples as an array (n,) that sorts; an error that says what is wrong with them."""
    labels = np.asarray(labels)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1 or len(labels) != n:
        raise ValueError(f"Expected one label for each of the {n} {what}; got labels of shape {labels.shape}.")
    if labels.dtype.kind == "O":
        values = [label.item() if isinstance(label, np.generic) else label for label in labels.tolist()]
        kinds = {type(label) for label in values}
        if len(kinds) > 1 or not kinds <= {str, int, float, bool}:
            names = ", ".join(sorted(kind.__name__ for kind in kinds))
            raise ValueError(
                f"Labels must be numbers, booleans or strings, all of one kind, none of them missing; got {names}."
            )
        labels = np.array(values)
    if labels.dtype.kind == "f" and not (np.isfinite(labels).all() and (labels == np.rint(labels)).all()):
        raise ValueError("Labels are classes: whole numbers, booleans or strings, none of them missing.")
    if labels.dtype.kind not in "biufU":
        raise ValueError(f"Labels must be numbers, booleans or strings; got {labels.dtype}.")
    if len(np.unique(labels)) > MOST:
        raise ValueError(f"Labels are classes, {MOST:,} at most; got {len(np.unique(labels)):,} different ones.")
    return labels


def _listed(labels, most=10):
    texts = [repr(label) for label in labels[:most].tolist()]
    return ", ".join(texts) + (f" and {len(labels) - most} more" if len(labels) > most else "")
