"""Pieces go into MIDI files and come back; what files hold besides notes, and what is no piece, is named."""

import pathlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augment import read_music, write_music
from augment.music import marking
from augment.music.grid import voices_of
from augment.provenance import SOURCES
from augment.verification import verify

symusic = pytest.importorskip("symusic", reason="the extra [music] is not installed")
URI = SOURCES["generated"]


@st.composite
def pieces(draw):
    """Pieces in which each voice has a note, since a track without one does not come back."""
    n_voices = draw(st.integers(1, 4))
    step = st.lists(st.one_of(st.just(-1), st.integers(0, 127)), min_size=n_voices, max_size=n_voices)
    piece = np.array(draw(st.lists(step, min_size=1, max_size=20)))
    piece[draw(st.integers(0, len(piece) - 1))] = draw(
        st.lists(st.integers(0, 127), min_size=n_voices, max_size=n_voices)
    )
    return piece


@settings(max_examples=60)
@given(piece=pieces(), step=st.sampled_from(["half", "quarter", "8th", "16th", "32nd"]), tempo=st.integers(4, 1000))
def test_pieces_come_back_from_files(tmp_path_factory, piece, step, tempo):
    path = tmp_path_factory.mktemp("music") / "piece.mid"
    assert write_music(piece, path, step=step, tempo=tempo) == ["piece.mid"]
    (again,) = read_music(path, step=step)
    assert np.array_equal(again, piece) and again.dtype == piece.dtype


def test_a_folder_is_whole_marked_and_in_order(tmp_path):
    melodies = [np.array([60 + number, -1]) for number in range(11)]
    names = write_music(melodies, tmp_path / "new", seed=3)
    assert names[:2] == ["00.mid", "01.mid"] and [piece[0, 0] for piece in read_music(tmp_path / "new")] == [
        *range(60, 71)
    ]
    statement = verify(tmp_path / "new")
    assert statement["ok"] and len(statement["files"]) == 11
    first = statement["files"][0]
    assert first["digital_source_type"] == URI and first["said_by"][0] == "MIDI text" and first["seed"] == 3
    write_music(melodies[:2], tmp_path / "new", source="varied")
    assert len(read_music(tmp_path / "new")) == 2
    (tmp_path / "new" / "own.txt").write_text("mine")
    with pytest.raises(ValueError, match="already holds files"):
        write_music(melodies, tmp_path / "new")


def test_a_mark_can_be_left_out_and_a_changed_file_tells(tmp_path):
    write_music([[60, 62]], tmp_path / "real.mid", source=None)
    assert not verify(tmp_path / "real.mid")["files"][0]["marked"]
    write_music([[60, 62]], tmp_path / "new.mid")
    content = (tmp_path / "new.mid").read_bytes()
    (tmp_path / "new.mid").write_bytes(content.replace(b"\x90\x3c", b"\x90\x3d"))
    (statement,) = verify(tmp_path / "new.mid")["files"]
    assert statement["marked"] and statement["intact"] is False


def test_marks_of_any_length_are_read_back_and_nothing_else():
    score = symusic.Score(480)
    score.tracks.append(symusic.Track(name="a"))
    score.tracks[0].notes.append(symusic.Note(0, 120, 60, 80))
    plain = bytes(score.dumps_midi())
    assert marking.source_type(plain) is None
    for uri in ("x", "y" * 200, "z" * 20_000):
        content = marking.marked(plain, uri, "Augment 1")
        assert marking.source_type(content) == uri
        assert len(symusic.Score.from_midi(content).tracks[0].notes) == 1
    assert [marking.source_type(bytes_) for bytes_ in (b"", b"MThd", content[:25], b"PNG" * 9)] == [None] * 4


def midi(tracks, tpq=480, tempos=(), drums=()):
    """The bytes of a file with these tracks of notes (start, duration, pitch), in ticks."""
    score = symusic.Score(tpq)
    score.tempos.extend([symusic.Tempo(time, qpm=float(qpm)) for time, qpm in tempos])
    for notes, is_drum in [*((notes, False) for notes in tracks), *((notes, True) for notes in drums)]:
        track = symusic.Track(is_drum=is_drum)
        track.notes.extend([symusic.Note(*note, 80) for note in notes])
        score.tracks.append(track)
    return bytes(score.dumps_midi())


