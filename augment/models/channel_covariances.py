"""Covariances of long series: those of each channel along time, and how channels go together."""

import numpy as np
from keras import ops
from scipy.fft import dct
from scipy.ndimage import uniform_filter1d

from augment.models.cosines import from_cosines, to_cosines, waves
from augment.models.covariances import SMALLEST, drawn, mixing, roots_of, stationary
from augment.models.series_covariances import (
    JOINT,
    JointCovariances,
    SeriesCovariances,
    expectation,
    identities,
    log_normal,
    ridge,
    solved,
)

ALONG = 4 * JOINT**2  # covariances along time, of all channels together, that are learned at most
SLOWEST = 256  # frequencies by which known numbers foretell others where covariances along time are too many
SHARP = 50  # squares that the variance of a frequency is the mean of, at least
LEAST_NOISE = 0.01  # variance of what the slowest frequencies leave over


def series_covariances(layout, name):
    """The layer that learns the covariances of series of this form, in as much detail as their length allows."""
    length, n_channels = layout.shape
    if layout.n_values <= JOINT:
        return JointCovariances(layout, name)
    return (AlongTime if n_channels * length**2 <= ALONG else Frequencies)(layout, name)


class ChannelCovariances(SeriesCovariances):
    """Base of covariances by which white noise of the channels of a step is mixed, then spread along time by channel.

    Each channel by itself and channels at the same step go together as in the sample, channels at different steps only
    as follows from both. A subclass has `regression` and

    * `_learn_along(channels)`: learns from series (n_channels, n, length) of mean zero, and gives the covariances
      (n_channels, n_channels) of channels at the same step were their white noise the same;
    * `_along(channels, inverse)`: white noise (n_channels, n, length) spread along time, or the inverse;
    * `_covariance(channel, steps)`: the covariances of a channel at these steps, and the ridge of its regressions.
    """

    def build(self, input_shape=None):
        shape = 2 * (self.layout.n_channels,)
        self.mixing = self.add_weight(shape, identities, name="mixing", trainable=False)
        self.unmixing = self.add_weight(shape, identities, name="unmixing", trainable=False)
        self.built = True

    def learn(self, values, told):
        steps = np.reshape(values - np.mean(values, axis=0), (-1, *self.layout.shape))
        channels = np.moveaxis(steps, -1, 0).astype("float64")
        mixed, unmixed = roots_of(mixing(channels, self._learn_along(channels)))
        self.mixing.assign(mixed)
        self.unmixing.assign(unmixed)

    def spread(self, white, told):
        mixed = ops.matmul(ops.reshape(white, (-1, *self.layout.shape)), self.mixing)
        return self._numbers(self._along(ops.transpose(mixed, (2, 0, 1))))

    def whitened(self, apart, told):
        mixed = ops.transpose(self._along(self._channels(apart), inverse=True), (1, 2, 0))
        return ops.reshape(ops.matmul(mixed, self.unmixing), (-1, self.layout.n_values))

    def _channels(self, numbers):
        """Numbers (n, n_values) by channel: (n_channels, n, length)."""
        return ops.transpose(ops.reshape(numbers, (-1, *self.layout.shape)), (2, 0, 1))

    def _numbers(self, channels):
        """The reverse of `_channels`."""
        return ops.reshape(ops.transpose(channels, (1, 2, 0)), (-1, self.layout.n_values))

    def log_normal(self, apart, known):
        apart, known = (each.reshape(-1, *self.layout.shape) for each in (apart, known))
        logs = np.zeros(len(apart))
        for channel in range(self.layout.n_channels):
            steps = np.flatnonzero(known[0, :, channel])
            steps = steps[np.unique(np.linspace(0, len(steps) - 1, min(len(steps), JOINT)).astype(int))]
            covariance, least = self._covariance(channel, steps)
            logs += log_normal(covariance, apart[:, steps, channel], least)
        return logs


class AlongTime(ChannelCovariances):
    """Covariances of each channel's steps: the sample's, drawn towards those of a stationary channel."""

    def build(self, input_shape=None):
        length, n_channels = self.layout.shape
        shape = n_channels, length, length
        self.root = self.add_weight(shape, identities, name="root", trainable=False)
        self.inverse_root = self.add_weight(shape, identities, name="inverse_root", trainable=False)
        self.covariance = self.add_weight(shape, identities, name="covariance", trainable=False)
        self.ridge = self.add_weight((n_channels, 1, 1), "ones", name="ridge", trainable=False)
        super().build()

    def _learn_along(self, channels):
        covariances, shares = zip(*[drawn(channel, stationary(channel)) for channel in channels], strict=True)
        root, inverse = (np.stack(each) for each in zip(*map(roots_of, covariances), strict=True))
        self.root.assign(root)
        self.inverse_root.assign(inverse)
        self.covariance.assign(np.stack(covariances))
        ridges = [ridge(channel, 1 - share) for channel, share in zip(channels, shares, strict=True)]
        self.ridge.assign(np.reshape(ridges, self.ridge.shape))
        return np.einsum("ckl,dkl->cd", root, root)

    def _along(self, channels, inverse=False):
        return ops.matmul(channels, self.inverse_root if inverse else self.root)

    def regression(self, known):
        known = ops.transpose(ops.reshape(known, self.layout.shape))
        expected = expectation(self.covariance, known, self.ridge)
        return lambda apart, told: self._numbers(expected(self._channels(apart)))

    def _covariance(self, channel, steps):
        covariance = ops.convert_to_numpy(self.covariance.value[channel]).astype("float64")
        return covariance[np.ix_(steps, steps)], float(self.ridge.value[channel, 0, 0])


