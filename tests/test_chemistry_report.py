"""Measures of new molecules: closed forms, known molecules, and what real ones get."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from augment.chemistry.drawing import draw_grid
from augment.chemistry.fingerprints import fingerprints, internal_diversity, nearest, similarities
from augment.chemistry.properties import properties
from augment.chemistry.reading import read_molecules
from augment.chemistry.report import molecule_report
from augment.chemistry.scaffolds import likeness, scaffolds

ZINC = Path(__file__).parents[2] / "shared" / "data" / "sequence" / "zinc_valid.txt"
needs_zinc = pytest.mark.skipif(not ZINC.exists(), reason="needs ../shared/data")


def test_similarities_are_those_of_rdkit():
    from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator
    from rdkit.DataStructs import TanimotoSimilarity

    molecules = read_molecules(["CCO", "CCCO", "c1ccccc1O", "Cc1ccncc1", "C"])
    bits = [GetMorganGenerator(radius=2, fpSize=1024).GetFingerprint(molecule) for molecule in molecules]
    expected = [[TanimotoSimilarity(one, other) for other in bits] for one in bits]
    rows = fingerprints(molecules)
    assert np.concatenate(list(similarities(rows, rows))) == pytest.approx(np.array(expected), abs=1e-6)
    assert nearest(rows[:2], rows[2:]) == pytest.approx(np.array(expected)[:2, 2:].max(axis=1), abs=1e-6)


def test_identical_molecules_have_no_diversity_and_unlike_ones_have_most():
    same = fingerprints(read_molecules(["CCO"] * 5))
    assert internal_diversity(same) == internal_diversity(same, power=2) == 0
    unlike = np.eye(8, dtype="float32")
    assert internal_diversity(unlike) == pytest.approx(1 - 1 / 8)
    assert internal_diversity(unlike, power=2) == pytest.approx(1 - math.sqrt(1 / 8))


def test_scaffolds_are_rings_and_what_links_them():
    found = scaffolds(read_molecules(["CCc1ccc(Cc2ccccc2)cc1", "O=C(c1ccccc1)c1ccccc1", "c1ccccc1CCC", "CCC"]))
    assert found == {"c1ccc(Cc2ccccc2)cc1": 1, "O=C(c1ccccc1)c1ccccc1": 1}
    assert likeness(Counter(a=3, b=4), Counter(a=4, b=3)) == pytest.approx(24 / 25)
    assert likeness(Counter(), found) is None


def test_counts_are_without_stereochemistry_and_of_what_is_left():
    train = ["C[C@H](F)Cl", "CCO"]
    new = ["C[C@@H](F)Cl", "OCC", "CCN", "NCC", "CCC", "C1CC"]
    report = molecule_report(train, new, holdout=["CCO", "CCCC", "CCCCC", "CCCCCC"])
    assert report["n"] == {"train": 2, "new": 5, "holdout": 4, "raw": 6}
    assert report["validity"]["value"] == 5 / 6 and report["uniqueness"]["value"] == 4 / 5
    assert report["novelty"]["value"] == 2 / 4 and report["novelty"]["real"] == 3 / 4
    low, high = report["validity"]["interval"]
    assert low == pytest.approx(0.4365, abs=1e-3) and high == pytest.approx(0.9699, abs=1e-3)


@pytest.mark.parametrize("new", [[], ["C1CC"], ["C1CC", "CCO"]])
def test_too_few_to_measure_leave_none(new):
    report = molecule_report(["CCO", "CCN"], new)
    assert report["internal_diversity"] is None and "properties" not in report
    assert (report["validity"]["value"] is None) == (not new)


def test_real_molecules_that_are_none_are_an_error():
    with pytest.raises(ValueError, match="train must hold at least two SMILES of molecules; number 1 is none"):
        molecule_report(["CCO", "C1C"], ["CCO"])
    with pytest.raises(ValueError, match="holdout must hold at least two SMILES of molecules; got 1"):
        molecule_report(["CCO", "CC"], ["CCO"], ["CC"])


@needs_zinc
@pytest.mark.slow
def test_real_molecules_get_what_real_ones_get_and_small_ones_do_not():
    smiles = ZINC.read_text().split()[:900]
    report = molecule_report(smiles[:400], smiles[400:650], holdout=smiles[650:])
    inside = [
        abs(measured["difference"]) <= measured["real_interval"][1]
        and measured["distance"] <= measured["real_distance"]
        for measured in report["properties"].values()
    ]
    assert np.mean(inside) > 0.7
    for name in ("internal_diversity", "similarity"):
        assert report[name]["value"] == pytest.approx(report[name]["real"], abs=0.02)
    assert report["internal_diversity"]["train"] == pytest.approx(report["internal_diversity"]["value"], abs=0.02)
    small = molecule_report(smiles[:400], ["C" * n + "O" for n in range(1, 60)])["properties"]["weight"]
    assert small["interval"][1] < 0 or small["interval"][0] > 0
    assert small["distance"] > small["real_distance"] and small["real_interval"][1] < abs(small["difference"])


def test_a_shift_is_found_with_its_size():
    train = ["C" * n for n in range(5, 45)]
    new = ["C" * n + "CC" for n in range(5, 45)]
    weight = molecule_report(train, new)["properties"]["weight"]
    two_carbons = 2 * 14.027
    assert weight["difference"] == pytest.approx(two_carbons, abs=0.01)
    assert weight["distance"] == pytest.approx(two_carbons, abs=0.01)
    sd = 14.027 * np.std(np.arange(40), ddof=1)
    assert weight["real_interval"][1] == pytest.approx(1.96 * sd * math.sqrt(2 / 40), rel=1e-3)
    masses = properties(read_molecules(new), ["weight"])[:, 0], properties(read_molecules(train), ["weight"])[:, 0]
    expected = ttest_ind(*masses, equal_var=False).confidence_interval(0.95)
    assert weight["interval"] == pytest.approx([expected.low, expected.high])


def test_drawings_stand_in_a_grid():
    picture = draw_grid(["CCO", "CCN", "CCC"], legends=["a", "b", "c"], columns=2, size=100)
    assert picture.startswith("<svg") and "width='200px' height='200px'" in picture
    assert draw_grid(["CCO"], form="png").startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"smiles": []}, "got none"),
        ({"smiles": ["CC", "C1"]}, "number 1 is none: 'C1'"),
        ({"smiles": ["CC"], "legends": ["a", "b"]}, "a legend for each of 1 molecules; got 2"),
        ({"smiles": ["CC"], "form": "gif"}, "form must be 'svg' or 'png'"),
        ({"smiles": ["CC"], "columns": 0}, "columns must be an integer of at least 1. Received: columns=0"),
        ({"smiles": ["CC"], "size": 0}, "size must be an integer of at least 1"),
        ({"smiles": ["CC"], "size": 99.5}, "size must be an integer of at least 1"),
        ({"smiles": pd.Series(["CC", "C1"], index=[7, 8])}, "number 1 is none: 'C1'"),
    ],
)
def test_bad_grids_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        draw_grid(**arguments)