def read(tmp_path, content, **options):
    path = pathlib.Path(tmp_path, "one.mid")
    path.write_bytes(content)
    return read_music(path, **options)[0].tolist()


def test_changes_of_tempo_do_not_matter(tmp_path):
    notes = [[(0, 480, 60), (480, 960, 62)]]
    steady = read(tmp_path, midi(notes), step="quarter")
    assert (
        read(tmp_path, midi(notes, tempos=[(0, 60), (240, 200), (700, 33)]), step="quarter")
        == steady
        == [[60], [62], [62]]
    )


def test_drums_are_left_out_and_said(tmp_path):
    content = midi([[(0, 480, 60)]], drums=[[(0, 10, 36), (2000, 10, 36)]])
    with pytest.warns(UserWarning, match="Drums were left out of 1 files of .*one.mid"):
        assert read(tmp_path, content, step="quarter") == [[60]]
    with pytest.raises(ValueError, match="it has no notes but those of drums"):
        read(tmp_path, midi([], drums=[[(0, 10, 36)]]))


def test_one_track_of_chords_is_split_from_the_top(tmp_path):
    chords = [(0, 960, 48), (0, 480, 64), (480, 480, 67), (480, 480, 60)]
    assert read(tmp_path, midi([chords]), step="quarter") == [[64, 48, -1], [67, 60, 48]]
    assert read(tmp_path, midi([chords]), step="quarter", voices=4) == [[64, 48, -1, -1], [67, 60, 48, -1]]
    with pytest.raises(ValueError, match="it has 3 voices, more than voices=2"):
        read(tmp_path, midi([chords]), voices=2)
    hands = midi([[(0, 480, 72), (480, 480, 74)], [(0, 960, 48), (0, 480, 52)]])
    assert read(tmp_path, hands, step="quarter") == [[72, 52, 48], [74, 48, -1]]


def test_short_chords_are_chords(tmp_path):
    chords = [(0, 200, 60), (0, 200, 64), (480, 200, 62), (490, 180, 65)]  # staccato, and the last not quite together
    assert read(tmp_path, midi([chords]), step="quarter") == [[64, 60], [65, 62]]
    assert read(tmp_path, midi([[(0, 0, 60), (0, 0, 64)]])) == [[64, 60]]
    runs = [(0, 110, 60), (100, 110, 62), (480, 240, 64), (480, 240, 64)]  # legato of short notes, and one struck twice
    assert read(tmp_path, midi([runs]), step="quarter") == [[62], [64]]


def test_played_notes_are_put_on_the_grid(tmp_path):
    played = [(7, 130, 60), (118, 100, 62), (245, 5, 64), (350, 130, 65)]  # 16ths of 120 ticks, legato and late
    assert read(tmp_path, midi([played])) == [[60], [62], [64], [65]]
    for tpq in (96, 100, 1):
        assert read(tmp_path, midi([[(0, tpq, 60), (tpq, tpq, 62)]], tpq=tpq), step="quarter") == [[60], [62]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b"\x89PNG and so on", "it is no MIDI file"),
        (b"MThd\0\0\0\6", "it is damaged or ends too early"),
        (None, "it is damaged or ends too early"),
        ("no ticks", "it is damaged or ends too early"),
        ("silent", "it has no notes"),
        ("endless", "it has .* steps, more than 200,000"),
    ],
)
def test_files_that_cannot_be_read_are_named(tmp_path, content, message):
    whole = midi([[(0, 480, 60), (480, 480, 60)]])
    made = {
        None: whole[:-12],
        "no ticks": whole[:12] + bytes(2) + whole[14:],
        "silent": midi([[]]),
        "endless": midi([[(100_000_000, 480, 60)]]),
    }
    (tmp_path / "bad.mid").write_bytes(content if isinstance(content, bytes) else made[content])
    with pytest.raises(ValueError, match=f"Cannot read .*bad.mid: {message}"):
        read_music(tmp_path)
    (tmp_path / "good.MIDI").write_bytes(whole)
    with pytest.warns(UserWarning, match=f"1 files of .* were left out: .*bad.mid: {message}"):
        assert len(read_music(tmp_path, on_error="skip")) == 1


