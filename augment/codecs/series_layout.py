"""What the numbers in encoded series mean, and what is known of series to generate."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class SeriesLayout:
    """The form of encoded series: an array (n, width) of float32, steps first, then the class and attributes.

    A row holds `length` steps of `n_channels` numbers each, all channels of the first step, then those of the second.
    Each is distributed as a standard normal in the training series. The class is a one-hot. The class and the
    attributes are told to models, which make the steps alone.

    Parameters
    ----------
    length : int
        Steps of a row; shorter series are filled up.
    n_channels : int
        Numbers in a step.
    proportions : tuple of float
        Share of each class; empty without labels.
    n_attributes : int, default=0
        Numbers that tell of a series as a whole.
    n_samples : int
        Number of series that the codec was fitted on.
    """

    modality = "series"
    length: int
    n_channels: int
    proportions: tuple
    n_attributes: int = 0
    n_samples: int = field(kw_only=True)

    @property
    def shape(self):
        """Steps and channels."""
        return self.length, self.n_channels

    @property
    def n_classes(self):
        """Number of classes, 0 without labels."""
        return len(self.proportions)

    @property
    def n_told(self):
        """Number of floats that models are told of a series."""
        return self.n_classes + self.n_attributes

    @property
    def n_values(self):
        """Number of floats that the steps take."""
        return self.length * self.n_channels

    @property
    def width(self):
        """Number of floats of an encoded series; 0 where there is nothing to model."""
        return self.n_values + self.n_told if self.n_values else 0


@dataclass(frozen=True)
class SeriesCondition:
    """What is known of series to generate.

    Parameters
    ----------
    classes : ndarray of int of shape (n,)
        Their classes, zeros without labels.
    values : ndarray of float32 of shape (n, n_values), default=None
        Known numbers of encoded series; zeros elsewhere.
    known : ndarray of bool of shape (n, n_values), default=None
        True where a number is known; None where none is.
    attributes : ndarray of float32 of shape (n, n_attributes), default=None
        What tells of each as a whole; None where there is no such thing.
    """

    classes: np.ndarray
    values: np.ndarray | None = None
    known: np.ndarray | None = None
    attributes: np.ndarray | None = None
