"""How good new molecules are: valid, unique, new, diverse and like the real ones, each beside what real ones get."""

import numpy as np
from scipy import stats

from augment.chemistry.fingerprints import fingerprints, internal_diversity, nearest
from augment.chemistry.properties import PROPERTIES, properties
from augment.chemistry.reading import canonical, read_molecules
from augment.chemistry.scaffolds import likeness, scaffolds

MOST = 10_000  # molecules of each set that are compared, as in GuacaMol
SPLITS = 50  # of the training molecules in two, for what real ones get
LEVEL = 0.95


def molecule_report(train, new, holdout=None, random_state=0):
    """Measure new molecules against those that a model was fitted on.

    Of each set 10,000 at most are compared, drawn at random.

    Parameters
    ----------
    train : sequence of str
        SMILES that the model was fitted on.
    new : sequence of str
        What it wrote, unfiltered: SMILES, some of them maybe invalid.
    holdout : sequence of str, default=None
        Real SMILES that the model has not seen; "real" is then what as many of them get.
    random_state : int, default=0
        Draws the molecules to compare.

    Returns
    -------
    dict
        "n": numbers of molecules compared, and of "raw" strings. "validity" of all that is new, "uniqueness" of the
        valid ones and "novelty" of the unique ones, canonical and without stereochemistry (Brown et al., GuacaMol,
        Journal of Chemical Information and Modeling 59:1096, 2019), each with "value" and "interval" (Wilson, 95 %); of
        novelty also "real".
        "internal_diversity" (IntDiv1) and "internal_diversity_2", "similarity" to the nearest training molecule (SNN)
        and "scaffolds", how alike they are (Polykovskiy et al., MOSES, 2020), each with "value", "train", for which a
        measure tells it, and "real". "properties": for each the "mean" of the new ones and that of "train", their
        "difference" with its "interval" (Welch, 95 %) and "real_interval", in which the difference of a real sample as
        large is 19 times out of 20, the Wasserstein "distance" from the training molecules and "real_distance", which
        that of a real sample as large exceeds once in 20 times. Where a value cannot be told it is None.

    Raises
    ------
    ValueError
        If train or holdout has a string that is no molecule, or one of them fewer than two.

    Examples
    --------
    >>> report = molecule_report(["CCO", "CCN", "CCC", "CCCl"], ["CCO", "C(O)C", "CCF", "C1C"])
    >>> [report[name]["value"] for name in ("validity", "uniqueness", "novelty")]
    [0.75, 0.6666666666666666, 0.5]
    """
    rng = np.random.default_rng(random_state)
    real = _Set.of_real(train, "train", rng)
    held = None if holdout is None else _Set.of_real(holdout, "holdout", rng)
    molecules = [molecule for molecule in read_molecules(new) if molecule is not None]
    report = _counts(molecules, len(new), train, held)
    made = _Set.of(molecules, rng)
    size = min(made.n, real.n if held is None else held.n)
    report["n"] = {"train": real.n, "new": made.n, "holdout": held and held.n, "raw": len(new)}
    if made.n < 2:
        return report | dict.fromkeys(("internal_diversity", "internal_diversity_2", "similarity", "scaffolds"))
    made_like, held_like = made.first(size), held and held.first(size)
    report |= _shape(made_like, held_like, real)
    report["properties"] = _properties(made, real, rng)
    return report


class _Set:
    """Molecules with what is measured on them."""

    def __init__(self, molecules, bits, values):
        self.molecules, self.bits, self.values, self.n = molecules, bits, values, len(molecules)

    @classmethod
    def of(cls, molecules, rng):
        """Those, or a number of them drawn at random."""
        molecules = [molecules[number] for number in rng.permutation(len(molecules))[:MOST]]
        return cls(molecules, fingerprints(molecules), properties(molecules))

    @classmethod
    def of_real(cls, smiles, name, rng):
        """Those of SMILES that all must be valid."""
        molecules = read_molecules(smiles)
        if None in molecules or len(molecules) < 2:
            what = f"number {molecules.index(None)} is none" if None in molecules else f"got {len(molecules)}"
            raise ValueError(f"{name} must hold at least two SMILES of molecules; {what}.")
        return cls.of(molecules, rng)

    def first(self, n):
        """The first n, which are in random order."""
        return _Set(self.molecules[:n], self.bits[:n], self.values[:n])


def _counts(molecules, n, train, held):
    """Validity, uniqueness and novelty."""
    unique = set(flat := [canonical(molecule, stereo=False) for molecule in molecules[:MOST]])
    known = {canonical(molecule, stereo=False) for molecule in read_molecules(train)}
    counts = {"validity": _share(len(molecules), n), "uniqueness": _share(len(unique), len(flat))}
    counts["novelty"] = _share(len(unique - known), len(unique))
    others = held and {canonical(molecule, stereo=False) for molecule in held.molecules}
    counts["novelty"]["real"] = others and len(others - known) / len(others)
    return counts


def _share(number, n):
    if not n:
        return {"value": None, "interval": None}
    low, high = stats.binomtest(number, n).proportion_ci(LEVEL, method="wilson")
    return {"value": number / n, "interval": [float(low), float(high)]}


def _shape(made, held, real):
    """Diversity, similarity and scaffolds: of the new molecules, and of as many real ones."""
    like = real.first(made.n)
    frames = scaffolds(real.molecules)
    measures = {
        "internal_diversity": lambda some: internal_diversity(some.bits),
        "internal_diversity_2": lambda some: internal_diversity(some.bits, power=2),
        "similarity": lambda some: float(nearest(some.bits, real.bits).mean()),
        "scaffolds": lambda some: likeness(scaffolds(some.molecules), frames),
    }
    shape = {name: {"value": of(made), "real": held and of(held)} for name, of in measures.items()}
    for name in ("internal_diversity", "internal_diversity_2"):
        shape[name]["train"] = measures[name](like)
    return shape


def _properties(made, real, rng):
    """For each property how far the new molecules are from the real ones, and how far a real sample would be."""
    return {
        name: _property(new, old, rng) for name, new, old in zip(PROPERTIES, made.values.T, real.values.T, strict=True)
    }


def _property(new, old, rng):
    difference = float(new.mean() - old.mean())
    own = _welch(new, old)
    margin = float(stats.norm.ppf((1 + LEVEL) / 2) * old.std(ddof=1) * np.sqrt(1 / len(new) + 1 / len(old)))
    return {
        "mean": float(new.mean()),
        "train": float(old.mean()),
        "difference": difference,
        "interval": [difference - own, difference + own],
        "real_interval": [-margin, margin],
        "distance": float(stats.wasserstein_distance(new, old)),
        "real_distance": _real_distance(old, len(new), rng),
    }


def _welch(new, old):
    """Half the width of Welch's interval of the difference of two means."""
    variances = np.array([values.var(ddof=1) / len(values) for values in (new, old)])
    if not variances.sum():
        return 0.0
    freedom = variances.sum() ** 2 / (variances**2 / (np.array([len(new), len(old)]) - 1)).sum()
    return float(stats.t.ppf((1 + LEVEL) / 2, freedom) * np.sqrt(variances.sum()))


def _real_distance(old, n, rng):
    """What the distance of n real molecules from the others exceeds once in 20 times.

    Drawn with replacement, both, so that samples may be as large as the new ones.
    """
    pairs = ((rng.choice(old, n), rng.choice(old, len(old))) for _ in range(SPLITS))
    return float(np.quantile([stats.wasserstein_distance(*pair) for pair in pairs], LEVEL))
