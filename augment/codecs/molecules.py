"""Molecules as sequences of chemical tokens, with tokens before them that tell what is known of their properties."""

from typing import NamedTuple

import numpy as np

from augment.chemistry.beginnings import RING_NUMBER, TOKEN, is_atom
from augment.chemistry.reading import most_bonds
from augment.codecs.bonds import Bonds
from augment.codecs.controls import Controls
from augment.codecs.labels import Classes
from augment.codecs.sequence_layout import SequenceLayout, pack, unpack
from augment.codecs.tokens import TokenCodec

BRANCHES = {"(": 1, ")": -1}
ATOM = 1 / 16  # what an atom adds to the sum of atoms: a fraction, so that a molecule has some
LENGTH = 128  # tokens in a row at least
TOLD = "logp", "weight", "qed"  # the properties that can be told, in the order of their tokens
SHARE_TOLD = 0.5  # of the sequences in training, those with something told, and of their properties, those that are


class Molecule(NamedTuple):
    """A molecule as the codec takes it: a SMILES or SELFIES, and its properties in the order of `TOLD`, if needed."""

    text: str
    properties: tuple = ()


class MoleculeCodec(TokenCodec):
    """Turns molecules into sequences of whole numbers, and such sequences into the strings that they are written as.

    A sequence begins with a token for each property that is told, of the bin that it is in, and with one that says how
    the molecule is written: in canonical order or in any. What it is written with follows.

    Parameters
    ----------
    encoding : {"tokens"}, default="tokens"
        Molecules are whole numbers to a model.
    notation : {"smiles", "selfies"}, default="smiles"
        What they are written as. Of SMILES only such are drawn as obey the rules of `Bonds`.

    Attributes
    ----------
    controls : Controls
        The bins of the properties.
    canonical, shuffled : int
        The tokens that say how a molecule is written.
    most_bonds : dict of str to int
        How many bonds each atom of SMILES can have, a double one counted twice; empty for SELFIES.

    Examples
    --------
    >>> molecules = [Molecule("CCl", (1.0, 50.5, 0.4)), Molecule("C[NH3+]", (-0.6, 32.1, 0.4))]
    >>> codec = MoleculeCodec().fit((molecules, None))
    >>> codec.vocabulary
    ['C', 'Cl', '[NH3+]']
    >>> codec.tokens([Molecule("CCl")])
    [array([4, 1, 2], dtype=int32)]
    >>> codec.decode(codec.tokens([Molecule("CCl")]))
    ['CCl']
    """

    name, what, unit = "molecules", "molecules", "token"
    _join = staticmethod("".join)

    def __init__(self, encoding="tokens", notation="smiles"):
        super().__init__(encoding)
        self.notation = notation

    @staticmethod
    def _split(sequence):
        return TOKEN.findall(sequence.text)

    def fit(self, data, target=None):
        """Learn tokens, bins, lengths and labels of `data`, a pair of molecules and labels or None."""
        self.controls = Controls.of(TOLD, np.array([molecule.properties for molecule in data[0]]))
        tokens = set().union(*map(self._split, data[0])) if self.notation == "smiles" else ()
        self.most_bonds = {token: most_bonds(token) for token in sorted(tokens) if is_atom(token)}
        return super().fit(data)

    def _learn(self, vocabulary, longest, classes, n_samples):
        super()._learn(vocabulary, longest, classes, n_samples)
        self.canonical, self.shuffled = len(vocabulary) + 1, len(vocabulary) + 2
        self._starts = {name: self.shuffled + 1 + start for name, start in self.controls.starts.items()}
        n_tokens = self.shuffled + 1 + sum(self.controls.counts.shape)
        length = max(LENGTH, longest + len(TOLD) + 2)  # no molecule is cut
        sums, n_parities = self._sums(n_tokens)
        bonds = Bonds(vocabulary, n_tokens, self.most_bonds) if self.most_bonds else None
        counts = {"n_samples": n_samples, "n_given": 1, "n_parities": n_parities}
        self.layout = SequenceLayout(n_tokens, length, classes.proportions, sums=sums, bonds=bonds, **counts)

    def _sums(self, n_tokens):
        """What each token adds to sums that a network is told, and of how many of them only whether they are odd.

        A number of a ring is open where there was an odd number of it. Then come how many branches are open, how many
        atoms there are, and for each property whether it is told, and where between its lowest and highest bin it is.
        """
        rings = [token for token in self.vocabulary if RING_NUMBER.fullmatch(token)]
        columns = len(rings) + 2 + 2 * len(TOLD)
        sums = np.zeros((n_tokens, columns), "float32")
        for column, token in enumerate(rings):
            sums[self._numbers[token], column] = 1
        for token, number in self._numbers.items():
            sums[number, len(rings)] = BRANCHES.get(token, 0)
            sums[number, len(rings) + 1] = ATOM if is_atom(token) else 0
        n_bins = dict(zip(TOLD, self.controls.counts.shape, strict=True))
        for place, (name, start) in enumerate(self._starts.items()):
            own, column = slice(start, start + n_bins[name]), len(rings) + 2 + 2 * place
            sums[own, column], sums[own, column + 1] = 1, np.linspace(-1, 1, n_bins[name])
        return sums, len(rings)

    def encode(self, data, rng=None):
        """Rows (m, layout.width) of molecules with all of their properties told, in an order that `rng` decides."""
        molecules, labels = data
        order = np.arange(len(molecules)) if rng is None else rng.permutation(len(molecules))
        bins = self.controls.places(np.array([molecule.properties for molecule in molecules]))
        told = self.told(TOLD, bins)
        sequences = [np.concatenate(pair) for pair in zip(told, self.tokens(molecules), strict=True)]
        return pack([sequences[number] for number in order], self.places(labels, len(molecules))[order], self.layout)

    def told(self, names, bins):
        """Tokens (n, k) that tell of properties of these names that they are in these bins (n, k)."""
        return (bins + [self._starts[name] for name in names]).astype("int32")

    def tokens(self, sequences, argument="X"):
        """For each molecule its tokens as numbers, with none of its properties told."""
        return [np.insert(own, 0, self.canonical) for own in self.begun(sequences, argument)]

    def begun(self, sequences, argument="prompt"):
        """For each beginning of a molecule its tokens as numbers."""
        return super().tokens(sequences, argument)

    def known_only(self, texts):
        """Tokens of those of some strings whose tokens are all known."""
        split = [TOKEN.findall(text) for text in texts]
        return [
            np.array([self._numbers[token] for token in tokens], "int32")
            for tokens in split
            if self._numbers.keys() >= set(tokens)
        ]

    def unpack(self, rows):
        """Of rows that `encode` gave what is told of each molecule, its own tokens, and its class."""
        sequences, classes = unpack(rows, self.layout)
        return [s[: len(TOLD)] for s in sequences], [s[len(TOLD) + 1 :] for s in sequences], classes

    def rows(self, told, molecules, classes, orders, rng):
        """Rows (m, layout.width) to train on: of half of the molecules some properties are told, of the others none.

        Parameters
        ----------
        told, molecules : list of ndarray of int
            For each molecule the tokens of all its properties, and its own.
        classes : ndarray of int of shape (n,)
            Their classes.
        orders : list of int
            For each `canonical` or `shuffled`.
        rng : numpy.random.Generator
            Chooses what is told, and the order.
        """
        kept = rng.random((len(molecules), len(TOLD))) < SHARE_TOLD
        kept &= rng.random((len(molecules), 1)) < SHARE_TOLD
        sequences = [
            np.concatenate([properties[which], [written], own])
            for properties, which, written, own in zip(told, kept, orders, molecules, strict=True)
        ]
        order = rng.permutation(len(sequences))
        return pack([sequences[number] for number in order], np.asarray(classes)[order], self.layout)

    def decode(self, sequences):
        """What molecules are written as, without the tokens that tell something of them."""
        return super().decode([sequence[sequence <= len(self.vocabulary)] for sequence in map(np.asarray, sequences)])

    def to_dict(self):
        """The codec as JSON-ready values."""
        return super().to_dict() | {"controls": self.controls.to_dict(), "most_bonds": self.most_bonds}

    @classmethod
    def from_dict(cls, state):
        """The codec that `to_dict` gave."""
        codec = cls()
        codec.controls, codec.most_bonds = Controls.from_dict(state["controls"]), state["most_bonds"]
        codec._learn(state["vocabulary"], state["longest"], Classes.from_dict(state["classes"]), state["n_samples"])
        return codec
