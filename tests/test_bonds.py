"""What the rules of bonds let follow is always a molecule, and every molecule obeys them."""

from pathlib import Path

import numpy as np
import pytest

from augment.chemistry.beginnings import TOKEN, in_single_and_double_bonds, is_atom
from augment.chemistry.reading import canonical, kekule, most_bonds, read_molecules, shuffled
from augment.codecs.bonds import Bonds

ZINC = Path(__file__).parents[2] / "shared" / "data" / "sequence" / "zinc_valid.txt"
SMILES = [
    *("C1CC1", "O=S(=O)(O)c1ccccc1", "[Na+].[Cl-]", "C[N+](C)(C)C", "F/C=C/F", "CC#N", "[O-][N+](=O)c1ccccc1"),
    *("CP(=O)(O)O", "C12CC1C2", "C1CC11CC1", "O=c1cc[nH]cc1", "c1ccc2ccccc2c1", "FS(F)(F)(F)(F)F", "[13CH4]"),
    *("[2H]O[2H]", "*C", "CB(O)O", "C%10CC%10", "c1ccc(cc1)-c1ccccc1", "C[C@@H](N)C(=O)O", "BrCCCl"),
]


def rules(texts):
    """The rules for what these are written with, and the numbers of the tokens of each."""
    split = [TOKEN.findall(text) for text in texts]
    vocabulary = sorted(set().union(*split))
    numbers = {token: number for number, token in enumerate(vocabulary, start=1)}
    most = {token: most_bonds(token) for token in vocabulary if is_atom(token)}
    return Bonds(vocabulary, len(vocabulary) + 2, most), [[numbers[t] for t in tokens] for tokens in split], vocabulary


def breaks(bonds, tokens):
    """The first places at which sequences have a token that may not follow; None where there is none."""
    rows = np.zeros((len(tokens), max(map(len, tokens)) + 1), int)
    for row, own in zip(rows, tokens, strict=True):
        row[: len(own)] = own
    state, first = bonds.start(len(rows)), [None] * len(rows)
    for place, column in enumerate(rows.T):
        barred = bonds.barred(state)[np.arange(len(rows)), column]
        for number in np.flatnonzero(barred & (place <= np.array(list(map(len, tokens))))):
            first[number] = place if first[number] is None else first[number]
        bonds.read(column, state)
    return first


def written(smiles, copies):
    rng, texts = np.random.default_rng(0), []
    for molecule in map(kekule, read_molecules(smiles)):
        texts += [canonical(molecule), *(shuffled(molecule, rng) for _ in range(copies))]
    return texts


def test_every_molecule_obeys_them():
    bonds, tokens, _ = rules(written(SMILES, 20))
    assert set(breaks(bonds, tokens)) == {None}


@pytest.mark.parametrize("depth", [31, 32, 100, 333])
def test_branches_go_as_deep_as_a_molecule_of_a_thousand_tokens_can(depth):
    bonds, tokens, _ = rules(["C(" * depth + "C" + ")C" * depth, "C=1" + "(C" * depth + "=1" + ")" * depth])
    assert breaks(bonds, tokens) == [None, None]


@pytest.mark.skipif(not ZINC.exists(), reason="needs ../shared/data")
def test_real_molecules_obey_them():
    bonds, tokens, _ = rules(written(ZINC.read_text().split()[:500], 1))
    assert set(breaks(bonds, tokens)) == {None}


@pytest.mark.slow
@pytest.mark.parametrize("end", [0.02, 0.3])
def test_whatever_obeys_them_is_a_molecule(end):
    bonds, _, vocabulary = rules(written(SMILES, 3))
    rng, state, sequences, texts = np.random.default_rng(0), bonds.start(64), [""] * 64, []
    for _ in range(1500):
        chances = np.where(bonds.barred(state), 0, rng.exponential(size=(64, len(vocabulary) + 2)))
        chances[:, 0] *= end / 0.02  # some end soon
        tokens = chances.argmax(axis=1)
        assert tokens.max() <= len(vocabulary)  # none that is no part of a SMILES
        for row, token in enumerate(tokens):
            sequences[row] += vocabulary[token - 1] if token else ""
            if not token:
                texts.append(sequences[row])
                sequences[row] = ""
        for part in state:
            part[tokens == 0] = 0
        bonds.read(tokens, state)
    assert len(texts) > 60 and len(set(texts)) > 50
    assert [text for text, molecule in zip(texts, read_molecules(texts), strict=True) if molecule is None] == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("CF(C)", 2),  # fluorine has had its bond
        ("C(F)(F)(F)(F)F", 13),
        ("C1CF", 3),  # the ring could not be closed any more
        ("C1C1", 3),  # two bonds between the same atoms
        ("C11", 2),
        ("C12CC12", 6),
        ("C=1CC#1", 6),
        ("C()C", 2),
        ("C(=O)1CC1", 5),  # a ring opens at its atom
        ("CC)", 2),
        ("C(C", 3),
        ("C1CC", 4),
        ("C=", 2),
        ("=C", 0),
        ("C==C", 2),
        ("", 0),
        ("C(1CC1)", 2),
        ("O=O=C", 3),
        ("C1.C1", 2),
    ],
)
def test_what_is_no_molecule_breaks_them_at_once(text, place):
    bonds, tokens, _ = rules([text, "C=C#C(F)(O)1CC1.C2CC2"])
    assert breaks(bonds, tokens)[0] == place


def test_what_was_given_against_the_rules_goes_on():
    bonds, (tokens,), _ = rules(["FF(F)=F)))"])
    state = bonds.start(1)
    for token in tokens:
        bonds.read(np.array([token]), state)
        assert not bonds.barred(state).all()


@pytest.mark.parametrize(
    "smiles",
    [
        *("c1ccncc1", "CC(=O)Nc1cc[nH]c1", "c1ccc(cc1)-c1ccccc1", "c1cc2ccccc2[nH]1", "C1=CC=CC=C1c1cc[n+](C)cc1"),
        *("c1cc[se]c1", "[13cH]1ccccc1", "Cc1c:c:c:c:c:1", "CC.c1ccoc1", "O=c1cc[nH]cc1", "C/C=C/c1ccccc1", "C=1CC1"),
    ],
)
def test_beginnings_are_the_same_molecule_atom_for_atom(smiles):
    text = in_single_and_double_bonds(smiles)
    before, after = read_molecules([smiles, text])
    assert not any(token[0].islower() or token[:2] in ("[n", "[s") for token in TOKEN.findall(text))
    assert canonical(before) == canonical(after)
    elements = [[atom.GetSymbol() for atom in molecule.GetAtoms()] for molecule in (before, after)]
    assert elements[0] == elements[1]


def test_an_open_aromatic_ring_is_no_beginning():
    for text in ("c1cc", "Cc1ccccc1)"):
        with pytest.raises(ValueError, match="has aromatic atoms, and is not the beginning of a molecule whose"):
            in_single_and_double_bonds(text)


def test_what_is_open_otherwise_stays_open():
    assert in_single_and_double_bonds("C1=C(") == "C1=C("
    assert in_single_and_double_bonds("C1CC(c2ccoc2") == "C1CC(C=2C=COC2"
    assert in_single_and_double_bonds("c1ccoc1C(=") == "C=1C=COC1C(="