class Frequencies(ChannelCovariances):
    """Covariances of channels that are stationary, or keep a level: a variance for each cosine along time.

    A level is the slowest cosine. Regressions are on the slowest ones, which all known numbers tell, and for what is
    left on the known steps next before and after.
    """

    def build(self, input_shape=None):
        length, n_channels = self.layout.shape
        self.deviations = self.add_weight((n_channels, length), "ones", name="deviations", trainable=False)
        self.fast = self.add_weight((n_channels, length), "zeros", name="fast", trainable=False)
        super().build()

    def _learn_along(self, channels):
        squares = np.mean(dct(channels, norm="ortho") ** 2, axis=1)
        width = 2 * (SHARP // (2 * channels.shape[1])) + 1
        squares[:, 1:] = uniform_filter1d(squares[:, 1:], width, axis=1, mode="nearest")
        self.deviations.assign(np.sqrt(squares))
        length, fast = self.layout.length, np.where(np.arange(squares.shape[1]) < SLOWEST, 0, squares)
        lags = np.fft.fft(fast, 2 * length).real[:, :length] / length
        self.fast.assign(lags / np.maximum(lags[:, :1], np.finfo("float32").tiny))
        return np.sqrt(squares) @ np.sqrt(squares).T

    def _along(self, channels, inverse=False):
        each = self.deviations[:, None]
        each = 1 / ops.maximum(each, SMALLEST) if inverse else each
        return from_cosines(each * to_cosines(channels))

    def regression(self, known):
        length = self.layout.length
        known = ops.transpose(ops.reshape(known, self.layout.shape))
        slowest = np.arange(min(SLOWEST, length))
        noise = ops.sum(self.deviations[:, len(slowest) :] ** 2, axis=1)[:, None, None] / length + LEAST_NOISE
        cosines = ops.convert_to_tensor(waves(length, slowest, np.arange(length)))
        slow = self.deviations[:, : len(slowest), None] * cosines
        seen = slow * known[:, None]
        factor = ops.cholesky(ops.matmul(seen, ops.swapaxes(seen, 1, 2)) / noise + ops.eye(len(slowest)))
        beside = self._beside(known)

        def expected(apart, told):
            channels = self._channels(apart)
            right = ops.matmul(seen, ops.swapaxes(channels, 1, 2)) / noise
            foretold = ops.matmul(ops.swapaxes(solved(factor, right), 1, 2), slow)
            left = channels - foretold
            for places, weights in beside:
                places = ops.broadcast_to(places[:, None], ops.shape(left))
                foretold = foretold + weights[:, None] * ops.take_along_axis(left, places, axis=-1)
            return self._numbers(foretold)

        return expected

    def _beside(self, known):
        """Places (n_channels, length) of the known steps next before and after each, and their weights for its rest."""
        steps = ops.cast(np.arange(self.layout.length), "int32")
        order = ops.argsort(ops.where(known > 0, steps, steps + self.layout.length), axis=1)
        count, own = ops.cast(ops.cumsum(known, axis=1), "int32"), ops.cast(known, "int32")
        ranks = count - 1, count - own
        there = ranks[0] >= 0, ranks[1] < count[:, -1:]
        places = [ops.take_along_axis(order, ops.clip(rank, 0, self.layout.length - 1), axis=1) for rank in ranks]
        before, after = (
            ops.where(ok, self._alike(ops.abs(place - steps)), 0.0) for ok, place in zip(there, places, strict=True)
        )
        both = ops.where(ops.logical_and(*there), self._alike(ops.abs(places[1] - places[0])), 0.0)
        size = (1 + LEAST_NOISE) ** 2 - both**2
        weights = [((1 + LEAST_NOISE) * one - other * both) / size for one, other in ((before, after), (after, before))]
        return list(zip(places, weights, strict=True))

    def _alike(self, distances):
        """Correlations of what the slowest cosines leave over, at these distances (n_channels, length)."""
        return ops.take_along_axis(self.fast, distances, axis=1)

    def _covariance(self, channel, steps):
        each = waves(self.layout.length, np.arange(self.layout.length), steps).astype("float64")
        each *= ops.convert_to_numpy(self.deviations.value[channel])[:, None]
        return each.T @ each, LEAST_NOISE
