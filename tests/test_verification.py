"""What was written says so; what was changed, stored anew or not marked does not pass; no note is believed blindly."""

import json
import shutil
import struct

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import augment
from augment import LabelParity, cli, files, write_images
from augment.pictures.marking import marked
from augment.provenance import SOURCES, note_path, write_note
from augment.verification import verify

X = np.random.default_rng(0).integers(0, 256, (4, 8, 6), "uint8")
Y = [3, 3, 7, 7]


@pytest.fixture
def folder(tmp_path):
    write_images(X, tmp_path / "new", Y, seed=11, source="varied", parents=["a.png", "b.png", "c.png", "d.png"])
    return tmp_path / "new"


def only(path):
    (statement,) = verify(path)["files"]
    return statement


def store_anew(path):
    with Image.open(path) as image:
        pixels = np.asarray(image)
    Image.fromarray(pixels).save(path)


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_what_was_written_is_marked_and_unchanged(tmp_path, kind):
    names = write_images(X, tmp_path / "new", Y, kind=kind)
    result = verify(tmp_path / "new")
    assert result["ok"]
    assert [file["file"] for file in result["files"]] == [str(tmp_path / "new" / name) for name in names]
    assert all(file["marked"] and file["intact"] for file in result["files"])


def test_a_file_tells_all_that_is_known_of_it(folder):
    assert only(folder / "7" / "3.png") == {
        "file": str(folder / "7" / "3.png"),
        "marked": True,
        "intact": True,
        "digital_source_type": SOURCES["varied"],
        "said_by": ["XMP", str(folder / "synthetic.json")],
        "tool": {"name": "augment", "version": augment.__version__},
        "seed": 11,
        "parents": ["d.png"],
    }


def test_a_picture_stored_anew_is_no_longer_marked(folder, tmp_path):
    store_anew(folder / "7" / "3.png")
    statement = only(folder / "7" / "3.png")
    assert (statement["marked"], statement["intact"], statement["said_by"]) == (False, False, [])
    assert [file["intact"] for file in verify(folder)["files"]] == [True, True, True, False]
    shutil.copy(folder / "7" / "3.png", tmp_path / "alone.png")
    assert (only(tmp_path / "alone.png")["marked"], only(tmp_path / "alone.png")["intact"]) == (False, None)


def test_a_picture_alone_is_marked_though_nothing_is_known_to_compare_with(folder, tmp_path):
    shutil.copy(folder / "7" / "3.png", tmp_path / "alone.png")
    result = verify(tmp_path / "alone.png")
    assert result["ok"]
    assert result["files"][0]["intact"] is None


def test_another_picture_with_a_mark_of_its_own_is_changed(folder):
    shutil.copy(folder / "3" / "0.png", folder / "3" / "1.png")
    statement = only(folder / "3" / "1.png")
    assert (statement["marked"], statement["intact"]) == (True, False)
    assert not verify(folder)["ok"]


def test_files_that_are_missing_and_files_that_came_later(folder):
    (folder / "3" / "0.png").unlink()
    Image.fromarray(X[0]).save(folder / "3" / "9.png")
    (folder / "readme.txt").write_text("passed over")
    result = verify(folder)
    found = {file["file"].rsplit("/", 1)[-1]: file for file in result["files"]}
    assert set(found) == {"0.png", "1.png", "2.png", "3.png", "9.png"}
    assert found["0.png"]["missing"]
    assert (found["9.png"]["marked"], found["9.png"]["intact"]) == (False, None)
    assert not result["ok"]


def test_a_folder_of_folders(tmp_path):
    (tmp_path / "all").mkdir()
    write_images(X, tmp_path / "all" / "labelled", Y)
    write_images(X, tmp_path / "all" / "flat")
    write_images(X, tmp_path / "all" / "array.npz")
    result = verify(tmp_path / "all")
    assert result["ok"]
    assert len(result["files"]) == 9
    assert all(file["intact"] for file in result["files"])


def test_an_array_is_marked_by_its_note_alone(tmp_path):
    write_images(X / 255, tmp_path / "a.npz", seed=2)
    statement = only(tmp_path / "a.npz")
    assert (statement["marked"], statement["intact"], statement["seed"]) == (True, True, 2)
    assert statement["said_by"] == [str(tmp_path / "a.npz.synthetic.json")]
    np.savez(tmp_path / "a.npz", X=X)
    assert (only(tmp_path / "a.npz")["marked"], only(tmp_path / "a.npz")["intact"]) == (False, False)


@pytest.mark.parametrize("older", [False, True])
def test_a_table_and_its_note(tmp_path, older):
    frame = pd.DataFrame({"sex": ["f", "m"], "income": ["low", "high"]})
    files.write(frame, tmp_path / "new.csv")
    assert not verify(tmp_path / "new.csv")["ok"]
    write_note(tmp_path / "new.csv", frame, LabelParity("sex", target="income"))
    note = json.loads(note_path(tmp_path / "new.csv").read_text())
    assert note["digitalSourceType"] == SOURCES["generated"]
    if older:  # such notes named no source type
        del note["digitalSourceType"]
        note_path(tmp_path / "new.csv").write_text(json.dumps(note))
    statement = only(tmp_path / "new.csv")
    assert (statement["marked"], statement["intact"]) == (True, True)
    assert "LabelParity" in statement["fairness"]["note"]


