"""Series of numbers as arrays and back: scores of each channel at each step, and a one-hot of the class."""

from functools import partial

import numpy as np

from augment.codecs.channels import Channel
from augment.codecs.class_shapes import ClassShapes
from augment.codecs.expected import Expected
from augment.codecs.labels import Classes
from augment.codecs.missing import lasting, places
from augment.codecs.normal_scores import NormalScores
from augment.codecs.related import Related
from augment.codecs.scaling import Scaling
from augment.codecs.series_layout import SeriesLayout
from augment.codecs.straight import find_straight
from augment.codecs.straight_scores import StraightScores


class SeriesCodec:
    """Turns series into arrays that obey a `SeriesLayout`, and such arrays into series of the fitted form.

    Each channel becomes scores, constant ones nothing, one with missing values a second channel that tells where
    they are. Series of different lengths are filled up with their last value, and a last channel, the same at each
    step, tells the length. From the scores is taken what the classes let expect, so that what is left is alike for all.
    Features that are close to others, or wander, are their relations first; see `Related`. Which scores those of others
    are, normal ones or a line, `find_straight` tells.

    Parameters
    ----------
    encoding : {"vectors"}, default="vectors"
        Series are floats to a model.
    scaling : {"auto", True, False}, default=False
        Whether features become levels, scales and shapes: "auto" takes those whose series have scales of their own.

    Attributes
    ----------
    layout : SeriesLayout
        The form of encoded series.
    channels : list of Channel
        The features, or where they are relative their relations and then where they begin, or where they are scaled
        their shapes and then the levels and the scales.
    related : Related or None
        Takes features for relations; None where none is relative to another or to itself.
    scaled : Scaling or None
        Takes features apart; None where none is scaled.
    lasting : dict of int to float
        For each channel with missing values how long these stay missing or there.
    lengths : ndarray of int
        The lengths that series have, sorted.
    classes : Classes
        The labels.
    report : list of dict
        How each feature is coded.
    expected : Expected or None
        What the class, or the attributes of a panel, let expect of scores; None where there are no two classes.
    shapes : ClassShapes or None
        How what is left is distributed in each class.

    Examples
    --------
    >>> series = [np.array([[1, 7], [2, 7], [3, 7]]), np.array([[4, 7]])]
    >>> codec = SeriesCodec().fit((series, None))
    >>> codec.layout.shape  # the first feature and the length
    (3, 2)
    >>> [part.tolist() for part in codec.decode(codec.encode((series, None)))]
    [[[1, 7], [2, 7], [3, 7]], [[4, 7]]]
    """

    encodings = ("vectors",)
    dtype = np.dtype("float32")

    def __init__(self, encoding="vectors", scaling=False):
        if encoding not in self.encodings:
            raise ValueError(
                f"Series are encoded as 'vectors', which Flow takes. Received: encoding={encoding!r}, that of another "
                "family."
            )
        if not (isinstance(scaling, bool) or scaling == "auto"):
            raise ValueError(f"scaling must be 'auto', True or False. Received: scaling={scaling!r}")
        self.encoding, self.scaling, self.expected, self.shapes = encoding, scaling, None, None

    def fit(self, data, target=None, n_scaled=None):
        """Learn channels, lengths and labels of `data`, a pair of series and labels or None; `target` is not used.

        Series are a list of arrays (steps, features) of one type; only the first `n_scaled` features may be scaled.
        """
        series, labels = data
        self.dtype_in, self.n_features = series[0].dtype, series[0].shape[1]
        self.related = Related.of(series, n_scaled)
        apart = self._differences(series)
        self.scaled = self._find_scaling(apart, n_scaled or self.n_features)
        apart = apart if self.scaled is None else self.scaled.apart(apart)
        self.channels = self._channels(series, apart)
        self.lasting = {
            i: lasting([_absent(part[:, i]) for part in (series if i in self._members else apart)])
            for i, channel in enumerate(self.channels)
            if channel.missing is not None
        }
        lengths = [len(part) for part in series]
        self.lengths = np.unique(lengths)
        self.length_scores = NormalScores.of(lengths) if len(self.lengths) > 1 else None
        self.classes = Classes.of(labels)
        self._set_layout(len(series))
        self.expected = self.shapes = None
        if self.layout.width and self.layout.n_classes > 1:
            scores = self._scores(apart, series, lengths, np.random.default_rng(0))
            self._learn_classes(scores, labels)
        return self

    def _channels(self, series, apart):
        whole, steps = np.concatenate(series), np.concatenate(apart)
        whole = whole.astype("uint8") if whole.dtype.kind == "b" else whole
        taken = {*self._members, *([] if self.scaled is None else self.scaled.scaled)}
        kept = [i for i in range(self.n_features) if i not in taken]  # these stay of their type
        straight = self._find_straight(apart)
        channels = [
            Channel.of(whole[:, i] if i in kept else values, scores_of=straight.get(i, NormalScores.of))
            for i, values in enumerate(steps.T)
        ]
        if self.related is not None:
            unknown = np.isnan(np.concatenate(self._differences(series, known=True)))
            for i in self._members:  # only what was seen tells how relations are distributed
                seen = np.where(unknown[:, i], np.nan, steps[:, i])
                channels[i] = Channel.of(seen, _absent(whole[:, i])).reaching(steps[:, i])
        return channels

    def _find_straight(self, apart):
        """The lines that code features, by their places; what is relative to others has none."""
        shapes = [part[:, : self.n_features].astype("float64") for part in apart]
        for part in shapes:
            part[:, self._members] = np.nan
        return {i: partial(StraightScores.of, log=log) for i, log in find_straight(shapes).items()}

    def _learn_classes(self, scores, labels):
        classes = self.one_hots(self.classes.places(labels))
        shared = np.where(classes.sum(axis=0) > 1, classes, 0)  # the mean of a single series would be that series
        self.expected = Expected.of(shared, scores)
        self.shapes = ClassShapes.of(self.expected.without(scores, classes), classes)

    def _find_scaling(self, series, n_scaled):
        if self.scaling is False:
            return None
        changes = [] if self.related is None else list(self.related.walks)
        return Scaling.of([part.astype("float64") for part in series], self.scaling is True, n_scaled, changes)

    def _apart(self, series, known=False):
        """Series of so many features as there are channels."""
        series = self._differences(series, known)
        return series if self.scaled is None else self.scaled.apart(series, known)

    def _differences(self, series, known=False):
        return series if self.related is None else self.related.apart(series, known)

    @property
    def report(self):
        """How each feature is coded: its place, "series" and what is not by scores of its values."""
        places = range(self.n_features)
        return [{"column": i, "kind": "series", "note": self.notes(places).get(i, "")} for i in places]

    def notes(self, names):
        """What is said of features of these names, by place: how they are coded where not by scores of their values."""
        lines = {i: channel.scores for i, channel in enumerate(self.channels[: len(names)])}
        lines = {i: scores.log for i, scores in lines.items() if isinstance(scores, StraightScores)}
        notes = {i: "learned on a line" + (" of logarithms" if log else "") for i, log in lines.items()}
        notes |= {} if self.related is None else self.related.notes(names)
        return notes | dict.fromkeys([] if self.scaled is None else self.scaled.scaled, "each series scaled by itself")

    @property
    def _members(self):
        """Places of features in trees of relations, where what is missing has a value, too."""
        return [] if self.related is None else self.related.members

    def _set_layout(self, n_samples):
        width = sum(channel.width for channel in self.channels) + (self.length_scores is not None)
        self.layout = SeriesLayout(int(self.lengths[-1]), width, self.classes.proportions, n_samples=n_samples)

    def encode(self, data, rng=None):
        """Rows (n, layout.width) of a pair of series and labels.

        Without labels the class is all zeros, and from the scores nothing is taken.
        """
        series, labels = data
        scores = self._scores(self._apart(series), series, [len(part) for part in series], rng)
        if not self.layout.width:
            return np.zeros((len(series), 0), "float32")
        scores = scores.reshape(len(series), -1)
        if labels is None or not self.layout.n_classes:
            return np.concatenate([scores, np.zeros((len(series), self.layout.n_classes), "float32")], axis=1)
        classes = self.one_hots(self.classes.places(labels))
        return np.concatenate([self.without(scores, classes), classes], axis=1, dtype="float32")

    def one_hots(self, places):
        """What is told (n, layout.n_classes) of series of the classes at these places (n,)."""
        return np.eye(self.layout.n_classes, dtype="float32")[places]

    def without(self, scores, told):
        """What is left (n, n_values) of scores of series of which this is told (n, n_told)."""
        if self.expected is None:
            return scores
        left = self.expected.without(self._steps(scores), told)
        left = left if self.shapes is None else self.shapes.without(left, told)
        return left.reshape(len(scores), self.layout.n_values)

    def around(self, left, told):
        """The reverse of `without`."""
        if self.expected is None:
            return left
        left = self._steps(left)
        left = left if self.shapes is None else self.shapes.around(left, told)
        return self.expected.around(left, told).reshape(len(left), self.layout.n_values)

    def log_slopes(self, scores, told):
        """Logarithms (n,) of how much `without` stretches scores (n, n_values), of all of each series together."""
        if self.expected is None:
            return np.zeros(len(scores))
        slopes = -self.layout.length * self.expected.log_scales(told).sum(axis=1)
        if self.shapes is None:
            return slopes
        return slopes + self.shapes.log_slopes(self.expected.without(self._steps(scores), told), told)

    def _steps(self, scores):
        """Scores (n, *layout.shape) of rows that begin with them."""
        return scores[:, : self.layout.n_values].reshape(len(scores), *self.layout.shape)

    def _scores(self, apart, series, lengths, rng=None):
        """Scores (n, *layout.shape) of series, taken apart, whose whole lengths are these.

        What they lack at the end is filled up.
        """
        n = len(series)
        steps = np.stack([_filled_up(part, self.layout.length) for part in apart])
        absent = dict.fromkeys(range(len(self.channels)))
        for i in self._members:
            absent[i] = np.stack([_filled_up(_absent(part[:, i : i + 1]), self.layout.length)[:, 0] for part in series])
        inside = self._inside(n, rng)
        parts = [channel.encode(steps[..., i], inside[i], absent[i]) for i, channel in enumerate(self.channels)]
        if self.length_scores is not None:
            scores = self.length_scores.encode(np.array(lengths)[:, None], inside[-1][0])
            parts.append(np.repeat(scores[:, None], self.layout.length, axis=1))
        return np.concatenate(parts, axis=-1).astype("float32")

    def _inside(self, n, rng):
        """For each channel, and the length, places inside the intervals of its values and of being missing and not."""
        if rng is None:
            return [(0.5, 0.5)] * (len(self.channels) + 1)
        inside = [(own, 0.5) for own in rng.random((len(self.channels) + 1, n, 1))]
        for i, correlation in self.lasting.items():
            inside[i] = inside[i][0], places(n, self.layout.length, correlation, rng)
        return inside

    def known(self, series, lengths, to_fill, told=None):
        """Scores of what is known of series, and where it is: two arrays (n, layout.n_values), zeros elsewhere.

        Parameters
        ----------
        series : list of ndarray of shape (steps, features)
            The first steps of each.
        lengths : list of int
            How long each is to be.
        to_fill : bool
            Whether missing values are unknown, and to become values; else they are known to be missing.
        told : ndarray of shape (n, n_told), default=None
            What is told of them; what this lets expect is taken from the scores.
        """
        apart = self._apart(series, known=True)
        n, scores = len(series), self._scores(apart, series, lengths)
        there = np.stack([np.arange(self.layout.length) < len(part) for part in series])
        columns = []
        for i, channel in enumerate(self.channels):
            present = there.copy()
            for row, part in zip(present, apart, strict=True):
                row[: len(part)] &= ~np.isnan(part[:, i].astype("float64"))
                if i >= self.n_features:  # a beginning, a level or a scale, which is the same at each step
                    row[:] = row[0]
            columns += [present] * (channel.scores is not None)
            if channel.missing is not None:
                if to_fill:
                    scores[..., len(columns)] = channel.missing.encode(np.zeros(1))
                columns.append(np.ones_like(there) if to_fill else there)
        columns += [np.ones_like(there)] * (self.length_scores is not None)
        known = np.stack(columns, axis=-1) if columns else np.zeros((n, self.layout.length, 0), bool)
        scores, known = scores.reshape(n, self.layout.n_values), known.reshape(n, self.layout.n_values)
        left = scores if told is None else self.without(scores, told)
        return np.where(known, left, 0).astype("float32"), known

    def decode(self, arrays, lengths=None, given=None):
        """Series of arrays (n, layout.width): a list of arrays (steps, features) of the fitted type.

        Each has the fitted length that its last channel tells, or that of `lengths` (n,), which may be any in between.
        Features that are relative to one another follow from the values that are `given` of the first steps of each.
        """
        start, features, absent = 0, [], {}
        if self.shapes is not None:
            arrays = self.around(arrays, arrays[:, self.layout.n_values :])
        scores = self._steps(arrays).astype("float64")
        for i, channel in enumerate(self.channels):
            own = scores[..., start : start + channel.width]
            features.append(channel.values(own) if i in self._members else channel.decode(own))
            absent |= {i: channel.absent(own)} if i in self._members else {}
            start += channel.width
        steps = np.stack(features, axis=-1)
        if self.scaled is not None:
            steps = self.scaled.joined(steps)
        if self.related is not None:
            steps = self.related.joined(steps, given)
            for i, own in absent.items():
                steps[..., i][own] = np.nan
        steps = steps.astype(self.dtype_in)
        lengths = self._lengths(scores) if lengths is None else lengths
        return [part[:length] for part, length in zip(steps, lengths, strict=True)]

    def _lengths(self, scores):
        if self.length_scores is None:
            return np.full(len(scores), self.layout.length)
        wanted = self.length_scores.decode(scores[..., -1].mean(axis=1))
        return self.lengths[np.abs(self.lengths - wanted[:, None]).argmin(axis=1)]

    def to_dict(self):
        """The codec as JSON-ready values."""
        return {
            "kind": "series",
            "dtype": self.dtype_in.str,
            "n_features": self.n_features,
            "related": None if self.related is None else self.related.to_dict(),
            "scaling": self.scaling,
            "scaled": None if self.scaled is None else self.scaled.to_dict(),
            "channels": [channel.to_dict() for channel in self.channels],
            "lasting": [[i, correlation] for i, correlation in self.lasting.items()],
            "lengths": self.lengths.tolist(),
            "length_scores": None if self.length_scores is None else self.length_scores.to_dict(),
            "classes": self.classes.to_dict(),
            "n_samples": self.layout.n_samples,
            "expected": None if self.expected is None else self.expected.to_dict(),
            "shapes": None if self.shapes is None else self.shapes.quantiles.tolist(),
        }

    @classmethod
    def from_dict(cls, state):
        """The codec that `to_dict` gave."""
        codec = cls(scaling=state["scaling"])
        codec.n_features, codec.scaled = state["n_features"], state["scaled"] and Scaling.from_dict(state["scaled"])
        codec.related = state["related"] and Related.from_dict(state["related"])
        codec.dtype_in, codec.lengths = np.dtype(state["dtype"]), np.array(state["lengths"])
        codec.channels = [Channel.from_dict(channel) for channel in state["channels"]]
        codec.lasting = dict(state["lasting"])
        codec.length_scores = state["length_scores"] and NormalScores.from_dict(state["length_scores"])
        codec.classes = Classes.from_dict(state["classes"])
        codec._set_layout(state["n_samples"])
        codec.expected = state["expected"] and Expected.from_dict(state["expected"])
        codec.shapes = state["shapes"] and ClassShapes(np.array(state["shapes"]))
        return codec


def _absent(part):
    """Where values are missing."""
    return np.isnan(part) if part.dtype.kind == "f" else np.zeros(part.shape, bool)


def _filled_up(part, length):
    """A series (steps, features) of so many steps: its last one goes on, and none are zeros."""
    if not len(part):
        return np.zeros((length, part.shape[1]), part.dtype)
    return part[np.minimum(np.arange(length), len(part) - 1)]
