"""Molecules are read, and written in other ways, as the same molecules."""

import numpy as np
import pytest

from augment.chemistry.properties import PROPERTIES, properties
from augment.chemistry.reading import (
    canonical,
    from_selfies,
    molecule_of,
    part_of,
    read_molecules,
    shuffled,
    to_selfies,
)

DRUGS = {
    "aspirin": "CC(=O)Oc1ccccc1C(=O)O",
    "nicotine": "CN1CCC[C@H]1c1cccnc1",
    "sodium salt": "CC(=O)[O-].[Na+]",
    "labelled": "[13CH3]C(=O)O",
    "either side": "C/C=C/Cl",
    "twelve rings": "C1CC2CC3CC4CC5CC6CC7CC8CC9CC%10CC%11CC%12CC1C2C3C4C5C6C7C8C9C%10C%11C%12",
}


@pytest.mark.parametrize("smiles", DRUGS.values(), ids=list(DRUGS))
def test_shuffled_ones_are_the_same_molecule(smiles):
    (molecule,) = read_molecules([smiles])
    rng = np.random.default_rng(0)
    written = {shuffled(molecule, rng) for _ in range(30)}
    assert len(written) >= 3
    assert {canonical(again) for again in read_molecules(sorted(written))} == {canonical(molecule)}
    again = np.random.default_rng(0)
    assert shuffled(molecule, again) == shuffled(molecule, np.random.default_rng(0))


@pytest.mark.parametrize("smiles", DRUGS.values(), ids=list(DRUGS))
def test_selfies_are_the_same_molecule(smiles):
    (molecule,) = read_molecules([from_selfies(to_selfies(smiles))])
    assert canonical(molecule) == canonical(*read_molecules([smiles]))


def test_what_is_no_molecule_is_none_and_nothing_is_printed(capfd):
    assert read_molecules(["C1CC", "", "c1cccc1", "C(C)(C)(C)(C)C", "C>>O", "x"]) == [None] * 6
    with pytest.raises(ValueError, match="'C1C' is neither a SMILES nor a SMARTS"):
        part_of("C1C")
    assert capfd.readouterr().err == ""


def test_what_is_no_string_is_named():
    with pytest.raises(TypeError, match="SMILES are strings; number 1 is of type NoneType"):
        read_molecules(["CC", None])


def test_properties_of_a_lone_hydrogen_print_nothing(capfd):
    assert properties(read_molecules(["[H]"]), ["weight", "qed"])[0, 0] == pytest.approx(1.008)
    assert capfd.readouterr().err == ""


def test_a_wildcard_in_a_part_is_any_atom():
    ether, alkane, polymer = read_molecules(["COC", "CC", "*OC"])
    for text in ("*O", "[*]O"):
        assert [bool(m.HasSubstructMatch(part_of(text))) for m in (ether, alkane, polymer)] == [True, False, True]
    assert molecule_of("*O") is None and canonical(molecule_of("OC")) == "CO"


def test_a_part_is_looked_for_as_smiles_first():
    ring, toluene = part_of("C1=CC=CC=C1"), read_molecules(["Cc1ccccc1"])[0]
    assert toluene.HasSubstructMatch(ring)  # written with double bonds, yet aromatic
    with pytest.raises(TypeError, match="a str; got int"):
        part_of(3)


def test_properties_are_those_known_of_aspirin():
    (aspirin,) = properties(read_molecules([DRUGS["aspirin"]]))
    told = dict(zip(PROPERTIES, aspirin, strict=True))
    assert told["weight"] == pytest.approx(180.16, abs=0.01) and told["tpsa"] == pytest.approx(63.6, abs=0.01)
    assert told["logp"] == pytest.approx(1.31, abs=0.01) and told["qed"] == pytest.approx(0.55, abs=0.01)
    counts = [told[name] for name in ("rings", "aromatic_rings", "donors", "acceptors", "rotatable_bonds")]
    assert counts == [1, 1, 1, 3, 2]
    assert properties([]).shape == (0, len(PROPERTIES))
