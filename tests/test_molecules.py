"""SequenceSynthesizer on molecules: what a user gives, asks for and gets back is chemistry that RDKit confirms."""

import dataclasses
import json
import zipfile

import numpy as np
import pandas as pd
import pytest

from augment import SequenceSynthesizer
from augment.chemistry.properties import properties
from augment.chemistry.reading import canonical, part_of, read_molecules
from augment.codecs.molecules import Molecule
from augment.codecs.sequence_layout import unpack
from augment.models import Recurrent
from augment.models.plain_cells import PlainCells
from augment.synthesizers.molecules import Molecules

CHAINS = [end + "C" * n for n in range(1, 10) for end in "OFN"]
RINGS = [end + "C1" + "C" * n + "1" for n in range(2, 7) for end in ("O", "F", "N", "CO", "CN", "CS")]
SMILES = CHAINS + RINGS
LABELS = np.array(["chain"] * len(CHAINS) + ["ring"] * len(RINGS))


def fit(smiles=SMILES, y=None, units=4, **options):
    options = {"epochs": 1, "verbose": 0, "random_state": 0} | options
    return SequenceSynthesizer(Recurrent(units=units), kind="molecules", **options).fit(smiles, y)


@pytest.fixture(scope="module", autouse=True)
def short_rows():
    """Rows that hold a few of these molecules, and not a dozen."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("augment.codecs.molecules.LENGTH", 32)
        yield


@pytest.fixture(scope="module")
def fitted():
    """Chains and rings with these labels, learned well enough that most of the new ones are valid."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("augment.synthesizers.molecules.COPIES", (1, 1, 1))
        model = Recurrent(units=32, learning_rate=0.03, dropout=0)
        options = {"epochs": 40, "batch_size": 16, "validation_fraction": 0, "verbose": 0, "random_state": 0}
        return SequenceSynthesizer(model, kind="molecules", **options).fit(SMILES, LABELS)


@pytest.fixture(scope="module")
def in_selfies(one_step_here):
    """An almost untrained model that writes SELFIES."""
    return fit(notation="selfies")


@pytest.mark.slow
def test_molecules_are_valid_canonical_and_have_their_labels(fitted):
    smiles, labels = fitted.generate(200)
    assert isinstance(smiles, list) and len(smiles) == 200 and labels.dtype == LABELS.dtype
    assert [canonical(molecule) for molecule in read_molecules(smiles)] == smiles
    assert np.mean([("1" in text) == (label == "ring") for text, label in zip(smiles, labels, strict=True)]) > 0.95
    asked, labels = fitted.generate(y=["chain", "ring"] * 20)
    assert labels.tolist() == ["chain", "ring"] * 20
    assert np.mean(["1" in text for text in asked[1::2]]) > 0.9


@pytest.mark.slow
def test_raw_validity_is_what_rdkit_says_and_is_said(fitted, capsys):
    fitted.verbose = 1
    raw, _ = fitted.generate(300, valid_only=False, temperature=2)
    share = np.mean([molecule is not None for molecule in read_molecules(raw)])
    assert 0.5 < share < 1
    assert f"{share:.1%} of the 300 molecules drawn are valid" in capsys.readouterr().err
    fitted.verbose = 0
    fitted.generate(3)
    assert capsys.readouterr().err == ""


@pytest.mark.slow
def test_the_same_seed_gives_the_same_molecules(fitted):
    asks = [{}, {"condition": {"weight": (60, 120)}}, {"condition": {"substructure": "C1CC1"}}, {"prompt": "CC"}]
    for ask in asks:
        assert fitted.generate(20, random_state=3, **ask)[0] == fitted.generate(20, random_state=3, **ask)[0]


@pytest.mark.slow
def test_conditions_hold_exactly(fitted):
    ranges = {"logp": (0, 2), "weight": (70, 120), "qed": (0.4, 0.52)}
    smiles, labels = fitted.generate(40, condition={**ranges, "label": "ring"})
    assert len(smiles) == 40 and set(labels) == {"ring"}
    values = properties(read_molecules(smiles), list(ranges))
    for (low, high), column in zip(ranges.values(), values.T, strict=True):
        assert column.min() >= low and column.max() <= high


