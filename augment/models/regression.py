"""What all else in a row says of a number: Gaussian process regression, for the target of a small table."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning

MOST = 500  # rows that the process learns from
LEAST = 10  # rows that it needs


class TargetProcess:
    """Gaussian process regression of normal scores: a linear part, a smooth part and noise.

    How much of each there is, and how smooth, is what makes the scores the likeliest (Rasmussen and Williams, Gaussian
    Processes for Machine Learning, 2006, section 5.4). `noise` is that of a row, without the doubt about the mean, so
    that rows drawn with it are no noisier than real ones.

    Parameters
    ----------
    features : ndarray of shape (n, d)
        Numbers of mean 0 and variance 1, about, and indicators.
    scores : ndarray of shape (n,)
        Normal scores of the target.
    rng : numpy.random.Generator
        Chooses the rows where there are more than `MOST`.
    """

    def __init__(self, features, scores, rng):
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel

        d = features.shape[1]
        linear = ConstantKernel(0.5 / d, (1e-3 / d, 10 / d)) * DotProduct(0.0, "fixed")
        smooth = ConstantKernel(0.5, (1e-3, 10)) * RBF(d**0.5, (0.7 * d**0.25, 20 * d**0.5))
        chosen = rng.permutation(len(features))[:MOST]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a bound that is reached: no part of that kind
            self.process = GaussianProcessRegressor(linear + smooth + WhiteKernel(0.3, (0.01, 2)))
            self.process.fit(features[chosen], scores[chosen])

    @property
    def noise(self):
        """Standard deviation of a score around its mean."""
        return float(np.sqrt(self.process.kernel_.k2.noise_level))

    def predict(self, features):
        """Mean score of each row of features."""
        return self.process.predict(features)
