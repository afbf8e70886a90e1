"""The audit of music: pitches and intervals, what is transposed, and piano rolls."""

import numpy as np
import pytest
from sequence_makers import of, prepared

from augment.auditing.sequences.examples import EXAMPLES
from augment.auditing.sequences.music import COLOURS, roll
from augment.auditing.sequences.runs import RUNS
from augment.auditing.sequences.transitions import TRANSITIONS


def walks(n, seed, up=0, lengths=(10, 30)):
    """Two voices a fifth apart, the upper one of a random walk on the white keys; some steps are silent."""
    rng, keys, pieces = np.random.default_rng(seed), np.array([0, 2, 4, 5, 7, 9, 11]), []
    for length in rng.integers(*lengths, n):
        degrees = np.clip(30 + rng.integers(-1, 2, length).cumsum(), 20, 40)
        upper = 12 + 12 * (degrees // 7) + keys[degrees % 7] + up
        piece = np.stack([upper, upper - 7], axis=1)
        piece[rng.random(length) < 0.1] = -1
        pieces.append(piece)
    return pieces


def test_channels_are_voices_and_their_intervals():
    data = prepared(walks(20, 0), walks(20, 1), kind="music")
    assert [channel.name for channel in data.channels] == ["voice 0", "voice 1", "interval 0-1"]
    assert set(data.channels[2].labels) == {"7", "silent"}
    line = prepared([piece[:, 0] for piece in walks(20, 0)], [piece[:, 0] for piece in walks(20, 1)], kind="music")
    assert [channel.name for channel in line.channels] == ["voice 0"]


def test_music_of_another_key_moves_otherwise_and_of_the_same_does_not():
    same = of(TRANSITIONS, prepared(walks(80, 0), walks(80, 1), walks(80, 2), kind="music"))
    other = of(TRANSITIONS, prepared(walks(80, 0), walks(80, 1, up=3), walks(80, 2), kind="music"))
    name = "fidelity.transitions.worst"
    assert same[name].verdict != "FAIL" and other[name].verdict == "FAIL"


def test_copied_stretches_are_found():
    train, holdout = walks(60, 0), walks(60, 2)
    fresh = of(RUNS, prepared(train, walks(60, 1), holdout, kind="music"))
    copied = of(RUNS, prepared(train, [piece[:9] for piece in train], holdout, kind="music"))
    assert fresh["privacy.runs"].verdict != "FAIL" and copied["privacy.runs"].value > fresh["privacy.runs"].value + 0.2


def test_other_numbers_of_voices_and_what_is_no_piece_are_named():
    with pytest.raises(ValueError, match="Piece 0 of synthetic has 1 voices, and the first of train has 2"):
        prepared(walks(20, 0), [piece[:, 0] for piece in walks(20, 1)], kind="music")
    with pytest.raises(ValueError, match="Piece 0 of train has 200 at step 0"):
        prepared([np.array([[200, 60]])] * 12, walks(12, 0), kind="music")
    with pytest.raises(TypeError, match="train must be pieces"):
        prepared("a tune", walks(12, 0), kind="music")


def test_a_roll_has_each_note_where_it_sounds():
    pixels = roll(np.array([[62, 60], [-1, 60]]))
    assert pixels.shape == (6, 4, 3)
    assert (pixels[0, 0] == COLOURS[0]).all() and (pixels[0, 2] == 255).all()
    assert (pixels[4] == COLOURS[1]).all()
    assert roll(np.full((3, 1), -1)).min() == 255


def test_rolls_are_shown():
    (chart,) = of(EXAMPLES, prepared(walks(20, 0), walks(20, 1), kind="music"))["fidelity.examples"].evidence["charts"]
    assert len(chart["panels"][0]["pictures"]) == 6 and chart["row_level"]