@pytest.mark.slow
def test_what_is_told_moves_what_is_drawn(monkeypatch):
    """Before any is drawn again: of two kinds of molecules raw ones are of that whose weight or logarithm is told."""
    monkeypatch.setattr("augment.synthesizers.molecules.COPIES", (1, 1, 1))
    light, heavy = ["CO", "CN"], ["FC1CCCCC1", "CC1CCCCC1"]
    model = Recurrent(units=32, learning_rate=0.01, dropout=0)
    options = {"epochs": 25, "batch_size": 8, "validation_fraction": 0, "verbose": 0, "random_state": 0}
    molecules = (light + heavy) * 40  # of each some with nothing but its weight told, and some with its logarithm
    synthesizer = SequenceSynthesizer(model, kind="molecules", **options).fit(molecules)
    for name, low, high in (("weight", (0, 40), (90, 500)), ("logp", (-5, 0), (1.5, 9))):
        shares = [_share_told(synthesizer, {name: values}, light) for values in (low, high)]
        assert shares[0] - shares[1] > 0.6
    assert 0.3 < _share_told(synthesizer, {}, light) < 0.7


def _share_told(synthesizer, condition, kind):
    known = synthesizer._kind.ask(synthesizer.codec_, np.zeros(100, int), condition=condition)
    known = dataclasses.replace(known, valid_only=False)
    drawn = synthesizer._kind.draw(synthesizer.model_, synthesizer.codec_, known, np.random.default_rng(0))
    return np.mean([text in kind for text in drawn.smiles])


@pytest.mark.slow
@pytest.mark.parametrize("part", ["C1CCC1", "NC", "[O;R0]"])
def test_the_part_is_kept(fitted, part):
    smiles, _ = fitted.generate(20, condition={"substructure": part})
    assert len(smiles) == 20
    assert all(molecule.HasSubstructMatch(part_of(part)) for molecule in read_molecules(smiles))


@pytest.mark.slow
def test_molecules_begin_with_the_prompt_as_it_is_written(fitted):
    smiles, _ = fitted.generate(prompt=["NC1C", "OC"], y=["ring", "chain"])
    assert [smiles[0][:4], smiles[1][:2]] == ["NC1C", "OC"] and None not in read_molecules(smiles)


@pytest.mark.slow
def test_likelihood_is_of_the_molecule_and_not_of_how_it_is_written(fitted):
    scores = fitted.score_samples(["OC1CCCC1", "C1CCCC1O", "SCOCN"])
    assert scores[0] == scores[1] > scores[2] + 3
    # What is told before a molecule is given, so that it is not part of the likelihood.
    tokens = fitted.codec_.tokens([Molecule("OC1CCC1")])
    shares, totals = np.array(fitted.codec_.classes.proportions), []
    for kind in range(2):
        states, total, classes = None, 0.0, np.array([kind])
        for place, (read, said) in enumerate(zip([0, *tokens[0]], [*tokens[0], 0], strict=True)):
            logits, states = PlainCells(fitted.model_).step(np.array([read]), classes, states)
            total += (logits[0, said] - np.logaddexp.reduce(logits[0])) * (place > 0)
        totals.append(total)
    assert fitted.score_samples(["OC1CCC1"])[0] == pytest.approx(np.logaddexp.reduce(totals + np.log(shares)), abs=1e-4)


@pytest.mark.slow
def test_a_saved_synthesizer_gives_the_same_molecules_and_holds_none(fitted, tmp_path):
    fitted.save(tmp_path / "molecules")
    again = SequenceSynthesizer.load(tmp_path / "molecules")
    asked = {"condition": {"weight": (60, 120)}}
    assert again.generate(20, **asked)[0] == fitted.generate(20, **asked)[0]
    assert np.array_equal(again.score_samples(SMILES[:5]), fitted.score_samples(SMILES[:5]))
    with zipfile.ZipFile(tmp_path / "molecules") as archive:
        manifest = archive.read("manifest.json").decode()
    assert json.loads(manifest)["codec"]["vocabulary"]
    assert not any(canonical(molecule) in manifest for molecule in read_molecules(SMILES) if molecule.GetNumAtoms() > 6)


