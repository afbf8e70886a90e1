"""What molecules are asked to be: their properties inside ranges, and a part that they must have."""

import numbers

from augment.chemistry.properties import properties
from augment.chemistry.reading import kekule, molecule_of, part_of, shuffled
from augment.codecs.molecules import TOLD

SUBSTRUCTURE = "substructure"
BEGINNINGS = 32  # ways of writing a part, from which each molecule's beginning is drawn


class Wanted:
    """Which molecules a condition accepts.

    Parameters
    ----------
    ranges : dict of str to pair of float
        Lowest and highest value of properties.
    substructure : str, default=None
        SMILES or SMARTS of a part.

    Examples
    --------
    >>> from augment.chemistry.reading import read_molecules
    >>> wanted = Wanted.of({"weight": (40, 50), "substructure": "CO"})
    >>> [wanted.accepts(molecule) for molecule in read_molecules(["CCO", "CCCO", "CCN"])]
    [True, False, False]
    """

    def __init__(self, ranges, substructure=None):
        self.ranges, self.substructure = ranges, substructure
        self.part = None if substructure is None else part_of(substructure)

    @classmethod
    def of(cls, condition):
        """What a condition asks for; a ValueError says what is wrong with it."""
        known = *TOLD, SUBSTRUCTURE
        unknown = sorted(map(str, set(condition) - set(known)))
        if unknown:
            raise ValueError(
                f"A condition on molecules has the keys label, {', '.join(known)}. Received: {', '.join(unknown)}"
            )
        # In the order of TOLD, for the properties that take least time come first.
        ranges = {name: _range(name, condition[name]) for name in TOLD if name in condition}
        return cls(ranges, condition.get(SUBSTRUCTURE))

    def __bool__(self):
        return bool(self.ranges) or self.part is not None

    def accepts(self, molecule):
        """Whether a molecule of RDKit is inside all ranges and has the part."""
        if self.part is not None and not molecule.HasSubstructMatch(self.part, useChirality=True):
            return False
        return all(low <= properties([molecule], [name])[0, 0] <= high for name, (low, high) in self.ranges.items())

    def beginnings(self, rng):
        """SMILES of the part, in any order; none where it is a pattern and no molecule."""
        part = None if self.part is None else molecule_of(self.substructure)
        return [] if part is None else sorted({shuffled(kekule(part), rng) for _ in range(BEGINNINGS)})

    def __str__(self):
        texts = [f"{name} from {low:g} to {high:g}" for name, (low, high) in self.ranges.items()]
        return " and ".join(texts + ([] if self.part is None else [f"the part {self.substructure}"]))


def _range(name, given):
    if not (isinstance(given, list | tuple) and len(given) == 2 and all(isinstance(x, numbers.Real) for x in given)):
        raise ValueError(f"The condition on {name} is a range, as in {{'{name}': (low, high)}}. Received: {given!r}")
    low, high = map(float, given)
    if not low <= high:
        raise ValueError(f"The range of {name} holds nothing: {low:g} is not at most {high:g}.")
    return low, high