@pytest.mark.parametrize("note", ["", "[]", "null", "{}", '{"sha256": 3}', '{"files": 3}', "\x00", "[" * 100_000])
def test_a_note_that_is_none_tells_nothing(folder, note):
    for name in (folder / "synthetic.json", folder / "3" / "0.png.synthetic.json"):
        name.write_text(note)
    statement = only(folder / "3" / "0.png")
    assert statement["marked"]
    assert statement["said_by"] == ["XMP"]
    verify(folder)


def test_a_picture_of_a_camera_is_not_synthetic(folder):
    content = (folder / "3" / "0.png").read_bytes()
    (folder / "synthetic.json").unlink()
    uri = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    (folder / "3" / "0.png").write_bytes(marked(content, uri, "camera"))
    statement = only(folder / "3" / "0.png")
    assert (statement["marked"], statement["digital_source_type"]) == (False, uri)


def glb(tree):
    body = json.dumps(tree).encode()
    return struct.pack("<4sII", b"glTF", 2, 20 + len(body)) + struct.pack("<I4s", len(body), b"JSON") + body


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (glb({"asset": {"version": "2.0", "extras": {"digitalSourceType": SOURCES["generated"]}}}), True),
        (glb({"asset": {"version": "2.0"}}), False),
        (glb([]), False),
        (b"glTF", False),
        (b"", False),
    ],
)
def test_meshes_name_it_in_their_extras(tmp_path, content, said):
    (tmp_path / "a.glb").write_bytes(content)
    statement = only(tmp_path / "a.glb")
    assert statement["marked"] is said
    assert statement["said_by"] == (["GLB extras"] if said else [])


def test_wavefront_files_name_it_in_a_comment(tmp_path):
    (tmp_path / "a.obj").write_text(f"# DigitalSourceType: {SOURCES['procedural']}\nv 0 0 0\n")
    assert only(tmp_path / "a.obj")["digital_source_type"] == SOURCES["procedural"]
    (tmp_path / "a.obj").write_text("v 0 0 0\n")
    assert not only(tmp_path / "a.obj")["marked"]


def test_nothing_to_verify(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file or folder"):
        verify(tmp_path / "none")
    with pytest.raises(ValueError, match="holds no file that could be marked"):
        verify(tmp_path)


def test_the_command_tells_a_file_in_one_line(folder, capsys):
    assert cli.main(["verify", str(folder / "7" / "2.png")]) == 0
    assert capsys.readouterr().out == (
        f"{folder}/7/2.png: marked as compositeWithTrainedAlgorithmicMedia; so says XMP and {folder}/synthetic.json; "
        f"unchanged; made by augment {augment.__version__}; seed 11; from c.png\n"
    )
    store_anew(folder / "7" / "2.png")
    assert cli.main(["verify", str(folder / "7" / "2.png")]) == 1
    assert "2.png: not marked; changed since it was written\n" in capsys.readouterr().out


def test_places_are_told_as_the_path_is_given(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert only("new/3/0.png")["said_by"] == ["XMP", "new/synthetic.json"]
    assert verify("new")["files"][0]["said_by"] == ["XMP", "new/synthetic.json"]


def test_a_note_of_other_kinds_of_values_is_still_told(folder, capsys):
    note = json.loads((folder / "synthetic.json").read_text())
    note |= {"tool": "x", "seed": [1], "fairness": 3, "digitalSourceType": [4]}
    note["files"]["3/0.png"]["parents"] = {"a": 1}
    (folder / "synthetic.json").write_text(json.dumps(note))
    assert cli.main(["verify", str(folder / "3" / "0.png")]) == 0
    assert "unchanged; seed [1]\n" in capsys.readouterr().out
    write_images(X / 255, folder.parent / "a.npz")
    path = folder.parent / "a.npz.synthetic.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"digitalSourceType": [4]}))
    assert cli.main(["verify", str(folder.parent / "a.npz")]) == 0
    assert "marked as synthetic" in capsys.readouterr().out


def test_the_command_tells_the_faults_of_a_folder(folder, capsys):
    assert cli.main(["verify", str(folder)]) == 0
    assert capsys.readouterr().out == (
        "4 files: 4 marked (compositeWithTrainedAlgorithmicMedia), 4 compared with a note and unchanged; all are "
        "marked and none was changed.\n"
    )
    store_anew(folder / "3" / "0.png")
    (folder / "3" / "1.png").unlink()
    assert cli.main(["verify", str(folder)]) == 1
    first, second, last = capsys.readouterr().out.splitlines()
    assert first.endswith("3/0.png: not marked; changed since it was written")
    assert second.endswith("3/1.png: missing, though the manifest lists it")
    assert last.startswith("4 files: 2 marked")
    assert cli.main(["verify", str(folder), "--quiet"]) == 1
    assert capsys.readouterr().out == ""


def test_the_command_gives_json_and_code_2(folder, tmp_path, capsys):
    assert cli.main(["verify", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == verify(folder)
    assert cli.main(["verify", str(tmp_path / "none")]) == 2
    assert "There is no file or folder" in capsys.readouterr().err
