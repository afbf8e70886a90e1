"""A synthesizer whose model gives rows of its table: what every condition and criterion must give is known exactly."""

import numpy as np
import pandas as pd

from augment import TabularSynthesizer
from augment.codecs.table import TableCodec
from augment.models.base import GenerativeModel
from augment.synthesizers.pairs import Pairing


class Resampling(GenerativeModel):
    """Gives the training rows, each as often as chance has it."""

    def __init__(self, rows):
        super().__init__()
        self.rows = rows

    def noise(self, n, rng):
        return rng.integers(0, len(self.rows), n)

    def transport(self, noise, condition=None):
        return self.rows[noise]


def resampled(X, y=None, kind=Resampling, encoding="tokens"):
    """A synthesizer as if fitted on X and y."""
    synthesizer = TabularSynthesizer(verbose=0, random_state=0)
    synthesizer._pairing, synthesizer._n_samples = Pairing.of(X, y), len(X)
    synthesizer.n_features_in_ = np.shape(X)[1]
    table = X if y is None else synthesizer._pairing.join(X, y)
    synthesizer.codec_ = TableCodec(encoding=encoding).fit(table, target=synthesizer._target)
    synthesizer.model_ = kind(synthesizer.codec_.encode(table, np.random.default_rng(0)))
    return synthesizer


def people(n=4000, seed=0):
    """Rows of a known law: group and skill tell a job, and group 'a' gets it at far higher odds."""
    rng = np.random.default_rng(seed)
    group = rng.choice(["a", "b"], n, p=[0.65, 0.35])
    age = rng.integers(18, 80, n)
    skill = rng.normal(size=n) + 0.5 * (group == "a")
    job = rng.random(n) < job_probability(group, skill)
    pay = np.round(30 + 10 * (group == "a") + 5 * skill + rng.normal(size=n), 2)
    return pd.DataFrame({"group": group, "age": age, "skill": skill, "job": np.where(job, "yes", "no"), "pay": pay})


def job_probability(group, skill):
    """P(job = yes | group, skill)."""
    return 1 / (1 + np.exp(-(2 * skill - 1.5 + 1.5 * (group == "a"))))


def rates(table, group="group", label="job", positive="yes"):
    """Rate of the positive label in each group."""
    return (table[label] == positive).groupby(table[group], observed=True).mean()


def largest_gap(values):
    """The largest value less the smallest."""
    return values.max() - values.min()
