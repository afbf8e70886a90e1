"""Signed pictures: the documented recipe of certificates holds, a changed byte does not, a missing extra is told."""

import io
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from PIL import Image

from augment import cli, write_images
from augment.pictures import marking, signing
from augment.verification import verify

X = np.random.default_rng(0).integers(0, 256, (2, 28, 28), "uint8")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A folder with what the module's own documentation makes."""
    pytest.importorskip("c2pa", reason="the extra [c2pa] is not installed")
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("certificates")
    recipe = textwrap.dedent(signing.__doc__.split("::\n")[1])
    subprocess.run(["bash", "-ec", recipe], cwd=folder, check=True, capture_output=True)
    return folder


def sign(path, certificates):
    signing.sign(path, certificates / "chain.pem", certificates / "signing.key")


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_a_signed_picture_holds_until_a_byte_changes(tmp_path, certificates, kind, capsys):
    names = write_images(X, tmp_path / "new", kind=kind, seed=1)
    path = tmp_path / "new" / names[0]
    before = path.read_bytes()
    sign(path, certificates)
    after = path.read_bytes()
    assert len(after) - len(before) < 8000
    assert marking.source_type(after) == marking.source_type(before)
    with Image.open(io.BytesIO(after)) as new, Image.open(io.BytesIO(before)) as old:
        assert np.array_equal(np.asarray(new), np.asarray(old))
    result = verify(tmp_path / "new")
    assert result["ok"]
    assert result["files"][0]["signature"] == {"state": "valid", "signer": "Example pictures", "trusted": False}
    assert "signature" not in result["files"][1]
    assert cli.main(["verify", str(path)]) == 0
    assert "signed by Example pictures, a certificate on no trust list" in capsys.readouterr().out
    alone = tmp_path / path.name
    alone.write_bytes(after)
    assert verify(alone)["files"][0]["intact"] is True  # by the signature: there is no note
    changed = bytearray(after)
    changed[-20] ^= 1
    alone.write_bytes(changed)
    assert verify(alone)["files"][0]["signature"]["state"] == "invalid"
    assert cli.main(["verify", str(alone)]) == 1
    assert "signature invalid" in capsys.readouterr().out


def test_what_should_not_be_signed_is_not(tmp_path, certificates):
    names = write_images(X, tmp_path / "new")
    path, other = (tmp_path / "new" / name for name in names)
    sign(path, certificates)
    with pytest.raises(ValueError, match="signed already"):
        sign(path, certificates)
    shutil.copy(other, path)
    with pytest.raises(ValueError, match="was changed since it was written"):
        sign(path, certificates)
    Image.fromarray(X[0]).save(tmp_path / "plain.png")
    with pytest.raises(ValueError, match="no PNG or JPEG file with a mark"):
        sign(tmp_path / "plain.png", certificates)


def test_a_certificate_of_another_form_leaves_the_file_alone(tmp_path, certificates):
    (name, _) = write_images(X, tmp_path / "new")
    before = (tmp_path / "new" / name).read_bytes()
    with pytest.raises(ValueError, match="Cannot sign .* has a recipe"):
        signing.sign(tmp_path / "new" / name, certificates / "root.pem", certificates / "root.key")
    assert (tmp_path / "new" / name).read_bytes() == before
    with pytest.raises(FileNotFoundError, match="There is no file"):
        signing.sign(tmp_path / "new" / name, tmp_path / "none.pem", certificates / "signing.key")


def test_without_the_extra_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "c2pa", None)
    with pytest.raises(ImportError, match=r'pip install "augment-toolkit\[c2pa\]"'):
        signing.sign(tmp_path / "a.png", "chain.pem", "signing.key")
    content = marking.png.encode(X[0])
    signed = content[:-12] + marking.png.chunk(b"caBX", b"manifest") + content[-12:]
    assert signing.check(signed)["state"] == "not checked"
    (tmp_path / "a.png").write_bytes(marking.marked(signed, "http://x/trainedAlgorithmicMedia", "x"))
    assert verify(tmp_path / "a.png")["files"][0]["intact"] is None
