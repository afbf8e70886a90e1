"""Molecules are drawn again until they are as asked: with a library in place of a network, so that shares are known."""

import numpy as np
import pytest

from augment.chemistry.properties import properties
from augment.chemistry.reading import canonical, part_of, read_molecules
from augment.codecs.molecules import Molecule
from augment.synthesizers.molecules import Molecules

VALID = ["CCO", "CCCN", "OCCCC", "CC1=CC=NC=C1", "C1=CC=NC=C1CC", "CC(=O)[O-].[Na+]"]
INVALID = ["CC1", "C(C"]


class Library:
    """Draws strings from a list, each as likely as the others, of those that begin so, or the beginning."""

    def __init__(self, codec, texts):
        self.n_tokens, self.own, self.asked = len(codec.vocabulary), codec.begun([Molecule(text) for text in texts]), []

    def noise(self, n, rng):
        return rng.integers(2**62, size=n)

    def transport(self, noise, condition):
        self.asked.append(condition)
        return [self._one(*pair) for pair in zip(noise, condition.prompts, strict=True)]

    def _one(self, number, prompt):
        told, begun = prompt[prompt > self.n_tokens], prompt[prompt <= self.n_tokens]
        fitting = [own for own in self.own if np.array_equal(own[: len(begun)], begun)] or [begun]
        return np.concatenate([told, fitting[number % len(fitting)]])


@pytest.fixture(scope="module")
def kind_and_codec():
    kind = Molecules.of(VALID)
    molecules, _ = kind.to_learn(VALID)
    return kind, kind.codec_class().fit((molecules, None))


def drawn(kind_and_codec, n, texts=(*VALID, *INVALID), seed=0, **given):
    kind, codec = kind_and_codec
    library = Library(codec, texts)
    known = kind.ask(codec, np.zeros(n, int), **given)
    return kind.draw(library, codec, known, np.random.default_rng(seed)), library


def test_invalid_ones_are_drawn_again_and_counted(kind_and_codec):
    result, library = drawn(kind_and_codec, 2000)
    assert len(result.smiles) == 2000 and set(result.smiles) == {canonical(m) for m in read_molecules(VALID)}
    assert result.n_valid / result.n == pytest.approx(6 / 8, abs=0.03)
    assert result.n < 1.3 * 2000 * 8 / 6
    counts = np.unique(result.smiles, return_counts=True)[1]
    assert counts / 2000 == pytest.approx(np.full(6, 1 / 6), abs=0.03)
    codec = kind_and_codec[1]
    assert all(prompt.tolist() == [codec.canonical] for prompt in library.asked[0].prompts)


def test_raw_ones_are_what_was_written(kind_and_codec):
    result, _ = drawn(kind_and_codec, 800, valid_only=False)
    assert set(result.smiles) == {*VALID, *INVALID} and result.n == 800
    assert np.mean([text in INVALID for text in result.smiles]) == pytest.approx(1 - result.n_valid / 800)


def test_ranges_are_exact_and_told(kind_and_codec):
    result, library = drawn(kind_and_codec, 50, condition={"weight": (55, 65), "logp": (-1, 3)})
    values = properties(read_molecules(result.smiles), ["weight", "logp"])
    assert set(result.smiles) == {"CCCN"} and 55 <= values[0, 0] <= 65
    codec = kind_and_codec[1]
    prompts = np.array(library.asked[0].prompts)
    assert prompts.shape == (50, 3) and set(prompts[:, 2]) == {codec.canonical}
    first, last = np.searchsorted(codec.controls.edges["weight"], [55, 65], side="right")
    bins = prompts[:, 1] - codec.told(["weight"], np.zeros((1, 1), int))[0, 0]
    assert bins.min() >= first and bins.max() <= last
    assert library.asked[0].max_length == codec.longest + 3  # what is told does not count


def test_molecules_begin_with_the_part_and_have_it(kind_and_codec):
    result, library = drawn(
        kind_and_codec, 30, texts=[*VALID, "C1=CC=NC=C1"], condition={"substructure": "C1=CC=NC=C1"}
    )
    assert set(result.smiles) == {"CCc1cccnc1", "c1ccncc1"}
    assert all(m.HasSubstructMatch(part_of("c1ccncc1")) for m in read_molecules(result.smiles))


def test_a_part_begins_in_those_ways_of_writing_it_that_are_known():
    smiles = ["CC=O", "CCC=O", "CCCC=O"]
    kind = Molecules.of(smiles, notation="selfies")
    codec = kind.codec_class().fit((kind.to_learn(smiles)[0], None))  # [C] and [=O], and no [O] and [=C]
    library = Library(codec, ["[C][=O]", "[C][C][=O]"])
    known = kind.ask(codec, np.zeros(4, int), condition={"substructure": "C=O"})
    assert set(kind.draw(library, codec, known, np.random.default_rng(0)).smiles) == {"C=O"}
    known = kind.ask(codec, np.zeros(4, int), condition={"substructure": "CN"})
    with pytest.raises(ValueError, match=r"substructure has the token '\[N\]', which none of the fitted"):
        kind.draw(library, codec, known, np.random.default_rng(0))


def test_what_begins_with_a_prompt_stays_as_it_is_written(kind_and_codec):
    result, library = drawn(kind_and_codec, 2, prompt=["OC", "C1"])
    assert result.smiles == ["OCCCC", "C1=CC=NC=C1CC"]
    assert {prompt[0] for prompt in library.asked[0].prompts} == {kind_and_codec[1].shuffled}


@pytest.mark.slow
def test_what_none_fulfils_is_given_up(kind_and_codec):
    with pytest.raises(ValueError, match=r"Only 0 of [\d,]+ molecules drawn, 0.00%, have qed from 0.99 to 1: widen"):
        drawn(kind_and_codec, 3, condition={"qed": (0.99, 1)})
    with pytest.raises(ValueError, match=r"Only 0 of [\d,]+ molecules drawn are valid: fit longer"):
        drawn(kind_and_codec, 3, texts=INVALID)
    with pytest.raises(ValueError, match="have weight from 0 to 1 and the part CN: widen"):
        drawn(kind_and_codec, 3, texts=["CN"], condition={"weight": (0, 1), "substructure": "CN"})


def test_what_is_cut_is_counted(kind_and_codec):
    result, _ = drawn(kind_and_codec, 400, valid_only=False, max_length=4)
    assert max(len(text) for text in result.smiles) == 4
    n_long = sum(len(own) > 4 for own in kind_and_codec[1].begun([Molecule(t) for t in (*VALID, *INVALID)]))
    assert result.n_cut / 400 == pytest.approx(n_long / 8, abs=0.08)
    assert f"{result.n_cut} were cut at max_length" in str(result)
