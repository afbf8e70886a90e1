"""Molecules are kept so that their properties are those of the fitted ones: with a library whose deficit is known."""

import dataclasses
import json

import numpy as np
import pytest
from test_molecule_draws import Library

from augment.chemistry.properties import properties
from augment.chemistry.reading import read_molecules
from augment.codecs.molecules import Molecule
from augment.synthesizers.kinds import kind_from_dict
from augment.synthesizers.molecules import Molecules
from augment.synthesizers.property_tilt import ATTEMPTS, CORRECTED, Moments, PropertyTilt

RINGS = ["C1=CC=C({})C=C1", "C1=CC({})=CN=C1", "C1CCN({})CC1", "C1COCC({})C1"]  # the first two are aromatic
STARTS, ENDS = ["C", "F", "CO", "CC", "CCN"], ["C", "CO", "CCN", "CC#N", "CCC", "CCCF", "C(C)C", "CS", "CCCC"]
SMILES = [start + ring.format(end) for ring in RINGS for start in STARTS for end in ENDS]
MOST = max(most for _, most in ATTEMPTS)
LONG = 18  # tokens
LESS = SMILES[:90] + SMILES[90:] * 2  # a network that draws rings that are not aromatic twice as often as it should


@pytest.fixture(scope="module", autouse=True)
def fewer_drawn():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("augment.synthesizers.property_tilt.DRAWN", (4, 1000, 4000))
        yield


@pytest.fixture(scope="module")
def learned():
    """A kind, its codec and the library with too few aromatic rings, whose tilt is learned."""
    return learn(SMILES, LESS)


class Quick(Library):
    """A library that remembers what begins how and has which label: long ones the first, short ones the second."""

    def transport(self, noise, condition):
        asks = [(prompt.tobytes(), kind) for prompt, kind in zip(condition.prompts, condition.classes, strict=True)]
        asked = dict(zip(asks, condition.prompts, strict=True))
        fitting = {ask: self._fitting(prompt, ask[1]) for ask, prompt in asked.items()}
        return [fitting[ask][number % len(fitting[ask])] for number, ask in zip(noise, asks, strict=True)]

    def _fitting(self, prompt, kind):
        told, begun = prompt[prompt > self.n_tokens], prompt[prompt <= self.n_tokens]
        own = [own for own in self.own if not self.labelled or (len(own) < LONG) == kind]
        return [np.concatenate([told, each]) for each in own if np.array_equal(each[: len(begun)], begun)]


def learn(smiles, library, labels=None, **options):
    kind = Molecules.of(smiles, **options)
    molecules, _ = kind.to_learn(smiles)
    kind.moments["n"] = 10**6  # as if there were more of them
    codec = kind.codec_class().fit((molecules, labels))
    library = Quick(codec, library)
    library.labelled = labels is not None
    kind.conclude(library, codec, np.random.default_rng(0))
    return kind, codec, library


def drawn(learned, n=1500, seed=0, places=None, **given):
    kind, codec, library = learned
    known = kind.ask(codec, np.zeros(n, int) if places is None else places, **given)
    return kind.draw(library, codec, known, np.random.default_rng(seed))


def means(smiles):
    return properties(read_molecules(smiles), CORRECTED).mean(axis=0)


def aromatic(smiles):
    return means(smiles)[CORRECTED.index("aromatic_rings")]


@pytest.mark.slow
def test_properties_have_the_means_of_the_fitted_molecules(learned):
    assert aromatic(LESS) < 0.35 < aromatic(SMILES) == 0.5
    result = drawn(learned)
    values = properties(read_molecules(SMILES), CORRECTED)
    error = values.std(axis=0) * np.sqrt(1 / 1500 + 2 / 4000)
    assert (np.abs(means(result.smiles) - values.mean(axis=0)) <= 3 * error).all()
    assert learned[0].tilt["tilt"]["reached"]
    assert result.n_kept / result.n_accepted > 0.95 / MOST
    assert result.n_valid == result.n_accepted == result.n  # what is told of validity is of all that were drawn


@pytest.mark.slow
@pytest.mark.parametrize("given", [{"temperature": 0.9}, {"top_p": 0.9}])
def test_what_is_asked_for_otherwise_is_not_corrected(learned, given):
    result = drawn(learned, **given)
    assert aromatic(result.smiles) == pytest.approx(aromatic(LESS), abs=0.05) and result.n == 1500