def test_selfies_are_always_valid(in_selfies, capsys):
    in_selfies.verbose = 1
    raw = in_selfies.generate(200, valid_only=False)
    in_selfies.verbose = 0
    assert None not in read_molecules([text for text in raw if text])  # an untrained model may end before an atom
    assert (
        f"{np.mean([text != '' for text in raw]):.1%} of the 200 molecules drawn are valid" in capsys.readouterr().err
    )
    kept = in_selfies.generate(10, condition={"substructure": "C1CCC1"})
    assert all(molecule.HasSubstructMatch(part_of("C1CCC1")) for molecule in read_molecules(kept))
    assert len(in_selfies.generate(3, prompt="[C][C]")) == 3
    assert np.isfinite(in_selfies.score(SMILES[:5]))


@pytest.mark.filterwarnings("ignore:Left out")
@pytest.mark.usefixtures("one_step")
def test_invalid_ones_are_named_and_left_out_if_asked():
    X, y = [*SMILES[:20], "C1CC", "", "CC(C)(C)(C)C", "xyz"], ["a"] * 20 + ["b"] * 4
    told = r"4 of 24 SMILES that cannot be learned: number 20 \('C1CC'\) is no molecule, .*, and 1 more"
    with pytest.raises(ValueError, match=f"X has {told}. Mend them, or leave them out with on_error='skip'"):
        fit(X)
    with pytest.warns(UserWarning, match=f"Left out: X has {told}"):
        Molecules.of(X, on_error="skip").to_learn(X)
    synthesizer = fit(X, y, on_error="skip")
    assert synthesizer.codec_.layout.n_samples == 20 and synthesizer.classes_.tolist() == ["a"]
    with pytest.raises(ValueError, match=r"X has 1 of 2 SMILES that cannot be learned: number 1 \('C1'\)"):
        synthesizer.score_samples(["CC", "C1"])


@pytest.mark.usefixtures("one_step")
@pytest.mark.parametrize("form", ["array", "pandas", "polars"])
def test_molecules_come_back_in_their_form(form):
    if form == "polars":
        given = pytest.importorskip("polars").Series("smiles", SMILES)
    else:
        given = np.array(SMILES) if form == "array" else pd.Series(SMILES, name="smiles")
    new = fit(given, notation="selfies").generate(3)
    assert type(new) is type(given) and len(new) == 3
    assert form == "array" or new.name == "smiles"


def test_no_molecule_is_learned_from_and_validated_on():
    """Neither as it is, nor as a duplicate, nor written in another order."""
    kind = Molecules.of(SMILES)
    molecules, _ = kind.to_learn([*SMILES, *SMILES[::-1], SMILES[0]])
    codec = kind.codec_class().fit((molecules, None))
    learn, check = kind.split(codec, codec.encode((molecules, None)), 0.2, np.random.default_rng(0))
    sides = []
    for rows in (learn, check):
        texts = codec.decode(unpack(rows, codec.layout)[0])
        sides.append([canonical(molecule) for molecule in read_molecules(texts)])
    assert set(sides[0]).isdisjoint(sides[1]) and len(set(sides[0]) | set(sides[1])) == len(set(SMILES))
    assert len(set(sides[1])) == pytest.approx(0.2 * len(set(SMILES)), abs=1)
    assert len(sides[0]) > 5 * len(set(sides[0]))  # copies, of those to learn from alone
    assert len(sides[1]) < 3 * len(set(sides[1]))


def test_few_molecules_have_many_copies_and_many_have_few():
    rng, kind = np.random.default_rng(0), Molecules()
    copies = kind.copies("CCc1ccc(C)cc1", 20, rng)
    assert len(copies) == 20 and len(set(copies)) > 5
    assert {canonical(molecule) for molecule in read_molecules(copies)} == {"CCc1ccc(C)cc1"}
    selfies = Molecules(notation="selfies").copies("[C][C][O]", 5, rng)
    assert set(selfies) <= {"[C][C][O]", "[O][C][C]", "[C][Branch1][C][C][O]", "[C][Branch1][C][O][C]"}


