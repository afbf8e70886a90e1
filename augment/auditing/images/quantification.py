"""How many images are of each group, told from guesses that are sometimes wrong: adjusted counts, with their error.

Where C holds how often images of a group (rows) are guessed to be of another (columns), and q the shares of guesses
among other images, their groups have the shares p with C'p = q (Gart and Buck 1966; Forman 2008, "Quantifying counts
and costs via classification", for two groups). This takes for granted that a guess errs as often on these images as on
those that C was counted on. The shares of guesses themselves are drawn towards equality by every error.
"""

from dataclasses import dataclass

import numpy as np

from augment.auditing.check import LEVEL
from augment.auditing.intervals import z_value

DRAWS = 4000
PSEUDO = 1.0  # pseudo-images of each row of counts, divided evenly among its cells: for two groups Jeffreys' prior


@dataclass(frozen=True)
class Joint:
    """Shares of images by group and stratum, and draws of what they may be.

    Attributes
    ----------
    value : ndarray of shape (groups, strata)
    draws : ndarray of shape (draws, groups, strata)
    """

    value: np.ndarray
    draws: np.ndarray


def quantify(confusion, guessed, rng, draws=DRAWS):
    """Shares of images by group and stratum.

    Parameters
    ----------
    confusion : ndarray of int, shape (folds, strata, groups, groups)
        Images of known group, by the fold whose classifier guessed, stratum, group and guess; each group in each.
    guessed : ndarray of int, shape (folds, strata, groups)
        The other images, by fold, known stratum and guess.
    rng : numpy.random.Generator
    draws : int, default=4000

    Returns
    -------
    Joint

    Notes
    -----
    Draws are from the posterior of all rates under Dirichlet priors: of errors, of guesses and of strata. Folds are
    independent, since each image was guessed by one classifier; they count by their images.

    Examples
    --------
    >>> confusion = np.array([[[[90, 10], [20, 80]]]])  # a tenth and a fifth are mistaken
    >>> found = quantify(confusion, np.array([[[340, 660]]]), np.random.default_rng(0))
    >>> found.value.round(3).tolist()  # of 200 and 800: 180 + 160 guesses of the first
    [[0.2], [0.8]]
    >>> bool(0.02 < found.draws[:, 0, 0].std() < 0.1)
    True
    """
    sizes = guessed.sum(axis=2)  # (folds, strata)
    strata = sizes.sum(axis=0)
    weights = (sizes / np.maximum(strata, 1))[:, :, None]
    wanted = strata / max(strata.sum(), 1)
    own = _solved(_rates(confusion), _rates(guessed))  # (folds, strata, groups)
    value = ((own * weights).sum(axis=0) * wanted[:, None]).T
    made = _solved(_dirichlet(confusion, rng, draws), _dirichlet(guessed, rng, draws))
    made = (made * weights).sum(axis=1) * _dirichlet(strata, rng, draws)[:, :, None]
    return Joint(_within(value[None])[0], _within(made.transpose(0, 2, 1)))


def _rates(counts):
    return counts / np.maximum(counts.sum(axis=-1, keepdims=True), 1)


def _dirichlet(counts, rng, draws):
    drawn = rng.standard_gamma(counts + PSEUDO / counts.shape[-1], (draws, *counts.shape))
    return drawn / np.maximum(drawn.sum(axis=-1, keepdims=True), 1e-300)


def _solved(confusion, guessed):
    """The p with C'p = q; the shortest one where there are several."""
    inverse = np.linalg.pinv(np.swapaxes(confusion, -1, -2))
    return (inverse @ guessed[..., None])[..., 0]


def _within(joint):
    """Shares of sum 1 of which some are below 0, by the errors of guesses: none below 0, and the sum still 1."""
    kept = np.maximum(joint, 0)
    return kept / np.maximum(kept.sum(axis=(1, 2), keepdims=True), 1e-300)


def interval(value, draws, level=LEVEL):
    """Quantiles of the draws, or as many standard deviations where those reach further.

    Parameters
    ----------
    value : ndarray of shape (k,)
    draws : ndarray of shape (draws, k)
    level : float, default=0.95

    Examples
    --------
    >>> drawn = np.random.default_rng(0).normal(0.5, 0.1, (4000, 1))
    >>> [bool(abs(end[0] - wanted) < 0.02) for end, wanted in zip(interval(np.array([0.5]), drawn), (0.3, 0.7))]
    [True, True]
    """
    tail, reach = (1 - level) / 2, z_value(level) * draws.std(axis=0)
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return np.minimum(low, value - reach), np.maximum(high, value + reach)
