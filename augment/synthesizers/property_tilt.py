"""Valid molecules are kept so that the means of their properties, and the spreads where possible, are the real ones."""

from dataclasses import asdict, dataclass

import numpy as np

from augment.chemistry.properties import PROPERTIES, properties
from augment.synthesizers.tilt import Tilt

CORRECTED = tuple(name for name in PROPERTIES if name != "qed")  # it takes longer than to draw a molecule
ATTEMPTS = (True, 1.3), (True, 1.5), (False, 1.5)  # whether with spreads; times as likely as drawn that any becomes
DRAWN = 4, 1000, 20_000  # molecules that are drawn to compare: times the fitted ones, at least and at most
FEWEST = 100  # valid ones among them, of fewer nothing is learned
SECONDS = 0.002  # that one of them takes


@dataclass(frozen=True)
class Moments:
    """Means and variances of the properties `CORRECTED` of molecules.

    Parameters
    ----------
    n : int
        How many different molecules.
    means, variances : list of float
        Of each property.
    """

    n: int
    means: list
    variances: list

    @classmethod
    def of(cls, values, n):
        """Those of properties (m, k) of molecules of which n are different."""
        return cls(n, values.mean(axis=0).tolist(), values.var(axis=0).tolist())

    @property
    def n_drawn(self):
        """How many molecules are to be drawn to compare with these."""
        times, least, most = DRAWN
        return int(np.clip(times * self.n, least, most))


@dataclass(frozen=True)
class PropertyTilt:
    """Chooses among valid molecules that a model drew, so that their properties are like those of the fitted ones.

    The properties are all of `augment.chemistry.properties` but "qed". Their means are those of the fitted molecules,
    and so are their variances where no molecule has to become more than 1.5 times as likely for it as the model makes
    it; if one had to, means alone are corrected, and those of a model that is too far off are only approached. Of valid
    molecules at least two in three are kept, and labels are as frequent as before.

    Parameters
    ----------
    tilt : Tilt
        Over properties, squares of their differences from `means` if there are, and whether it is this label, of each.
    means : list of float
        Of the properties of the fitted molecules.
    spreads : bool
        Whether variances are corrected.
    n_labels : int
        How many labels there are, 1 where there are none.
    """

    tilt: Tilt
    means: list
    spreads: bool
    n_labels: int

    @classmethod
    def of(cls, moments, molecules, classes, n_labels):
        """That which carries drawn molecules with these classes (m,) to fitted ones; None where nothing is to do."""
        if len(molecules) < FEWEST:
            return None
        values = properties(molecules, CORRECTED)
        for spreads, most in ATTEMPTS:
            known = _values(values, moments.means, spreads, classes, n_labels)
            wanted = known.mean(axis=0)
            aims = [*moments.means, *(moments.variances if spreads else [])]
            wanted[: len(aims)] = aims
            tilt = Tilt.of(known, wanted, moments.n, most)
            if tilt.reached:
                break
        return cls(tilt, moments.means, spreads, n_labels) if any(tilt.slopes) else None

    def keeps(self, molecules, classes, rng):
        """Which of molecules, or None, with these classes (n,) are kept: (n,) of bool, decided by `rng`."""
        numbers = rng.random(len(molecules)) * self.tilt.most
        kept = numbers < self.tilt.least  # whatever the properties are, which take a while
        unsure = [place for place, molecule in enumerate(molecules) if molecule is not None and not kept[place]]
        if unsure:
            values = properties([molecules[place] for place in unsure], CORRECTED)
            known = _values(values, self.means, self.spreads, classes[unsure], self.n_labels)
            kept[unsure] = numbers[unsure] < self.tilt.ratio(known)
        return kept

    def to_dict(self):
        """The tilt as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, state):
        """The tilt that `to_dict` gave."""
        return cls(**state | {"tilt": Tilt(**state["tilt"])})


def _values(values, means, spreads, classes, n_labels):
    """What a tilt is over, of molecules with these properties (n, k) and classes (n,)."""
    squares = [(values - means) ** 2] if spreads else []
    return np.column_stack([values, *squares, np.eye(n_labels)[classes]])
