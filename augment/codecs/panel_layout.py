"""What the numbers in encoded panels mean: series, what is told of them, and the tokens that this was made of."""

from dataclasses import dataclass

import numpy as np

from augment.codecs.layout import Layout
from augment.codecs.series_layout import SeriesLayout
from augment.codecs.vectors import Vectors


@dataclass(frozen=True)
class PanelLayout:
    """The form of encoded panels: an array (n, width) of float32, a series and its attributes, then their tokens.

    Parameters
    ----------
    series : SeriesLayout
        The steps, and the attributes as numbers; of width 0 where all series are alike.
    static : Layout or None
        The attributes as tokens; None where there are none.
    """

    modality = "panel"
    series: SeriesLayout
    static: Layout | None

    @property
    def n_samples(self):
        """Number of series that the codec was fitted on."""
        return self.series.n_samples

    @property
    def length(self):
        """Steps of a series."""
        return self.series.length

    @property
    def static_width(self):
        """Number of tokens of a series."""
        return 0 if self.static is None else self.static.width

    @property
    def width(self):
        """Number of floats of an encoded series."""
        return self.series.width + self.static_width


def attributes_of(layout, tokens):
    """What tells of series as a whole as floats (n, n_attributes), of their tokens (n, layout.width)."""
    if layout is None:
        return np.zeros((len(tokens), 0), "float32")
    return Vectors(layout).encode(tokens)
