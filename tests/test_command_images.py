"""The command on pictures: folders and `.npz` files go in, marked ones and reports come out, bad files are named."""

import json
import re
import shutil
import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import augment
from augment import cli, read_images, write_images
from augment.synthesizers.image import ImageSynthesizer
from augment.training import plan

RNG = np.random.default_rng(0)


class Repeater:
    """Stands in for ImageSynthesizer: gives the images it was fitted on."""

    asked = []

    def __init__(self, model, **params):
        Repeater.asked.append((model, params))

    def fit(self, X, y=None):
        self.X, self.y = X, y
        return self

    @property
    def codec_(self):
        codec = ImageSynthesizer._codec_class("vectors", 2)
        return codec.fit((self.X, self.y)) if self.y is not None else codec.fit((self.X, None))

    @property
    def classes_(self):
        if self.y is None:
            raise AttributeError
        return np.unique(self.y)

    def generate(self, n_samples=None, *, condition=None, random_state=None):
        Repeater.asked.append((n_samples, condition, random_state))
        keep = np.arange(len(self.X) if n_samples is None else n_samples) % len(self.X)
        return self.X[keep] if self.y is None else (self.X[keep], self.y[keep])

    def save(self, path):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("manifest.json", json.dumps({"class": "ImageSynthesizer"}))
            archive.writestr(
                "X", json.dumps([self.X.tolist(), self.X.dtype.str, None if self.y is None else self.y.tolist()])
            )

    @classmethod
    def load(cls, path):
        X, dtype, y = json.loads(zipfile.ZipFile(path).read("X"))
        return cls(None).fit(np.array(X, dtype), None if y is None else np.array(y))


@pytest.fixture
def repeater(monkeypatch):
    Repeater.asked = []
    monkeypatch.setattr(augment, "ImageSynthesizer", Repeater, raising=False)
    monkeypatch.setattr("augment._command_images.load_keras", lambda: None)
    return Repeater


@pytest.fixture
def folder(tmp_path):
    X = RNG.integers(0, 256, (24, 8, 6), dtype="uint8")
    write_images(X, tmp_path / "real", np.repeat(["cat", "dog"], 12), source=None)
    return tmp_path / "real"


def failed(capsys, *arguments):
    assert cli.main([str(one) for one in arguments]) == 2
    return capsys.readouterr().err


