"""Molecules as a kind of sequences: how they are read, drawn until they are as asked, and given back."""

import sys
import warnings
from dataclasses import asdict

import numpy as np

from augment.chemistry.beginnings import in_single_and_double_bonds
from augment.chemistry.properties import PROPERTIES, properties
from augment.chemistry.reading import in_one_way, kekule, read_molecules, shuffled, to_selfies
from augment.codecs.bonds import has_other_signs
from augment.codecs.molecules import TOLD, Molecule, MoleculeCodec
from augment.synthesizers.classes import LABEL
from augment.synthesizers.molecule_conditions import Wanted
from augment.synthesizers.molecule_draws import MoleculeCondition, draw, draw_once, smiles_of
from augment.synthesizers.property_tilt import CORRECTED, SECONDS, Moments, PropertyTilt
from augment.synthesizers.splitting import split
from augment.synthesizers.texts import Strings, read_texts
from augment.synthesizers.token_kind import FEWEST

NOTATIONS, ON_ERROR = ("smiles", "selfies"), ("raise", "skip")
SHOWN = 3  # invalid ones that a message names
COPIES = 10_000, 0.25, 10  # that are written in another order: of all together, and of one at least and at most
TOKENS = 1000  # of a molecule at most
OFTEN = 100  # times at most that a model sees a molecule, in one order or another, unless `epochs` is given
MOST = 18_000_000  # tokens at most that it sees