def test_what_the_network_writes_is_not_corrected(learned):
    result = drawn(learned, valid_only=False)
    assert aromatic(result.smiles) == pytest.approx(aromatic(LESS), abs=0.05) and result.n == 1500


@pytest.mark.slow
@pytest.mark.parametrize("given", [{"condition": {"weight": (100, 150)}}, {"prompt": "CC"}])
def test_what_is_asked_is_tilted_too(learned, given):
    """Among those that have what is asked, by the same factors."""
    tilt, molecules = PropertyTilt.from_dict(learned[0].tilt), read_molecules(LESS)
    values = properties(molecules, CORRECTED)
    squares = [(values - tilt.means) ** 2] if tilt.spreads else []
    factors = tilt.tilt.ratio(np.column_stack([values, *squares, np.ones(len(LESS))]))
    weights = values[:, CORRECTED.index("weight")]
    factors *= (weights >= 100) & (weights <= 150) if "condition" in given else [t.startswith("CC") for t in LESS]
    expected = factors @ values[:, CORRECTED.index("aromatic_rings")] / factors.sum()
    assert aromatic(drawn(learned, **given).smiles) == pytest.approx(expected, abs=0.05)


@pytest.mark.slow
def test_labels_stay_as_frequent_and_means_are_right_with_them():
    codec = Molecules.of(SMILES).codec_class()
    short = np.array([len(codec._split(Molecule(text))) < LONG for text in SMILES])
    assert 0.3 < short.mean() < 0.7
    kind, codec, library = learn(SMILES, LESS, np.where(short, "short", "long"))
    places = np.random.default_rng(1).choice(2, 1500, p=codec.layout.proportions)
    smiles = drawn((kind, codec, library), places=places).smiles
    assert aromatic(smiles) == pytest.approx(0.5, abs=0.05)


def test_the_tilt_is_saved_and_the_seed_decides(learned):
    kind, codec, library = learned
    again = kind_from_dict("molecules", json.loads(json.dumps(kind.to_dict())))
    assert drawn(learned, n=300).smiles == drawn((again, codec, library), n=300).smiles
    assert drawn(learned, n=300).smiles != drawn(learned, n=300, seed=1).smiles
    assert not any(text in json.dumps(kind.to_dict()) for text in SMILES if len(text) > 6)


@pytest.mark.slow
@pytest.mark.parametrize("n", [50, 1000])
def test_noise_is_left_alone(n):
    """Of a sample of what the library draws less is corrected than a third of what its error would move."""
    values, rng = properties(read_molecules(SMILES), CORRECTED), np.random.default_rng(0)
    moved = []
    for _ in range(5):
        moments = Moments.of(values[rng.integers(len(SMILES), size=n)], n)
        tilt = PropertyTilt.of(moments, read_molecules(SMILES * 4), np.zeros(4 * len(SMILES), int), 1)
        if tilt is None:
            moved.append(0)
            continue
        squares = [(values - tilt.means) ** 2] if tilt.spreads else []
        moved.append(tilt.tilt.ratio(np.column_stack([values, *squares, np.ones(len(SMILES))])).var())
    assert np.mean(moved) < len(CORRECTED) * 2 / n / 3


def test_too_few_valid_ones_teach_nothing():
    kind, *_ = learn(SMILES, [*["C(C"] * 99, "CC"])
    assert kind.tilt is None


@pytest.mark.slow
def test_what_the_bounds_do_not_allow_is_approached():
    few = SMILES[:4] + SMILES[90:]
    kind, codec, library = learn(SMILES, few)
    tilt = PropertyTilt.from_dict(kind.tilt)
    assert not tilt.tilt.reached and not tilt.spreads and tilt.tilt.most == MOST
    result = drawn((kind, codec, library))
    assert aromatic(few) + 0.01 < aromatic(result.smiles) < 0.2
    assert result.n_kept / result.n_accepted > 0.95 / MOST


def test_everything_is_kept_now_and_then(learned):
    """However unlikely the tilt makes it: a rare thing that is asked for takes no more than six draws each."""
    tilt = PropertyTilt.from_dict(learned[0].tilt)
    steep = dataclasses.replace(tilt, tilt=dataclasses.replace(tilt.tilt, intercept=-1000.0))
    kept = steep.keeps(read_molecules(["CCO"] * 4000), np.zeros(4000, int), np.random.default_rng(0))
    assert kept.mean() == pytest.approx(tilt.tilt.least / tilt.tilt.most, abs=0.03)
