"""The piano roll: a bar for each note, where and as long as it sounds."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from augment.auditing.piano_roll import COLOURS, PITCH, STEP, piano_roll

SVG = "{http://www.w3.org/2000/svg}"


def bars(picture):
    """Start, end, semitones below the top, and colour of each bar."""
    number = {"x": STEP, "y": PITCH}
    return [
        (
            int(bar.get("x")) / number["x"],
            (int(bar.get("x")) + int(bar.get("width")) + 1) / number["x"],
            int(bar.get("y")) / number["y"],
            bar.get("fill"),
        )
        for bar in ElementTree.fromstring(picture).iter(f"{SVG}rect")
    ]


def test_each_note_is_a_bar():
    picture = piano_roll(np.array([[67, 60], [67, 62], [-1, 62], [65, 62], [65, -1]]))
    assert bars(picture) == [
        (0, 2, 0, COLOURS[0]),
        (3, 5, 2, COLOURS[0]),
        (0, 1, 7, COLOURS[1]),
        (1, 4, 5, COLOURS[1]),
    ]
    assert "5 steps, voices: 2, notes: 4, from C4 to G4" in picture
    assert len(re.findall("<line", picture)) == 1  # the middle C


@pytest.mark.parametrize("piece", [[], [-1, -1], np.zeros((0, 4))])
def test_no_notes_are_said(piece):
    picture = piano_roll(piece, title="a & b")
    assert not bars(picture) and f"{len(piece)} steps, no notes" in picture and "a &amp; b" in picture


def test_lines_of_one_voice_and_many_voices():
    assert bars(piano_roll([60, 60, 61])) == [(0, 2, 1, COLOURS[0]), (2, 3, 0, COLOURS[0])]
    assert {bar[3] for bar in bars(piano_roll([range(60, 68)]))} == set(COLOURS)
    with pytest.raises(ValueError, match="The piece has 200 at step 1"):
        piano_roll([60, 200])