def test_a_folder_may_hold_folders_and_links_to_nothing(tmp_path):
    write_music([[60, 62]], tmp_path / "tune.mid")
    (tmp_path / "parts.mid").mkdir()
    assert len(read_music(tmp_path)) == 1
    (tmp_path / "gone.mid").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="Cannot read .*gone.mid: it cannot be opened"):
        read_music(tmp_path)
    with pytest.warns(UserWarning, match="gone.mid: it cannot be opened"):
        assert len(read_music(tmp_path, on_error="skip")) == 1


@pytest.mark.parametrize("voices", [0, -1, 2.5, "four"])
def test_voices_are_a_number(tmp_path, voices):
    write_music([[60, 62]], tmp_path / "tune.mid")
    with pytest.raises(ValueError, match="voices must be an integer of at least 1, or None. Received: voices="):
        read_music(tmp_path, voices=voices)


def test_both_endings_are_files(tmp_path):
    assert write_music([[60, 62]], tmp_path / "tune.midi") == ["tune.midi"]
    assert (tmp_path / "tune.midi").is_file() and len(read_music(tmp_path)) == 1
    assert verify(tmp_path / "tune.midi")["files"][0]["intact"]


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no folder or file"):
        read_music(tmp_path / "none")
    with pytest.raises(ValueError, match="holds no MIDI files"):
        read_music(tmp_path)
    (tmp_path / "a.mid").write_bytes(b"")
    with pytest.warns(UserWarning, match="left out"), pytest.raises(ValueError, match="None of the 1 MIDI files"):
        read_music(tmp_path, on_error="skip")


@pytest.mark.parametrize(
    ("pieces", "options", "message"),
    [
        ([[60, 128]], {}, "Piece 0 has 128 at step 1: pitches are whole numbers from 0 to 127"),
        ([[60], [60.5]], {}, "Piece 1 has 60.5 at step 0"),
        ([[np.nan]], {}, "Piece 0 has missing values: silence is -1"),
        ([np.zeros((2, 2, 2))], {}, r"Piece 0 must have the shape \(time, voices\)"),
        ([np.zeros((1, 16))], {}, "Piece 0 has 16 voices; a MIDI file has 15 at most"),
        ([], {}, "Expected at least one piece; got 0"),
        ([[60]], {"tempo": 0}, "tempo must be a number from 4 to 1000"),
        ([[60]], {"step": "5th"}, "step must be one of 'half', 'quarter'"),
        ([[60]], {"source": "heard"}, "source must be one of"),
        ([[60]], {"parents": ["a"]}, "give source='varied'"),
    ],
)
def test_bad_pieces_are_named(tmp_path, pieces, options, message):
    with pytest.raises(ValueError, match=message):
        write_music(pieces, tmp_path / "new", **options)
    assert not (tmp_path / "new").exists()


def test_words_are_no_piece(tmp_path):
    with pytest.raises(TypeError, match="Piece 0 must be numbers"):
        write_music(["do re mi"], tmp_path / "new")
    with pytest.raises(ValueError, match="Expected one piece for a .mid file, or a folder for several; got 2"):
        write_music([[60], [62]], tmp_path / "new.mid")
    with pytest.raises(ValueError, match="on_error must be 'raise' or 'skip'"):
        read_music(tmp_path, on_error="ignore")


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "symusic", None)
    with pytest.raises(ImportError, match=r'pip install "augment-toolkit\[music\]"'):
        read_music(tmp_path)
    with pytest.raises(ImportError, match=r'pip install "augment-toolkit\[music\]"'):
        write_music([[60]], tmp_path / "new")


def test_silence_at_the_end_and_throughout(tmp_path):
    piece = np.array([[-1, -1], [60, -1], [-1, -1], [-1, -1]])
    write_music(piece, tmp_path / "a.mid")
    assert np.array_equal(read_music(tmp_path / "a.mid", voices=2)[0], piece)
    write_music(np.zeros((0, 2), int), tmp_path / "b.mid")
    with pytest.raises(ValueError, match="b.mid: it has no notes"):
        read_music(tmp_path / "b.mid")


def test_a_note_has_at_least_one_step():
    assert voices_of([np.array([[0.0, 0.2, 60], [1.0, 1.0, 62]])]).tolist() == [[60], [62]]