class Molecules(Strings):
    """The kind "molecules": SMILES, in a list, a 1-D array or a series.

    Parameters
    ----------
    container, series
        As in `Strings`.
    notation : {"smiles", "selfies"}, default="smiles"
        What the model writes molecules as.
    on_error : {"raise", "skip"}, default="raise"
        What happens to SMILES that are none in what is fitted.
    moments : dict, default=None
        The `Moments` of the fitted molecules.
    tilt : dict, default=None
        The `PropertyTilt` that `conclude` learned; None corrects nothing.
    """

    name, codec_class = "molecules", MoleculeCodec
    takes, options = (*Strings.takes, "valid_only"), ("notation", "on_error")

    def __init__(self, container="list", series=None, notation="smiles", on_error="raise", moments=None, tilt=None):
        super().__init__(container, series)
        self.notation, self.on_error, self.moments, self.tilt = notation, on_error, moments, tilt

    @staticmethod
    def codec_settings(synthesizer):
        """What the codec takes of the parameters of a SequenceSynthesizer."""
        return {"notation": synthesizer.notation}

    @classmethod
    def of(cls, smiles, notation="smiles", on_error="raise"):
        """The kind, with the form in which the user gave the SMILES; a ValueError where there is nothing to learn."""
        for name, value, known in (("notation", notation, NOTATIONS), ("on_error", on_error, ON_ERROR)):
            if value not in known:
                raise ValueError(f"{name} must be {' or '.join(map(repr, known))}. Received: {name}={value!r}")
        return cls(*cls.form(smiles), notation, on_error)

    def read(self, smiles, argument="X"):
        """Molecules as the codec takes them, canonical; a ValueError names SMILES that are none."""
        texts = read_texts(smiles, argument)
        written, _, reasons = self._written(texts)
        if reasons:
            raise ValueError(f"{argument} has {_told(reasons, texts)}.")
        return [Molecule(text) for text in written]

    def to_learn(self, smiles):
        """Molecules with their properties, and which of the SMILES (n,) they are: all that are valid."""
        texts = read_texts(smiles)
        written, molecules, reasons = self._written(texts)
        if reasons and self.on_error == "raise":
            raise ValueError(f"X has {_told(reasons, texts)}. Mend them, or leave them out with on_error='skip'.")
        n_different = len(set(written) - {None})
        if n_different < 2:
            raise ValueError(f"X has {n_different} different molecules while a minimum of 2 is required to learn from.")
        if reasons:
            warnings.warn(f"Left out: X has {_told(reasons, texts)}.", stacklevel=6)
        kept = np.array([number not in reasons for number in range(len(texts))])
        molecules = [molecule for molecule, keep in zip(molecules, kept, strict=True) if keep]
        values = dict(zip(PROPERTIES, properties(molecules).T, strict=True))
        self.moments = asdict(Moments.of(np.column_stack([values[name] for name in CORRECTED]), n_different))
        told = np.column_stack([values[name] for name in TOLD])
        texts = [text for text, keep in zip(written, kept, strict=True) if keep]
        return [Molecule(text, tuple(row)) for text, row in zip(texts, told.tolist(), strict=True)], kept

    def _written(self, texts):
        """What each molecule is written as, it itself, and by their numbers what is wrong with some."""
        molecules = read_molecules(texts)
        written = [None if molecule is None else self._in_notation(in_one_way(molecule)) for molecule in molecules]
        reasons = {}
        for number, (molecule, text) in enumerate(zip(molecules, written, strict=True)):
            if molecule is None:
                reasons[number] = "no molecule"
            elif text is None:
                reasons[number] = "not to be written as SELFIES"
            elif self.notation == "smiles" and has_other_signs(MoleculeCodec._split(Molecule(text))):
                reasons[number] = "with bonds that are neither single, double nor triple"
            elif len(text) > TOKENS and len(MoleculeCodec._split(Molecule(text))) > TOKENS:
                reasons[number] = f"longer than {TOKENS:,} tokens"
        return written, molecules, reasons

    def _in_notation(self, smiles):
        return smiles if self.notation == "smiles" else to_selfies(smiles)

    @classmethod
    def number(cls, prompt=None, **others):
        """How many molecules these arguments of `generate` ask for; None where they do not tell."""
        return Strings.number(prompt)

    def _begun(self, codec, prompt):
        texts = read_texts(prompt, "prompt")
        if self.notation == "smiles":
            texts = [in_single_and_double_bonds(text) for text in texts]
        return codec.begun([Molecule(text) for text in texts])

    @staticmethod
    def apart(condition):
        """A condition in two: what it says of labels, and of molecules."""
        if not isinstance(condition, dict):
            return condition, None
        of_labels = {LABEL: condition[LABEL]} if LABEL in condition else None
        return of_labels, {name: value for name, value in condition.items() if name != LABEL}

    def ask(self, codec, places, condition=None, valid_only=True, **given):
        """What is known of molecules of these classes (n,): a MoleculeCondition."""
        known, wanted = super().ask(codec, places, **given), Wanted.of(condition or {})
        if wanted and not valid_only:
            raise ValueError("A condition on properties or a part needs molecules that can be read: valid_only=True.")
        if wanted.part is not None and given.get("prompt") is not None:
            raise ValueError("Give one of prompt and the substructure of condition, with which molecules begin, too.")
        as_learned = self.tilt is not None and known.temperature == known.top_p == 1
        tilt = PropertyTilt.from_dict(self.tilt) if as_learned else None
        return MoleculeCondition(**vars(known), wanted=wanted, valid_only=bool(valid_only), tilt=tilt)

    @staticmethod
    def rows_seen(layout, n):
        """How many rows training sees, of n, and in how many steps at least."""
        return min(OFTEN * n / (1 + n_copies(layout.n_samples)), MOST / layout.length), FEWEST

    @property
    def seconds_after(self):
        """CPU seconds about that `conclude` takes."""
        return SECONDS * Moments(**self.moments).n_drawn

    def conclude(self, model, codec, rng, seconds=None):
        """Learn the tilt, from molecules that the trained model draws in about so many CPU seconds at most."""
        moments, n_classes = Moments(**self.moments), max(codec.layout.n_classes, 1)
        n = min(moments.n_drawn, 1 + int(seconds / SECONDS)) if seconds else moments.n_drawn
        places = rng.choice(n_classes, n, p=codec.layout.proportions or None)
        drawn = draw_once(model, codec, self.ask(codec, places), self.notation, rng)
        valid = np.array([molecule is not None for molecule in drawn])
        molecules = [molecule for molecule in drawn if molecule is not None]
        tilt = PropertyTilt.of(moments, molecules, places[valid], n_classes)
        self.tilt = tilt and tilt.to_dict()

    def draw(self, model, codec, known, rng):
        """New molecules and what was drawn to get them: a `Drawn`."""
        return draw(model, codec, known, self.notation, rng)

    def give(self, drawn, codec, known, verbose):
        """SMILES in the user's form; how many of those that were drawn are valid, is said."""
        if verbose:
            print(f"augment: {drawn}", file=sys.stderr)
        return self.as_given(drawn.smiles)

    def split(self, codec, arrays, fraction, rng):
        """Rows to learn from and to validate on, with no molecule in both: the first have copies in other orders."""
        told, molecules, classes = codec.unpack(arrays)
        _, owners = np.unique([codec.decode([molecule])[0] for molecule in molecules], return_inverse=True)
        learn, check = split(np.arange(owners.max() + 1), fraction, rng)
        rows = self._with_copies(codec, told, molecules, classes, np.flatnonzero(np.isin(owners, learn)), rng)
        if check is None:
            return rows, None
        chosen = np.flatnonzero(np.isin(owners, check))
        own = [told[number] for number in chosen], [molecules[number] for number in chosen]
        return rows, codec.rows(*own, classes[chosen], [codec.canonical] * len(chosen), rng)

    def _with_copies(self, codec, told, molecules, classes, chosen, rng):
        texts = codec.decode([molecules[number] for number in chosen])
        average = n_copies(len(texts))
        owners, own = chosen.tolist(), [molecules[number] for number in chosen]
        for number, text in zip(chosen, texts, strict=True):
            copies = codec.known_only(self.copies(text, int(average + rng.random()), rng))
            owners += [number] * len(copies)
            own += copies
        orders = [codec.canonical] * len(chosen) + [codec.shuffled] * (len(own) - len(chosen))
        return codec.rows([told[number] for number in owners], own, classes[owners], orders, rng)

    def copies(self, text, n, rng):
        """A molecule written in n other orders, those among them that the notation has."""
        molecule = kekule(*read_molecules([smiles_of(text, self.notation)]))
        return [copy for copy in (self._in_notation(shuffled(molecule, rng)) for _ in range(n)) if copy]


def n_copies(n):
    """In how many other orders each of n molecules is learned, on average: what few molecules need most.

    Examples
    --------
    >>> n_copies(500), n_copies(5000), n_copies(50_000)
    (10.0, 2.0, 0.25)
    """
    total, least, most = COPIES
    return float(np.clip(total / n, least, most))


def _told(reasons, texts):
    """How many strings are wrong, and the first of them."""
    named = [f"number {number} ({texts[number][:60]!r}) is {reasons[number]}" for number in list(reasons)[:SHOWN]]
    more = f", and {len(reasons) - SHOWN:,} more" if len(reasons) > SHOWN else ""
    return f"{len(reasons):,} of {len(texts):,} SMILES that cannot be learned: {', '.join(named)}{more}"
