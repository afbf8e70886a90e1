"""Molecules become tokens and come back; what is told of them stands before them and is never part of them."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.codecs.molecules import TOLD, Molecule, MoleculeCodec

ZINC = Path(__file__).parents[2] / "shared" / "data" / "sequence" / "zinc_valid.txt"
SMILES = ["CCO", "C[C@@H](F)Cl", "c1ccc(Br)cc1", "[Na+].[Cl-]", "C%12CC%12", "[13CH4]", "F/C=C/F", "CC(=O)[O-]"]
MOLECULES = [Molecule(text, (float(n), 10.0 * n, n / 10)) for n, text in enumerate(SMILES)]


def fitted(labels=None):
    return MoleculeCodec().fit((MOLECULES, labels))


def test_two_letters_brackets_and_large_rings_are_tokens():
    assert MoleculeCodec._split(Molecule("C[C@@H](Cl)%12Br.[13CH4]")) == [
        *("C", "[C@@H]", "(", "Cl", ")", "%12", "Br", ".", "[13CH4]"),
    ]
    assert MoleculeCodec._split(Molecule("[C][=C][Ring1].[Na+1]")) == ["[C]", "[=C]", "[Ring1]", ".", "[Na+1]"]


@given(st.lists(st.sampled_from(SMILES), min_size=1))
def test_molecules_come_back(smiles):
    codec = fitted()
    again = MoleculeCodec.from_dict(json.loads(json.dumps(codec.to_dict())))
    molecules = [Molecule(text) for text in smiles]
    for each in (codec, again):
        assert each.decode(each.tokens(molecules)) == smiles
    assert again.layout == codec.layout and again.canonical == codec.canonical


@given(st.text())
def test_any_string_is_its_tokens(text):
    assert "".join(MoleculeCodec._split(Molecule(text))) == text


@pytest.mark.skipif(not ZINC.exists(), reason="needs ../shared/data")
def test_real_molecules_come_back():
    smiles = ZINC.read_text().split()[:500]
    codec = MoleculeCodec().fit(([Molecule(text, (0.0, 0.0, 0.0)) for text in smiles], None))
    assert codec.decode(codec.tokens([Molecule(text) for text in smiles])) == smiles
    assert {"Cl", "Br", "[C@@H]", "[NH2+]"} < set(codec.vocabulary) and len(codec.vocabulary) < 60


def test_rows_hold_whole_molecules_with_what_is_told():
    labels = np.array(list("abababab"))
    codec = fitted(labels)
    told, own, classes = codec.unpack(codec.encode((MOLECULES, labels), np.random.default_rng(0)))
    back = codec.decode(own)
    assert sorted(back) == sorted(SMILES)
    places = [SMILES.index(text) for text in back]
    assert [labels[place] for place in places] == codec.classes.values[classes].tolist()
    bins = codec.controls.places(np.array([MOLECULES[place].properties for place in places]))
    assert np.array_equal(codec.told(TOLD, bins), np.array(told))
    n_bins = sum(codec.controls.counts.shape)
    assert set(np.concatenate(told)) <= set(range(codec.shuffled + 1, codec.shuffled + 1 + n_bins))
    assert codec.layout.n_tokens == codec.shuffled + 1 + n_bins


def test_in_training_something_is_told_of_half_of_the_molecules():
    codec = fitted()
    told, own, classes = codec.unpack(codec.encode((MOLECULES, None)))
    n = 500
    rows = codec.rows(told * n, own * n, np.tile(classes, n), [codec.canonical] * 8 * n, np.random.default_rng(0))
    tokens = rows[rows > 0]
    assert (tokens == codec.canonical).sum() == 8 * n
    share = (tokens > codec.shuffled).sum() / (8 * n)
    assert share == pytest.approx(len(TOLD) * 0.25, abs=0.03)


def test_what_is_told_is_left_out_of_what_comes_back():
    codec = fitted()
    (own,) = codec.begun([Molecule("CCO")])
    assert codec.decode([np.concatenate([[codec.layout.n_tokens - 1, codec.shuffled], own])]) == ["CCO"]


def test_a_long_molecule_is_not_cut():
    codec = MoleculeCodec().fit(([Molecule("C" * 300, (0.0, 0.0, 0.0)), Molecule("O", (1.0, 1.0, 1.0))], None))
    rows = codec.encode(([Molecule("C" * 300, (0.0, 0.0, 0.0))] * 3, None))
    assert codec.decode(codec.unpack(rows)[1]) == ["C" * 300] * 3


def test_an_unknown_token_is_named():
    with pytest.raises(ValueError, match=r"prompt has the token '\[Si\]', which none of the fitted molecules has"):
        fitted().begun([Molecule("C[Si]")])
    assert [len(own) for own in fitted().known_only(["C[Si]", "CC"])] == [2]


def test_sums_tell_what_is_open_and_what_is_asked_for():
    codec = fitted()
    (own,) = codec.begun([Molecule("c1ccc(Br)cc1")])
    rings = [token for token in codec.vocabulary if token in ("1", "%12")]
    totals = np.cumsum(codec.layout.sums[own], axis=0)
    one = rings.index("1")
    assert codec.layout.n_parities == len(rings) and (totals[:, one] % 2).tolist() == [0, *[1] * 9, 0]
    assert totals[:, len(rings)].tolist() == [0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0]  # open branches
    assert totals[-1, len(rings) + 1] * 16 == pytest.approx(7)  # atoms
    told = codec.layout.sums[codec.told(["weight"], np.array([[0], [codec.controls.counts.shape[1] - 1]])).ravel()]
    first = len(rings) + 2 + 2 * TOLD.index("weight")
    assert told[:, first : first + 2].tolist() == [[1, -1], [1, 1]] and np.abs(told).sum() == 4
