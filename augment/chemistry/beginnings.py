"""Beginnings of SMILES with the bonds of their aromatic rings written as single and double ones."""

import re

from augment._extras import load
from augment.chemistry.reading import kekule, read_molecules

TOKEN = re.compile(r"\[[^\]]*\]|Br|Cl|%\d\d|.", re.DOTALL)  # of SMILES, and of SELFIES, where all are in brackets
AROMATIC = re.compile(r"\[(\d*)(se|as|te|[a-z])([^\]]*)\]|[a-z]")
RING_NUMBER = re.compile(r"\d|%\d\d")
BONDS = "-", "=", "#", ":", "/", "\\"


def is_atom(token):
    """Whether a token of a SMILES is an atom.

    Examples
    --------
    >>> [is_atom(token) for token in ("Cl", "[NH3+]", "*", "=", "%10", "1")]
    [True, True, True, False, False, False]
    """
    return token[0].isalpha() or token[0] in "[*"


def in_single_and_double_bonds(text):
    """A SMILES, or the beginning of one, without aromatic atoms; its atoms keep their order.

    Parameters
    ----------
    text : str
        The beginning. Its aromatic rings must be closed.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If it has aromatic atoms in rings that are not closed, or is no beginning of a SMILES.

    Examples
    --------
    >>> in_single_and_double_bonds("CC(=O)Nc1cc[nH]c1"), in_single_and_double_bonds("C1CC")
    ('CC(=O)NC=1C=CNC1', 'C1CC')
    """
    tokens = TOKEN.findall(text)
    if not any(map(AROMATIC.fullmatch, tokens)):
        return text
    whole = len(tokens) - next(n for n, token in enumerate([*tokens[::-1], "C"]) if token not in ("(", *BONDS))
    (molecule,) = read_molecules([_closed(tokens[:whole])])
    if molecule is None:
        raise ValueError(
            f"{text!r} has aromatic atoms, and is not the beginning of a molecule whose aromatic rings are closed: "
            "close them, or write them with single and double bonds, as C1=CC for c1cc."
        )
    return "".join(_Writer(kekule(molecule)).written(tokens[:whole]) + tokens[whole:])


def _closed(tokens):
    """A SMILES that begins with these tokens and closes the rings and branches that they leave open."""
    rings = [token for token in dict.fromkeys(tokens) if RING_NUMBER.fullmatch(token) and tokens.count(token) % 2]
    n_open = tokens.count("(") - tokens.count(")")
    return "".join([*tokens, *("CC" + ring for ring in rings), ")" * n_open])


class _Writer:
    """Writes the tokens of a SMILES again, with the bonds of a molecule that has its atoms in their order."""

    def __init__(self, molecule):
        types = load("rdkit.Chem", "molecules").BondType
        self.molecule, self.signs = molecule, {types.DOUBLE: "=", types.TRIPLE: "#"}
        self.parts, self.last, self.n_atoms, self.branches, self.rings = [], None, 0, [], {}

    def written(self, tokens):
        for token in tokens:
            if is_atom(token):
                self._atom(token)
            elif RING_NUMBER.fullmatch(token):
                self._ring(token)
            elif token not in self.signs.values() and token not in "-:":
                self._sign(token)
        return self.parts

    def _atom(self, token):
        self.parts += [self._bond(self.last, self.n_atoms), _plain(token)]
        self.last, self.n_atoms = self.n_atoms, self.n_atoms + 1

    def _ring(self, token):
        """The bond of a ring is written where it opens."""
        self.parts.append(token)
        if token not in self.rings:
            self.rings[token] = self.last, len(self.parts) - 1
            return
        atom, place = self.rings.pop(token)
        self.parts[place] = self._bond(atom, self.last) + token

    def _sign(self, token):
        if token == "(":
            self.branches.append(self.last)
        elif token == ")":
            self.last = self.branches.pop()
        elif token == ".":
            self.last = None
        self.parts.append(token)

    def _bond(self, first, second):
        """The sign of the bond between two atoms, nothing for a single one."""
        if first is None:
            return ""
        return self.signs.get(self.molecule.GetBondBetweenAtoms(first, second).GetBondType(), "")


def _plain(token):
    """The token of an atom that is not aromatic; nitrogen needs no bracket where it is only for a hydrogen."""
    found = AROMATIC.fullmatch(token)
    if found is None:
        return token
    if token == "[nH]":
        return "N"
    if token[0] != "[":
        return token.upper()
    isotope, element, rest = found.groups()
    return f"[{isotope}{element.capitalize()}{rest}]"
