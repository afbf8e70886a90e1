"""What the models of series share: their means and covariances, and how what is known changes what is drawn."""

import numpy as np
from keras import ops

from augment.codecs.series_layout import SeriesCondition
from augment.models.base import GenerativeModel, in_chunks
from augment.models.channel_covariances import series_covariances

CHUNK = 2048  # series that are made at a time


class SeriesModel(GenerativeModel):
    """Base of the models of series: `layout` tells where in a row (n, layout.width) the steps stand, and what is told.

    A subclass has `_series(noise, told)`, which gives the numbers (n, n_values) of series of which the one-hot of the
    class, and attributes where there are some, are told. Where numbers are known, the others move by what a linear
    regression makes of the differences between the known numbers and those that were drawn (Matheron's rule; Wilson et
    al., "Pathwise conditioning of Gaussian processes", JMLR 2021, arXiv 2011.04026): exact where series are normal.

    Parameters
    ----------
    layout : SeriesLayout
        The form of encoded series.

    Attributes
    ----------
    passes : int
        How often a training series goes through the weights.
    mean : variable of shape (n_values,)
        Of the numbers of training series; a codec has taken out how classes differ in it.
    covariances : SeriesCovariances
        Of these numbers.
    """

    takes_known = True
    passes = 1

    def __init__(self, layout):
        super().__init__()
        self.layout = layout
        self.covariances = series_covariances(layout, "covariances")

    def build(self, input_shape):
        self.mean = self.add_weight((self.layout.n_values,), "zeros", name="mean", trainable=False)
        self.covariances.build()
        self.built = True

    def training_rows(self, x, n_seen, rng):
        """The rows themselves; their means and covariances are learned."""
        values = np.asarray(x[:, : self.layout.n_values], "float64")
        self.mean.assign(values.mean(axis=0))
        self.covariances.learn(values, np.asarray(x[:, self.layout.n_values :]))
        return x

    def apart(self, rows):
        """Numbers (n, n_values) of encoded series, and what is told of them (n, n_told)."""
        return rows[:, : self.layout.n_values], rows[:, self.layout.n_values :]

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        if sample_weight is None:
            return ops.mean(y_pred)
        return ops.sum(y_pred * sample_weight) / ops.sum(sample_weight)

    def coloured(self, white, told):
        """Numbers (n, n_values) with the means and covariances of the series, of white noise."""
        return self.mean + self.covariances.spread(white, told)

    def whitened(self, values, told):
        """The reverse of `coloured`, but for directions in which series hardly differ."""
        return self.covariances.whitened(values - self.mean, told)

    def given(self, drawn, values, known, told):
        """Draws (n, n_values), moved by what is known, which then stands in its places."""
        drawn = np.array(drawn)
        patterns, which = np.unique(known, axis=0, return_inverse=True)
        for number, pattern in enumerate(patterns):
            rows = np.flatnonzero(which.ravel() == number)
            expected = self.covariances.regression(ops.convert_to_tensor(pattern, "float32"))
            apart = ops.convert_to_tensor((values[rows] - drawn[rows]) * pattern, "float32")
            drawn[rows] += ops.convert_to_numpy(expected(apart, told[rows]))
        return np.where(known, values, drawn)

    def log_normal(self, values, known):
        """Log-density (n,) of the known ones of numbers (n, n_values), but for a constant, were series normal."""
        scores = np.zeros(len(values))
        patterns, which = np.unique(known, axis=0, return_inverse=True)
        for number, pattern in enumerate(patterns):
            rows = np.flatnonzero(which.ravel() == number)
            apart = (values[rows] - ops.convert_to_numpy(self.mean.value)).astype("float64")
            scores[rows] = self.covariances.log_normal(apart, pattern)
        return scores

    def transport(self, noise, condition=None):
        """Encoded series (n, layout.width); see the base class. Without a condition they are of the first class."""
        n, n_classes = len(noise), self.layout.n_classes
        if not n:
            return np.zeros((0, self.layout.width), "float32")
        told = np.zeros((n, self.layout.n_told), "float32")
        if condition is None:
            condition = SeriesCondition(np.zeros(n, int))
        if n_classes:
            told[np.arange(n), condition.classes] = 1
        if condition.attributes is not None:
            told[:, n_classes:] = condition.attributes
        made = self._made(noise, told, condition)
        return np.concatenate([made, told], axis=1).astype("float32")

    def _made(self, noise, told, condition):
        """Numbers (n, n_values) of series of which a condition tells."""
        made = in_chunks(self._series, noise, told, size=CHUNK)
        if condition.known is None:
            return made
        return self.given(made, condition.values, condition.known, told)

    def _series(self, noise, told):
        """Numbers (n, n_values) of series of which this is told (n, n_told)."""
        raise NotImplementedError
