"""The recurrent network of series: each number's distribution given all before it, and new series so."""

from functools import partial

import keras
import numpy as np
from keras import ops
from scipy.special import logsumexp

from augment.models.base import in_chunks
from augment.models.drawing import inverse_cumulative
from augment.models.particles import flat, resampled
from augment.models.plain_cells import plain_cell
from augment.models.plain_trunk import array
from augment.models.recurrent import CELLS
from augment.models.series import CHUNK, SeriesModel
from augment.models.step_regressions import regressions

COMPONENTS = 5  # normals of a number's distribution
WAVES = 4  # sines and cosines of the place in a series
FEATURES = 32  # hidden ones of a number
LOG_SCALES = -4.0, 2.0  # of a normal, in standard deviations of what the regression leaves over
LEAST = 1e-3  # of these standard deviations
PARTICLES = 32  # drawn for each series of which later numbers are known


class RecurrentSeriesModel(SeriesModel):
    """The networks of `Recurrent` for series of numbers.

    A number is a mixture of normals around what a linear regression on the step before and the earlier channels of its
    own step foretells; a recurrent network over the steps before and a dense one over the earlier channels say how far
    from it and how wide (a mixture density network: Graves, "Generating sequences with recurrent neural networks",
    arXiv 1308.0850). The regression is fitted before training, for each class near that of all.

    Known first steps are read as they are. Where later numbers are known, too, 32 series are drawn for each, and those
    that make the known numbers likely go on (a particle filter: Gordon, Salmond and Smith, IEE Proceedings F 140,
    1993).

    Parameters
    ----------
    layout : SeriesLayout
        The form of encoded series.
    cell, units, depth, dropout
        As in `Recurrent`.
    """

    def __init__(self, layout, cell, units, depth, dropout):
        super().__init__(layout)
        self.passes = layout.length
        self.recurrent = [CELLS[cell](units, return_sequences=True) for _ in range(depth)]
        self.units, self.dropout = units, keras.layers.Dropout(dropout)
        place = np.arange(layout.length)[:, None] / max(layout.length, 2) * 2 * np.pi * np.arange(1, WAVES + 1)
        self.places = np.concatenate([np.sin(place), np.cos(place)], axis=1).astype("float32")
        self.places = np.column_stack([self.places, np.arange(layout.length) == 0]).astype("float32")
        self.earlier = np.tri(layout.n_channels, k=-1, dtype="float32").T  # (earlier, later)

    def build(self, input_shape):
        c, features = self.layout.n_channels, FEATURES
        width = c + self.layout.n_told + self.places.shape[1]
        for layer in self.recurrent:
            layer.build((None, self.layout.length, width))
            width = self.units
        self.dropout.build((None, self.layout.length, width))
        self.of_history = self.add_weight((self.units, c, features), "glorot_uniform", name="of_history")
        self.of_earlier = self.add_weight((c, c, features), "glorot_uniform", name="of_earlier")
        self.bias = self.add_weight((c, features), "zeros", name="bias")
        self.out = self.add_weight((c, features, 3 * COMPONENTS), "glorot_uniform", name="out")
        self.out_bias = self.add_weight((c, 3 * COMPONENTS), "zeros", name="out_bias")
        # of the first step and of all others: on the step before, the channels before and a one
        groups = max(self.layout.n_classes, 1)
        self.slopes = self.add_weight((groups, 2, 2 * c + 1, c), "zeros", name="slopes", trainable=False)
        self.scales = self.add_weight((groups, 2, c), "ones", name="scales", trainable=False)
        super().build(input_shape)

    def training_rows(self, x, n_seen, rng):
        """The rows themselves; to them the regressions are fitted."""
        steps = np.asarray(x[:, : self.layout.n_values], "float64").reshape(-1, *self.layout.shape)
        each = [regressions(steps)]
        if self.layout.n_classes:
            classes = np.asarray(x[:, self.layout.n_values :])
            each = [regressions(steps[own], each[0]) for own in classes.T == 1]
        slopes, scales = map(np.stack, zip(*each, strict=True))
        self.slopes.assign(slopes)
        self.scales.assign(np.maximum(scales, LEAST))
        return super().training_rows(x, n_seen, rng)

    def call(self, x, training=False):
        """Encoded series (n, width) -> each one's negative log-likelihood (n,)."""
        values, classes = self.apart(x)
        steps = ops.reshape(values, (-1, *self.layout.shape))
        before = ops.concatenate([ops.zeros_like(steps[:, :1]), steps[:, :-1]], axis=1)
        hidden = self._told(before, classes)
        for layer in self.recurrent:
            hidden = layer(hidden, training=training)
        hidden = self.dropout(hidden, training=training)
        features = ops.silu(
            ops.einsum("ntu,ucf->ntcf", hidden, self.of_history)
            + ops.einsum("nte,ecf->ntcf", steps, self.of_earlier * self.earlier[..., None])
            + self.bias
        )
        said = ops.cast(ops.einsum("ntcf,cfk->ntck", features, self.out) + self.out_bias, "float32")
        return -ops.sum(self._log_densities(said, steps, before, classes), axis=(1, 2))

    def _log_densities(self, said, steps, before, classes):
        """Log-densities (n, steps, channels) by what the network said (n, steps, channels, 3 * COMPONENTS)."""
        known = ops.concatenate([before, steps, ops.ones_like(steps[..., :1])], axis=-1)
        foretold, scales = self._foretold(known, classes)
        apart = (steps - foretold) / scales
        logits, means, log_scales = ops.split(said, 3, axis=-1)
        log_scales = ops.clip(log_scales, *LOG_SCALES)
        squares = ops.square((apart[..., None] - means) * ops.exp(-log_scales))
        logs = ops.log_softmax(logits, axis=-1) - 0.5 * (squares + np.log(2 * np.pi)) - log_scales
        return ops.logsumexp(logs, axis=-1) - ops.log(scales)

    def _foretold(self, known, classes):
        """What the regressions of their class make of series (n, length, channels), and their scales."""
        late = np.minimum(np.arange(self.layout.length), 1)
        slopes, scales = ops.take(self.slopes, late, axis=1), ops.take(self.scales, late, axis=1)
        if self.layout.n_classes < 2:
            return ops.einsum("ntk,tkc->ntc", known, slopes[0]), scales[0]
        own = classes[:, : self.layout.n_classes]
        each = ops.einsum("ntk,gtkc->gntc", known, slopes)
        return ops.einsum("gntc,ng->ntc", each, own), ops.einsum("gtc,ng->ntc", scales, own)

    def _told(self, before, classes):
        """What the first layer reads (n, steps, features)."""
        n = ops.shape(before)[0]
        classes = ops.tile(classes[:, None], (1, self.layout.length, 1))
        places = ops.tile(self.places[None], (n, 1, 1))
        return ops.concatenate([before, classes, places], axis=-1)

    def log_likelihood(self, values, told=None):
        """Log-density (n,) of encoded series, given what is told of them.

        Parameters
        ----------
        values : ndarray of shape (n, n_values)
            Their numbers.
        told : ndarray of shape (n, n_told), default=None
            One-hots of their classes, and attributes; None where there are none.

        Returns
        -------
        ndarray of shape (n,)
            Natural logarithms.
        """
        if not len(values):
            return np.zeros(0)
        rows = values if told is None else np.concatenate([values, told], axis=1)
        return -in_chunks(lambda part: self(ops.convert_to_tensor(part, "float32")), rows, size=512).astype("float64")

    # generation -----------------------------------------------------------------------------------------------------

    def noise(self, n, rng):
        """Noise (n, 2 * n_values): uniform for the choice of a normal, then normal; for particles it is drawn on."""
        uniform = rng.random((n, self.layout.n_values), dtype="float32")
        return np.concatenate([uniform, rng.standard_normal((n, self.layout.n_values), dtype="float32")], axis=1)

    def _made(self, noise, classes, condition):
        n, values, known = len(noise), condition.values, condition.known
        if known is None:
            values, known = np.zeros((n, self.layout.n_values), "float32"), np.zeros((n, self.layout.n_values), bool)
        later, arrays = (np.cumsum(~known, axis=1) > 0) & known, PlainSeries(self)
        made = np.empty((n, self.layout.n_values), "float32")
        for rows, count in ((~later.any(axis=1), 1), (later.any(axis=1), PARTICLES)):
            if rows.any():
                parts = noise[rows], classes[rows], values[rows], known[rows]
                made[rows] = in_chunks(partial(_drawn, arrays, count), *parts, size=CHUNK // count)
        return made


class PlainSeries:
    """A trained `RecurrentSeriesModel` as arrays, to draw one number of each of many series at a time.

    Parameters
    ----------
    model : RecurrentSeriesModel
        The trained network; it is copied.
    """

    def __init__(self, model):
        self.shape, self.places = model.layout.shape, model.places
        self.cells = [plain_cell(layer.cell) for layer in model.recurrent]
        self.of_history, self.of_earlier, self.bias = map(array, (model.of_history, model.of_earlier, model.bias))
        self.out, self.out_bias = array(model.out), array(model.out_bias)
        self.slopes, self.scales = array(model.slopes), array(model.scales)

    def groups(self, classes):
        """Whose regressions series of these one-hots (n, n_told) follow (n,)."""
        n_groups = len(self.slopes)
        return classes[:, :n_groups].argmax(axis=1) if n_groups > 1 else np.zeros(len(classes), int)

    def start(self, n):
        """States of n series that have not begun."""
        return [cell.start(n) for cell in self.cells]

    def step(self, before, classes, t, states):
        """What the steps before tell of step t (n, channels, FEATURES); changes the states."""
        hidden = np.concatenate([before, classes, np.tile(self.places[t], (len(before), 1))], axis=1)
        for cell, state in zip(self.cells, states, strict=True):
            hidden = cell(hidden @ cell.kernel, state)
        return np.tensordot(hidden, self.of_history, axes=1)

    def mixture(self, of_history, before, now, t, c, groups):
        """Logits, means and deviations (n, COMPONENTS) of channel c of step t, given the channels before in `now`."""
        features = of_history[:, c] + now[:, :c] @ self.of_earlier[:c, c] + self.bias[c]
        features /= 1 + np.exp(-features)
        logits, means, log_scales = np.split(features @ self.out[c] + self.out_bias[c], 3, axis=1)
        slopes, n = self.slopes[:, min(t, 1), :, c].T, now.shape[1]
        each = before @ slopes[:n] + now[:, :c] @ slopes[n : n + c] + slopes[-1]
        foretold = np.take_along_axis(each, groups[:, None], axis=1)
        scale = self.scales[groups, min(t, 1), c][:, None]
        return logits, foretold + scale * means, scale * np.exp(np.clip(log_scales, *LOG_SCALES))


def _drawn(arrays, count, noise, classes, values, known):
    """Numbers (n, n_values) of series, of `count` particles each, with what is known in its places."""
    length, channels = arrays.shape
    uniform, normal = (x.reshape(-1, length, channels) for x in np.split(_particles(noise, count), 2, axis=1))
    classes = np.repeat(classes, count, axis=0)
    values, known = (np.repeat(x, count, axis=0).reshape(-1, length, channels) for x in (values, known))
    groups, states = arrays.groups(classes), arrays.start(len(classes))
    drawn = np.zeros((len(classes), length, channels), "float32")
    weights, before = np.zeros((len(noise), count)), np.zeros((len(classes), channels), "float32")
    for t in range(length):
        of_history, now = arrays.step(before, classes, t, states), drawn[:, t]
        for c in range(channels):
            mixture = arrays.mixture(of_history, before, now, t, c, groups)
            here = known[:, t, c]
            now[:, c] = np.where(here, values[:, t, c], _draw(*mixture, uniform[:, t, c], normal[:, t, c]))
            if count > 1 and here.any():
                weights += np.where(here, _log_density(*mixture, now[:, c]), 0).reshape(weights.shape)
        if count > 1:
            kept = flat(resampled(weights, uniform[::count, t, 0]))
            drawn, states = drawn[kept], [[part[kept] for part in state] for state in states]
        before = drawn[:, t]
    chosen = inverse_cumulative(weights, uniform[::count, -1, -1])
    return drawn.reshape(*weights.shape, -1)[np.arange(len(noise)), chosen]


def _particles(noise, count):
    """Noise (n * count, 2 * n_values) of particles, that of the first of each as given (n, 2 * n_values)."""
    if count == 1:
        return noise
    half, particles = noise.shape[1] // 2, []
    for row in noise:
        rng = np.random.default_rng(np.frombuffer(row.tobytes(), "uint32"))
        more = [draw((count - 1, half), dtype="float32") for draw in (rng.random, rng.standard_normal)]
        particles += [row[None], np.concatenate(more, axis=1)]
    return np.concatenate(particles)


def _draw(logits, means, deviations, uniform, normal):
    place, rows = inverse_cumulative(logits, uniform), np.arange(len(logits))
    return means[rows, place] + deviations[rows, place] * normal


def _log_density(logits, means, deviations, values):
    logs = logits - logsumexp(logits, axis=1, keepdims=True) - np.log(deviations * np.sqrt(2 * np.pi))
    return logsumexp(logs - 0.5 * ((values[:, None] - means) / deviations) ** 2, axis=1)
