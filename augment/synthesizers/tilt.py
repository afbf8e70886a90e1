"""The distribution nearest to a drawn one that has given means."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize

LEAST = 0.25  # times as likely as drawn that anything is at least
NOISE = 3.0  # squared standard errors of a difference that are left as they are
CONSTANT = 1e-9  # variance of standardised values that is none


@dataclass(frozen=True)
class Tilt:
    """Makes some values more likely and others less, by a log-linear factor between two bounds.

    Of all distributions whose density is nowhere more than `most` and nowhere less than `least` times the drawn one,
    that with given means which diverges least from it (Kullback and Leibler) has the density ratio exp(intercept +
    slopes . values), cut at the bounds: the I-projection of Csiszár, Annals of Probability 3:146, 1975. To draw from
    it, what was drawn is kept with a probability in proportion to the ratio, as in Azadi et al., "Discriminator
    rejection sampling", ICLR 2019: `1 / most` of all, and of anything at least `least / most`.

    Parameters
    ----------
    intercept : float
        The logarithm of the density ratio where all values are 0.
    slopes : list of float
        How much each value adds to it.
    most, least : float
        The bounds.
    reached : bool, default=True
        Whether the means are reached inside the bounds, but for their sampling error.

    Examples
    --------
    >>> drawn = np.array([[0.0], [1.0]]).repeat(5000, axis=0)  # a fair coin is to show 1 in three of five times
    >>> tilt = Tilt.of(drawn, np.array([0.6]), n=10**6, most=1.5)
    >>> (tilt.ratio(np.array([[0.0], [1.0]])) / 2).round(2).tolist()
    [0.4, 0.6]
    """

    intercept: float
    slopes: list
    most: float
    least: float = LEAST
    reached: bool = True

    @classmethod
    def of(cls, drawn, means, n, most):
        """The tilt that carries the means of a drawn distribution to given ones.

        A difference that sampling explains is not corrected: in the directions in which drawn values are uncorrelated,
        `NOISE` squared standard errors or less stay, and what is larger is shortened by the less the larger it is (the
        nonnegative garrote of Breiman, Technometrics 37:373, 1995). Means that no density ratio inside the bounds has
        are approached as far as these allow.

        Parameters
        ----------
        drawn : ndarray of shape (m, k)
            Values of what was drawn.
        means : ndarray of shape (k,)
            What their means are to be.
        n : int
            Of how many values these are the means.
        most : float
            How many times as likely anything becomes at most.
        """
        error, centre, axes = 1 / n + 1 / len(drawn), drawn.mean(axis=0), _axes(drawn)
        values, target = (drawn - centre) @ axes, _beyond((means - centre) @ axes, NOISE * error)
        intercept, *along = _nearest(values, target, error, most)
        slopes = axes @ along
        tilt = cls(float(intercept - centre @ slopes), slopes.tolist(), most)
        ratio = tilt.ratio(drawn)
        left = ratio @ values / len(values) - target
        return replace(tilt, most=float(ratio.max()), reached=bool((left**2 <= NOISE * error).all()))

    def ratio(self, values):
        """How many times as likely each of values (n, k) becomes: (n,)."""
        return _ratio(self.intercept + values @ np.array(self.slopes), self.most, self.least)


def _axes(drawn):
    """Directions (k, j) along which values (m, k) are uncorrelated and have a variance of 1; constant ones are none."""
    scale = drawn.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    standard = (drawn - drawn.mean(axis=0)) / scale
    variances, axes = np.linalg.eigh(standard.T @ standard / len(drawn))
    kept = variances > CONSTANT
    return axes[:, kept] / np.sqrt(variances[kept]) / scale[:, None]


def _beyond(differences, noise):
    """Differences (k,), shortened so that those whose square is `noise` or less are 0."""
    return differences * (1 - noise / np.maximum(differences**2, noise))


def _ratio(logarithm, most, least=LEAST):
    return np.exp(np.clip(logarithm, np.log(least), np.log(most)))


def _nearest(values, means, error, most):
    """Intercept and slopes (1 + k,) of the tilt of values (m, k) that are uncorrelated, with means 0 and variances 1.

    They minimise the convex dual of the divergence. A ridge of the size of the sampling error keeps them finite where
    the means are not reached.
    """
    design, target = np.column_stack([np.ones(len(values)), values]), np.concatenate([[1.0], means])
    penalties = np.concatenate([[0.0], np.full(len(means), error)])

    def dual(coefficients):
        logarithm = design @ coefficients
        ratio = _ratio(logarithm, most)
        value = np.mean(ratio * (1 + logarithm - np.log(ratio))) - target @ coefficients
        gradient = design.T @ ratio / len(design) - target
        return value + penalties @ coefficients**2 / 2, gradient + penalties * coefficients

    return optimize.minimize(dual, np.zeros(len(target)), jac=True, method="BFGS", options={"gtol": 1e-6}).x