def test_a_folder_becomes_a_marked_folder(repeater, folder, tmp_path, capsys):
    model, out = tmp_path / "m.augment", tmp_path / "new"
    assert cli.main(["fit", str(folder), "-o", str(model), "--seed", "1", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["images"], result["shape"], result["labels"]) == (24, [8, 6], ["cat", "dog"])
    assert repeater.asked[0] == ("flow", {"spatial_dims": 2, "time_limit": None, "verbose": 1, "random_state": 1})
    assert cli.main(["generate", str(model), "-n", "7", "-o", str(out), "--seed", "2", "--condition", "label=cat"]) == 0
    assert "Wrote 7 images" in capsys.readouterr().out
    assert repeater.asked[-1] == (7, {"label": ["cat"]}, 2)
    X, y, _ = read_images(out)
    assert X.shape == (7, 8, 6) and set(y) == {"cat"}
    manifest = json.loads((out / "synthetic.json").read_text())
    assert (manifest["seed"], len(manifest["files"])) == (2, 7)
    assert cli.main(["verify", str(out), "--quiet"]) == 0
    assert cli.main(["generate", str(model), "-o", str(out)]) == 0  # our own folder is replaced; a seed is noted
    assert isinstance(json.loads((out / "synthetic.json").read_text())["seed"], int)


def test_an_archive_becomes_an_archive_and_one_part_is_chosen(repeater, tmp_path, capsys):
    images = RNG.normal(size=(30, 8, 8)).astype("float32")
    np.savez(tmp_path / "a.npz", x_train=images[:20], x_test=images[20:])
    model, out = tmp_path / "m.augment", tmp_path / "new.npz"
    assert cli.main(["fit", f"{tmp_path}/a.npz:test", "-o", str(model), "--quiet"]) == 0
    assert cli.main(["generate", str(model), "-o", str(out), "--quiet"]) == 0
    np.testing.assert_array_equal(np.load(out)["X"], images[20:])
    assert cli.main(["verify", str(out), "--quiet"]) == 0
    error = failed(capsys, "generate", model, "-o", tmp_path / "pictures")
    assert "Picture files hold uint8 or uint16; X is float32" in error
    assert len(repeater.asked) == 4  # one fit, one load and generate, one load: refused before the work


def test_bad_places_and_wishes_are_refused_before_the_work(repeater, folder, tmp_path, capsys):
    model = tmp_path / "m.augment"
    assert cli.main(["fit", str(folder), "-o", str(model), "--quiet"]) == 0
    asked = len(repeater.asked)
    assert "already holds files, such as cat/" in failed(capsys, "generate", model, "-o", folder)
    assert "a folder or a .npz file; new.csv ends in '.csv'" in failed(capsys, "generate", model, "-o", "new.csv")
    assert "Cannot make the folder" in failed(capsys, "generate", model, "-o", tmp_path / "no" / "such")
    assert "Cannot write" in failed(capsys, "generate", model, "-o", tmp_path / "no" / "new.npz")
    error = failed(capsys, "generate", model, "-o", "x", "--fairness", "equal-cells:a,b")
    assert "--fairness goes with tables" in error
    assert len(repeater.asked) == asked
    error = failed(capsys, "generate", model, "-o", tmp_path / "x", "--condition", "label=cow")
    assert "there is no label 'cow'; the labels are cat, dog" in error
    assert "is label=VALUE" in failed(capsys, "generate", model, "-o", tmp_path / "x", "--condition", "sex=f")


def spoil(folder, name, content):
    (folder / name).write_bytes(content)


def test_a_damaged_file_is_named_and_the_rest_goes_on_if_asked(repeater, folder, tmp_path, capsys):
    whole = (folder / "cat" / "00.png").read_bytes()
    spoil(folder, "cat/bad.png", whole[: len(whole) // 2])
    assert "cat/bad.png" in failed(capsys, "fit", folder, "-o", tmp_path / "m.augment")
    with pytest.warns(UserWarning, match="1 files of .* were left out: cat/bad.png"):
        assert cli.main(["fit", str(folder), "-o", str(tmp_path / "m.augment"), "--skip-damaged"]) == 0
    assert "Learned 24 images" in capsys.readouterr().out


def test_sizes_that_differ_are_named_and_kinds_of_png_are_brought_together(repeater, folder, tmp_path, capsys):
    Image.fromarray(RNG.integers(0, 2, (8, 6), dtype="uint8").astype(bool)).save(folder / "cat" / "bits.png")
    Image.fromarray(RNG.integers(0, 256, (8, 6, 3), dtype="uint8")).quantize(16).save(folder / "dog" / "palette.png")
    assert cli.main(["fit", str(folder), "-o", str(tmp_path / "m.augment"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["shape"] == [8, 6, 3]
    Image.fromarray(np.zeros((9, 6), "uint8")).save(folder / "dog" / "tall.png")
    error = failed(capsys, "fit", folder, "-o", tmp_path / "m.augment")
    assert "cat/00.png has 8 x 6 pixels" in error and "dog/tall.png has 9 x 6 pixels" in error


@pytest.mark.parametrize(
    ("size", "words"),
    [((10_000, 64), "Images of 64 x 10000 pixels are too large .* 2.6 MB"), ((10_000, 10_000), "100 MB as an array")],
)
def test_huge_pictures_are_refused_with_the_memory(repeater, tmp_path, capsys, size, words):
    (tmp_path / "huge").mkdir()
    Image.new("L", size).save(tmp_path / "huge" / "a.png")
    error = failed(capsys, "fit", tmp_path / "huge", "-o", tmp_path / "m.augment")
    assert re.search(words, error)
    assert repeater.asked == []


def test_labels_come_from_a_table(repeater, folder, tmp_path, capsys):
    names = [f"cat/{i:02}.png" for i in range(12)]
    table = tmp_path / "labels.csv"
    pd.DataFrame({"file": names, "label": ["a", "b"] * 6}).to_csv(table, index=False)
    assert cli.main(["fit", str(folder), "-o", str(tmp_path / "m"), "--labels", str(table), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["images"], result["labels"]) == (12, ["a", "b"])
    pd.DataFrame({"file": [*names, "cat/99.png"], "label": ["a"] * 13}).to_csv(table, index=False)
    error = failed(capsys, "fit", folder, "-o", tmp_path / "m", "--labels", table)
    assert "labels.csv names cat/99.png in column 'file'" in error


def test_options_of_images_do_not_go_with_tables(tmp_path, capsys):
    pd.DataFrame({"a": range(30)}).to_csv(tmp_path / "t.csv", index=False)
    assert "--volumes goes with images" in failed(capsys, "fit", tmp_path / "t.csv", "-o", tmp_path / "m", "--volumes")
    error = failed(capsys, "audit", tmp_path / "t.csv", tmp_path / "t.csv", "--labels", "real=x.csv")
    assert "--labels goes with images" in error


# audit ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def sets(tmp_path):
    """Three folders of unlabelled pictures, and a table of an attribute of each of the first and the last."""
    for name in ("real", "new", "held"):
        X = RNG.integers(0, 256, (120, 8, 8), dtype="uint8")
        write_images(X, tmp_path / name, source="generated" if name == "new" else None)
        files = [f"{i:03}.png" for i in range(120)][::-1]
        pd.DataFrame({"file": files, "sex": ["f", "m"] * 60}).to_csv(tmp_path / f"{name}.csv", index=False)
    return tmp_path


def test_folders_are_audited_with_attributes(sets, capsys):
    arguments = ["audit", str(sets / "real"), str(sets / "new"), "--holdout", str(sets / "held"), "--protected", "sex"]
    tables = [
        f"--attributes={part}={sets / name}.csv"
        for part, name in (("real", "real"), ("synthetic", "new"), ("holdout", "held"))
    ]
    code = cli.main([*arguments, *tables, "--json", "--html", str(sets / "r.html"), "--threshold", "fidelity.kid=0.05"])
    assert code == 0
    report = json.loads(capsys.readouterr().out)
    assert report["images"]["sides"] == [8, 8]
    assert report["protected"] == ["sex"]
    share = {f["id"]: f for f in report["findings"]}["bias.representation.sex"]
    assert (share["value"], share["verdict"]) == (1.0, "INCONCLUSIVE")
    assert report["thresholds"]["fidelity.kid"]["value"] == 0.05
    assert "data:image/png" in (sets / "r.html").read_text()


def test_the_gate_knows_the_checks_of_images(sets, capsys):
    arguments = ["audit", str(sets / "real"), str(sets / "new"), "--quiet"]
    assert cli.main([*arguments, "--fail-on", "fidelity.kid,fail"]) == 0
    assert cli.main([*arguments, "--fail-on", "utility"]) == 1
    assert "fidelity.shapes" in failed(capsys, *arguments, "--fail-on", "fidelity.shapes")


def test_wrong_tables_of_attributes_are_refused(sets, capsys):
    start = ["audit", sets / "real", sets / "new"]
    (sets / "short.csv").write_text("file,sex\n000.png,f\n")
    error = failed(capsys, *start, "--protected", "sex", "--attributes", f"real={sets}/short.csv")
    assert "short.csv has no row for 119 of 120 pictures" in error
    error = failed(capsys, *start, "--attributes", f"holdout={sets}/held.csv")
    assert "goes with --holdout: there is no holdout" in error
    with pytest.raises(SystemExit):
        cli.main([*map(str, start), "--attributes", "held.csv"])
    assert "expected PART=FILE, PART one of real, synthetic, holdout" in capsys.readouterr().err
    shutil.rmtree(sets / "new")
    assert "There is no folder or file" in failed(capsys, *start)


@pytest.mark.slow
def test_a_fit_of_pictures_is_saved_loaded_and_generates(folder, tmp_path, one_step, monkeypatch):
    one_epoch = plan(24, epochs=1, batch_size=24, share=1)
    monkeypatch.setattr(ImageSynthesizer, "_plan", lambda self, model, n: one_epoch)
    model, out = str(tmp_path / "m.augment"), str(tmp_path / "new")
    assert cli.main(["fit", str(folder), "-o", model, "--model", "vae", "--seed", "0", "--quiet"]) == 0
    assert cli.main(["generate", model, "-n", "5", "-o", out, "--quiet", "--condition", "label=dog"]) == 0
    X, y, _ = read_images(out)
    assert X.shape == (5, 8, 6) and X.dtype == "uint8" and set(y) == {"dog"}
