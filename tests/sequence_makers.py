"""Sequences of known laws, and prepared ones with the default thresholds, for the tests of the audit of sequences."""

import numpy as np
import pandas as pd

from augment.auditing import CHECKS, sequences
from augment.auditing.sequences.prepared import prepare
from augment.auditing.thresholds import resolve

LIMITS = {name: threshold.value for name, threshold in resolve(sequences.with_tables(CHECKS, "molecules")).items()}
CHAIN = np.array([[0.1, 0.6, 0.2, 0.1], [0.1, 0.1, 0.7, 0.1], [0.6, 0.1, 0.1, 0.2], [0.25, 0.25, 0.25, 0.25]])


def prepared(train, synthetic, holdout=None, **arguments):
    return prepare(train, synthetic, holdout, thresholds=LIMITS, **arguments)


def autoregressive(n, seed, coefficient=0.7, steps=12, features=2):
    """Stationary AR(1) of variance one, independent between features."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, steps, features))
    for t in range(1, steps):
        x[:, t] = coefficient * x[:, t - 1] + np.sqrt(1 - coefficient**2) * x[:, t]
    return x


def chains(n, seed, matrix=CHAIN, longest=20):
    """Texts of a Markov chain with letters a to d."""
    rng, texts = np.random.default_rng(seed), []
    steps = np.cumsum(matrix, axis=1)
    for length in rng.integers(1, longest, n):
        states = [rng.integers(len(matrix))]
        states += [0] * (length - 1)
        for t, u in enumerate(rng.random(length - 1), start=1):
            states[t] = int(np.searchsorted(steps[states[t - 1]], u))
        texts.append("".join("abcd"[min(s, 3)] for s in states))
    return texts


def applications(n, seed, rates=(0.35, 0.05), gaps=2.0):
    """A log of applications: sex, events and their days; who of the men and of the women is offered a place."""
    rng = np.random.default_rng(seed)
    woman = rng.random(n) < 0.5
    offered = rng.random(n) < np.where(woman, rates[1], rates[0])
    interviews = rng.integers(1, 5, n)
    rows = []
    for case in range(n):
        events = ["applied", *["interview"] * interviews[case], "offer" if offered[case] else "rejection"]
        days = rng.exponential(gaps, len(events)).cumsum()
        rows += [(case, day, "f" if woman[case] else "m", event) for day, event in zip(days, events, strict=True)]
    return pd.DataFrame(rows, columns=["case", "day", "sex", "event"])


def of(check, data, seed=0):
    """The findings of a check by id; none may have stopped."""
    findings = {finding.id: finding for finding in check.run(data, seed)}
    assert not [f.message for f in findings.values() if "stopped with" in f.message]
    return findings
