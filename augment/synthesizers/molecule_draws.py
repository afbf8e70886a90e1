"""New molecules are drawn, read by RDKit, and drawn again until they are valid, as asked and kept by the tilt."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

import numpy as np

from augment.chemistry.reading import canonical, from_selfies, read_molecules, to_selfies
from augment.codecs.molecules import Molecule
from augment.codecs.sequence_layout import SequenceCondition
from augment.synthesizers.molecule_conditions import Wanted
from augment.synthesizers.property_tilt import PropertyTilt

TOGETHER = 128, 8192  # that are drawn again together at least and at most
PATIENCE, LEAST = 2000, 200  # so many are drawn at least before one gives up where fewer than one in ... is as asked


@dataclass(frozen=True)
class MoleculeCondition(SequenceCondition):
    """What is known of molecules to generate.

    Parameters
    ----------
    wanted : Wanted
        Properties and a part that they are to have.
    valid_only : bool, default=True
        Whether others than valid ones are drawn again.
    tilt : PropertyTilt, default=None
        Which of the valid ones that are as asked are kept; None keeps all.
    """

    wanted: Wanted = field(kw_only=True)
    valid_only: bool = field(kw_only=True, default=True)
    tilt: PropertyTilt | None = field(kw_only=True, default=None)


@dataclass
class Drawn:
    """Molecules that were drawn, and how many of all were valid.

    Parameters
    ----------
    smiles : list of str
        Those that are given.
    n, n_valid, n_accepted, n_kept, n_cut : int
        How many were drawn, and of these how many are valid, are as asked, were kept of those by the tilt, and had not
        ended by `max_length`.
    """

    smiles: list
    n: int = 0
    n_valid: int = 0
    n_accepted: int = 0
    n_kept: int = 0
    n_cut: int = 0

    def __str__(self):
        if not self.n:
            return "no molecule was asked for"
        parts = [f"{self.n_valid / self.n:.1%} of the {self.n:,} molecules drawn are valid"]
        if self.n_accepted < self.n_valid:
            parts.append(f"{self.n_accepted / self.n:.1%} are as asked")
        if self.n_cut:
            parts.append(f"{self.n_cut:,} were cut at max_length")
        return ", ".join(parts)


def draw(model, codec, known, notation, rng):
    """Molecules, one for each place of a MoleculeCondition.

    Those that are not as asked, or that the tilt does not keep, are drawn again, which leaves the model's distribution,
    tilted, given that they are.

    Parameters
    ----------
    model : GenerativeModel
        Draws sequences of tokens.
    codec : MoleculeCodec
        Turns them into strings.
    known : MoleculeCondition
        What is asked.
    notation : {"smiles", "selfies"}
        What the strings are.
    rng : numpy.random.Generator
        Decides the molecules.

    Returns
    -------
    Drawn

    Raises
    ------
    ValueError
        If too few of those that were drawn are as asked.
    """
    n = len(known.classes)
    drawn, candidates = Drawn([None] * n), _Candidates(model, codec, known, notation, rng)
    if not known.valid_only:
        drawn.smiles, _ = candidates(np.arange(n), drawn)
        drawn.n_accepted = drawn.n_valid
        return drawn
    free = defaultdict(deque)  # places to fill, those that ask for the same together
    for place in range(n):
        free[candidates.asks[place]].append(place)
    size = n
    while missing := sorted(place for places in free.values() for place in places):
        places = np.resize(missing, size)
        texts, molecules = candidates(places, drawn)
        for number in candidates.kept(places, texts, molecules, drawn):
            if places_left := free[candidates.asks[places[number]]]:
                drawn.smiles[places_left.popleft()] = candidates.written(texts[number], molecules[number])
        _check_patience(drawn, known)
        n_missing = sum(map(len, free.values()))
        size = int(np.clip(1.1 * n_missing * drawn.n / max(drawn.n_kept, 1), *TOGETHER))
    return drawn


def draw_once(model, codec, known, notation, rng):
    """What is drawn for each place of a MoleculeCondition, whatever it is: a molecule of RDKit, or None for none."""
    _, molecules = _Candidates(model, codec, known, notation, rng)(np.arange(len(known.classes)), Drawn([]))
    return molecules


class _Candidates:
    """Draws a molecule for each of some places, whatever it is."""

    def __init__(self, model, codec, known, notation, rng):
        self.model, self.codec, self.known, self.notation, self.rng = model, codec, known, notation, rng
        beginnings = known.wanted.beginnings(rng)
        if notation == "selfies":
            beginnings = [text for text in map(to_selfies, beginnings) if text]
        # some of them may have tokens that no fitted molecule has; where all do, one is named
        known_ones = codec.known_only(beginnings)
        self.beginnings = known_ones or codec.begun([Molecule(text) for text in beginnings], "substructure")
        self.begun = any(map(len, known.prompts))
        self.asks = [(kind, prompt.tobytes()) for kind, prompt in zip(known.classes, known.prompts, strict=True)]

    def __call__(self, places, drawn):
        """Strings and molecules or None for these places; counts them."""
        condition = self._condition(places)
        sequences = self.model.transport(self.model.noise(len(places), self.rng), condition)
        drawn.n_cut += sum(len(sequence) > condition.max_length for sequence in sequences)
        texts = self.codec.decode([sequence[: condition.max_length] for sequence in sequences])
        texts = [smiles_of(text, self.notation) for text in texts]
        molecules = read_molecules(texts)
        drawn.n += len(texts)
        drawn.n_valid += sum(molecule is not None for molecule in molecules)
        return texts, molecules

    def kept(self, places, texts, molecules, drawn):
        """Numbers of those drawn for these places that are as asked and that the tilt keeps; counts them."""
        asked = np.array([self._as_asked(*pair) for pair in zip(texts, molecules, strict=True)])
        kept = asked
        if self.known.tilt is not None:
            candidates = [molecule if ask else None for ask, molecule in zip(asked, molecules, strict=True)]
            kept = asked & self.known.tilt.keeps(candidates, self.known.classes[places], self.rng)
        drawn.n_accepted += int(asked.sum())
        drawn.n_kept += int(kept.sum())
        return np.flatnonzero(kept)

    def _as_asked(self, text, molecule):
        wanted = self.known.wanted
        if molecule is None or not wanted:
            return molecule is not None
        return wanted.accepts(*read_molecules([self.written(text, molecule)]))

    def written(self, text, molecule):
        """The SMILES of a molecule: canonical, but where it has to begin with a prompt."""
        return text if self.begun else canonical(molecule)

    def _condition(self, places):
        known, codec, ranges = self.known, self.codec, self.known.wanted.ranges
        begun = [known.prompts[place] for place in places]
        if self.beginnings:
            begun = [self.beginnings[number] for number in self.rng.integers(len(self.beginnings), size=len(places))]
        told = np.zeros((len(places), 0), "int32")
        if ranges:
            told = codec.told(list(ranges), codec.controls.draw(ranges, len(places), self.rng))
        prompts = [
            np.concatenate([about, [codec.shuffled if len(own) else codec.canonical], own]).astype("int32")
            for about, own in zip(told, begun, strict=True)
        ]
        longest = max(known.max_length, *map(len, self.beginnings), 0) + 1 + len(ranges)
        return SequenceCondition(known.classes[places], prompts, longest, known.temperature, known.top_p)


def _check_patience(drawn, known):
    if drawn.n < PATIENCE or drawn.n_accepted * LEAST >= drawn.n:
        return
    if drawn.n_valid * LEAST < drawn.n:
        raise ValueError(
            f"Only {drawn.n_valid:,} of {drawn.n:,} molecules drawn are valid: fit longer, or give another prompt."
        )
    raise ValueError(
        f"Only {drawn.n_accepted:,} of {drawn.n:,} molecules drawn, {drawn.n_accepted / drawn.n:.2%}, have "
        f"{known.wanted}: widen the condition, or fit molecules that are more like that."
    )


def smiles_of(text, notation):
    """The SMILES of what a molecule is written as."""
    return text if notation == "smiles" else from_selfies(text)