@pytest.mark.slow
@pytest.mark.usefixtures("one_step")
def test_salts_isotopes_stereo_and_long_molecules_are_learned():
    odd = ["CC(=O)[O-].[Na+]", "[13CH3]C", "C[C@H](F)Cl", "F/C=C/F", "C" * 140]
    synthesizer = fit(odd * 3, notation="smiles")
    assert synthesizer.codec_.longest == 140 and np.isfinite(synthesizer.score_samples(odd)).all()


@pytest.mark.parametrize(
    ("X", "options", "error", "message"),
    [
        ([], {}, ValueError, "X holds no text to learn from"),
        (["", ""], {}, ValueError, "X holds no text to learn from"),
        (["CCO"], {}, ValueError, "X has 1 different molecules while a minimum of 2"),
        (["CCO", "OCC"], {}, ValueError, "X has 1 different molecules"),
        (["CCO", None], {}, TypeError, "number 1 is missing: drop or fill it"),
        (["CCO", 3], {}, TypeError, "number 1 is of type int"),
        (["CCO", "C" * 1001], {}, ValueError, "number 1 .* is longer than 1,000 tokens"),
        (["CC", "C"], {"notation": "inchi"}, ValueError, "notation must be 'smiles' or 'selfies'"),
        (["CC", "C"], {"on_error": "ignore"}, ValueError, "on_error must be 'raise' or 'skip'"),
        (["CC", "CF(F)(F)(F)F"], {"notation": "selfies"}, ValueError, "number 1 .* is no molecule"),
        (["CC", "C*"], {"notation": "selfies"}, ValueError, "not to be written as SELFIES"),
        (["C1", "C2"], {"on_error": "skip"}, ValueError, "X has 0 different molecules"),
    ],
)
def test_bad_data_are_named(X, options, error, message):
    with pytest.raises(error, match=message):
        fit(X, **options)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"condition": {"logP": (1, 2)}}, "keys label, logp, weight, qed, substructure. Received: logP"),
        ({"condition": {"logp": 2}}, r"The condition on logp is a range, as in {'logp': \(low, high\)}"),
        ({"condition": {"logp": (3, 2)}}, "The range of logp holds nothing: 3 is not at most 2"),
        ({"condition": {"logp": (float("nan"), 2)}}, "The range of logp holds nothing"),
        ({"condition": {"substructure": "c1cc"}}, "'c1cc' is neither a SMILES nor a SMARTS"),
        ({"condition": {"substructure": "[Si]C"}}, r"substructure has the token '\[Si\]'"),
        ({"condition": {"label": "x"}}, "Unknown label 'x'"),
        ({"condition": [1]}, "A condition on sequences is"),
        ({"condition": {"qed": (0, 1)}, "valid_only": False}, "needs molecules that can be read: valid_only=True"),
        ({"condition": {"substructure": "CC"}, "prompt": "C"}, "Give one of prompt and the substructure"),
        ({"prompt": "C[Si]"}, r"prompt has the token '\[Si\]', which none of the fitted molecules has"),
        ({"prompt": "CCCC", "max_length": 3}, "A prompt has 4 tokens, more than max_length=3"),
        ({"history": np.zeros((2, 2))}, "history is not for sequences of the kind 'molecules'"),
    ],
)
def test_bad_questions_are_named(fitted, arguments, message):
    with pytest.raises(ValueError, match=message):
        fitted.generate(**arguments)


def test_a_missing_rdkit_names_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "rdkit.rdBase", None)
    with pytest.raises(ImportError, match=r'needs the package rdkit: pip install "augment-toolkit\[molecules\]"'):
        fit()


@pytest.mark.slow
def test_no_molecules_are_no_molecules(fitted):
    assert fitted.generate(0)[0] == []
