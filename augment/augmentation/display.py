"""The drawing of an augmentation curve: scores with bands that lie above the line without synthetic rows, or do not."""

from sklearn.utils._optional_dependencies import check_matplotlib_support

from augment.augmentation.curve import augmentation_curve
from augment.augmentation.findings import NONE, named_arm

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")  # Okabe and Ito: told apart by everyone
MARKERS = "osD^vP"
MUTED = "0.55"
DASHES = {"duplicates": (0, (1, 1.5)), "interpolation": (0, (5, 2)), "noise": (0, (5, 1.5, 1, 1.5))}
BROKEN = [(0, (6, 2)), (0, (6, 2, 1, 2)), (0, (2, 1)), (0, (6, 2, 1, 2, 1, 2))]  # of augmentations


class AugmentationCurveDisplay:
    """Draws what `augmentation_curve` found.

    The score stands against the ratio of synthetic to real rows; where the curve has several training sizes, against
    the number of real rows. The band of a synthesizer is the interval of its paired gain, set upon the score without
    synthetic rows: where it lies above that line, the synthesizer helps. The controls are grey. Layers that change
    images have a broken line of their own, upon which stand the synthesizers tried with them.

    Parameters
    ----------
    curve : AugmentationCurve
        What `augmentation_curve` gave.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.
    figure_ : matplotlib Figure
        Their figure.
    lines_ : dict of str to matplotlib Line2D
        The line of each generator, of each augmentation and of both, such as "classical + vae", and of "none".
    bands_ : dict of str to matplotlib PolyCollection
        The band of each synthesizer.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from augment import AugmentationCurveDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> display = AugmentationCurveDisplay.from_estimator(GaussianNB(), X, y, synthesizers={}, ratios=[1], cv=2)
    >>> display.ax_.get_ylabel()
    'Balanced accuracy'
    """

    def __init__(self, curve):
        self.curve = curve

    @classmethod
    def from_estimator(cls, estimator, X, y, *, ax=None, ratio=None, **options):
        """Compute an augmentation curve and draw it.

        Parameters
        ----------
        estimator, X, y
            As in `augmentation_curve`.
        ax, ratio
            As in `plot`.
        **options
            All other arguments of `augmentation_curve`, such as `synthesizers`.

        Returns
        -------
        AugmentationCurveDisplay
            Its `curve` holds the verdicts.

        Raises
        ------
        ImportError
            If matplotlib is not installed: before anything is computed.
        """
        check_matplotlib_support(f"{cls.__name__}.from_estimator")
        return cls(augmentation_curve(estimator, X, y, **options)).plot(ax, ratio=ratio)

    def plot(self, ax=None, *, ratio=None):
        """Draw the curve.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.
        ratio : float, default=None
            Where there are several training sizes: the ratio to show, the middle one by default.

        Returns
        -------
        AugmentationCurveDisplay
            This one.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the ratio is none of the curve's.
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        import matplotlib.pyplot as plt

        results = self.curve.results
        if ratio is None:
            ratio = results["ratios"][len(results["ratios"]) // 2]
        elif ratio not in results["ratios"]:
            raise ValueError(f"ratio must be one of the curve's, {results['ratios']}. Received: ratio={ratio!r}")
        if ax is None:
            _, ax = plt.subplots(figsize=(7.2, 4.4), layout="constrained")
        self.ax_, self.figure_, self.lines_, self.bands_ = ax, ax.figure, {}, {}
        by_size = len(results["train_sizes"]) > 1
        without = {(row["augmentation"], row["train_size"]): row["score"] for row in results["without"]}
        places = results["train_sizes"] if by_size else [0.0, *results["ratios"]]
        self._draw_generators(places, by_size, ratio, without)
        for number, augmentation in reversed([*enumerate(dict.fromkeys(name for name, _ in without))]):
            own = [score for (name, _), score in without.items() if name == augmentation]
            style = {"color": "black", "lw": 1.4, "label": "no synthetic rows", "zorder": 3}
            if augmentation != NONE:
                style |= {
                    "linestyle": BROKEN[number % len(BROKEN)],
                    "label": f"{augmentation}: {self._verdict(augmentation)}",
                }
            (self.lines_[augmentation],) = ax.plot(places, own if by_size else own * len(places), **style)
        self._name(places, by_size, ratio)
        return self

    def _draw_generators(self, places, by_size, ratio, without):
        rows = [row for row in self.curve.results["rows"] if not by_size or row["ratio"] == ratio]
        for control in (False, True):
            names = dict.fromkeys(named_arm(row) for row in rows if row["control"] == control)
            for number, name in enumerate(names):
                own = [row for row in rows if named_arm(row) == name]
                start = without[own[0]["augmentation"], own[0]["train_size"]]
                ends = [[_above(without, row, end) for row in own] for end in ("gain", "low", "high")]
                line, low, high = ends if by_size else [[start, *end] for end in ends]
                self._draw_one(name, number, control, (places, line, low, high))

    def _draw_one(self, name, number, control, points):
        places, line, low, high = points
        label = f"{name}: {self._verdict(name)}"
        if control:
            style = {"color": MUTED, "linestyle": DASHES[name], "lw": 1.3, "label": label, "zorder": 2}
            (self.lines_[name],) = self.ax_.plot(places, line, **style)
            return
        colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
        self.bands_[name] = self.ax_.fill_between(places, low, high, fc=(colour, 0.13), ec=(colour, 0.6), lw=0.8)
        style = {"color": colour, "marker": marker, "ms": 5, "lw": 2, "label": label, "zorder": 4}
        (self.lines_[name],) = self.ax_.plot(places, line, **style)

    def _verdict(self, name):
        """The verdicts on an arm at all sizes, in one word where they agree."""
        words = [found["verdict"] for found in self.curve.results["verdicts"] if named_arm(found) == name]
        return ", ".join(dict.fromkeys(words))

    def _name(self, places, by_size, ratio):
        results, ax = self.curve.results, self.ax_
        among = "" if results["strategy"] == "all" else f" (strategy {results['strategy']!r})"
        if by_size:
            ax.set_xlabel("Real rows to train on")
            ax.set_title(f"{results['estimator']}, ratio {ratio:g}{among}")
        else:
            ax.set_xlabel(f"Ratio{among}" if among else "Synthetic rows for each real one")
            ax.set_title(f"{results['estimator']}, {results['train_sizes'][0]} real rows to train on")
        name = results["score_name"]
        ax.set_ylabel(name[0].upper() + name[1:])
        ax.set_xticks(places)
        ax.spines[["top", "right"]].set_visible(False)
        ax.legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))


def _above(without, row, end):
    """A gain or an end of its interval as a score; NaN where there is no interval."""
    return without[row["augmentation"], row["train_size"]] + (float("nan") if row[end] is None else row[end])
