"""The audit of molecules: what is none is counted, properties are columns, and drawings stay out of the public form."""

import json
from importlib import resources

import numpy as np
import pytest
from sequence_makers import of, prepared

from augment.auditing import audit
from augment.auditing.sequences.examples import EXAMPLES
from augment.auditing.sequences.molecules import MOLECULES, smiles_of

pytest.importorskip("rdkit", reason="rdkit is not installed: the extra [molecules]")

RINGS = "c1ccc({})cc1", "c1ccnc({})c1", "C1CCN({})CC1", "C1COC({})CC1"


def alkyls(n, seed, longest=6):
    """A ring with two chains of carbon, nitrogen and oxygen each."""
    rng = np.random.default_rng(seed)
    chains = ["".join(rng.choice(list("CCCNO"), rng.integers(1, longest))) for _ in range(2 * n)]
    return [first + RINGS[rng.integers(4)].format(second) for first, second in zip(chains[:n], chains[n:], strict=True)]


@pytest.fixture(scope="module")
def data():
    return prepared(alkyls(60, 0), [*alkyls(57, 1), "C1CC", "no", ""], alkyls(60, 2), kind="molecules")


def test_what_is_no_molecule_is_counted_and_left_out_elsewhere(data):
    found = of(MOLECULES, data)
    assert len(smiles_of(data, "synthetic")) == 57
    assert found["fidelity.molecules.validity"].value == pytest.approx(57 / 60)
    assert found["fidelity.molecules.validity"].n == {"synthetic": 60}
    assert "3 synthetic SMILES are no molecules" in " ".join(data.notes)


def test_generators_that_write_what_is_no_molecule_fail():
    data = prepared(alkyls(60, 0), [*alkyls(60, 1), *["C1CC"] * 60], kind="molecules")
    found = of(MOLECULES, data)["fidelity.molecules.validity"]
    assert found.verdict == "FAIL" and found.value == 0.5


@pytest.mark.slow
def test_properties_are_columns_and_heavier_molecules_are_told(data):
    names = [column.name for column in data.columns]
    assert {"logp", "weight", "qed"} <= set(names)
    heavy = prepared(alkyls(100, 0, longest=4), alkyls(100, 1, longest=12), kind="molecules")
    said = of(MOLECULES, heavy)["fidelity.molecules.properties"]
    assert "weight" in said.message and said.value >= 1
    like = of(MOLECULES, prepared(alkyls(300, 0), alkyls(300, 1), kind="molecules"))
    assert like["fidelity.molecules.properties"].value <= 2  # of nine; one in twenty is outside by chance


def test_copies_are_not_novel():
    train = alkyls(60, 0)
    found = of(MOLECULES, prepared(train, train, alkyls(60, 1), kind="molecules"))
    assert found["fidelity.molecules.novelty"].value == 0 and found["fidelity.molecules.novelty"].reference > 0.3


def test_labels_stay_with_their_molecules():
    labels = ["a", "b"] * 10
    smiles = alkyls(20, 0)
    data = prepared((smiles, labels), ([*smiles[:19], "C1CC"], labels), kind="molecules")
    assert data.columns[data.target].name == "label" and len(data.synthetic) == 19


def test_invalid_training_molecules_are_named():
    with pytest.raises(
        ValueError, match="train must hold SMILES of molecules, but 1 of them are none, such as number 3"
    ):
        prepared([*alkyls(3, 0), "C1CC", *alkyls(9, 1)], alkyls(20, 2), kind="molecules")


def test_drawings_are_pictures():
    data = prepared(alkyls(20, 0), alkyls(20, 1), kind="molecules")
    (chart,) = of(EXAMPLES, data)["fidelity.examples"].evidence["charts"]
    assert [picture["name"] for picture in chart["panels"][0]["pictures"]] == ["train", "synthetic"]


@pytest.mark.slow
def test_a_whole_audit_keeps_to_the_schema_and_hides_molecules_in_public():
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    report = audit(alkyls(120, 0), alkyls(120, 1), holdout=alkyls(120, 2), kind="molecules")
    assert report.to_dict()["verdict"]["failed"] == []
    schema = json.loads(resources.files("augment.auditing").joinpath("schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(report.to_json()))
    assert "data:image/png" in report.to_html() and "data:image/png" not in report.public().to_html()
