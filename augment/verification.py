"""What files say of how they were made, and whether they are as they were written: read back from marks and notes.

A picture says it in its XMP, a GLB file in its extras, an OBJ file in a comment, a MIDI file in a text event; any file
by a note beside it or a manifest in its folder, which also know its SHA-256 (`augment.provenance`); a signed picture by
its signature too. A mark is no proof: it can be removed, and an unsigned one can be made up.
"""

import hashlib
import json
import os
from pathlib import Path

from augment.folders import files_in
from augment.music import marking as midi_marking
from augment.pictures import marking
from augment.provenance import MANIFEST, SOURCES, listed, note_on, read_note

ENDINGS = (
    *(".png", ".jpg", ".jpeg", ".npz", ".npy", ".glb", ".obj", ".mid", ".midi"),
    *(".csv", ".parquet", ".feather", ".arrow"),
)
OBJ_MARK = b"# DigitalSourceType: "


def verify(path):
    """Read back what a file, or each file in a folder, says of its origin.

    Parameters
    ----------
    path : str or path-like
        The file or folder. In a folder those files count that can be marked, and those that a manifest lists.

    Returns
    -------
    dict
        ``path``; ``ok``, whether every file is marked as synthetic and none was changed; ``files``, a list of a dict
        for each with ``file``, ``marked``, ``intact`` (None where nothing tells), ``digital_source_type``, ``said_by``
        and, where they are known, ``tool``, ``seed``, ``parents``, ``fairness`` and ``signature``; ``missing`` where a
        manifest lists what is not there.

    Raises
    ------
    FileNotFoundError
        There is no such file or folder.
    ValueError
        The folder has no file that could be marked.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from augment import write_images
    >>> folder = pathlib.Path(tempfile.mkdtemp()) / "new"
    >>> _ = write_images(np.zeros((2, 8, 8), "uint8"), folder)
    >>> verify(folder)["ok"]
    True
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no file or folder {path}.")
    files = _of_folder(path) if path.is_dir() else [_statement(path, {})]
    if not files:
        raise ValueError(f"{path} holds no file that could be marked ({', '.join(ENDINGS)}).")
    return {"path": str(path), "ok": all(holds(file) for file in files), "files": files}


def holds(statement):
    """Whether a file is marked as synthetic and nothing says that it was changed."""
    return statement["marked"] and statement["intact"] is not False


def _of_folder(folder):
    notes = {}
    names = files_in(folder)
    manifests = [name for name in names if Path(name).name == MANIFEST]
    promised = {
        (Path(name).parent / one).as_posix() for name in manifests for one in listed(read_note(folder / name) or {})
    }
    there = [name for name in names if not name.endswith(MANIFEST)]
    noted = {name for name in there if f"{name}.{MANIFEST}" in names}
    known = [name for name in there if name in promised | noted or Path(name).suffix.lower() in ENDINGS]
    missing = [_missing(folder / name) for name in sorted(promised - set(there))]
    return [_statement(folder / name, notes) for name in known] + missing


def _missing(path):
    nothing = {"file": str(path), "marked": False, "intact": False, "digital_source_type": None, "said_by": []}
    return nothing | {"missing": True}


def _statement(path, notes):
    """What one file says; `notes` remembers manifests, which many files share."""
    content = path.read_bytes()
    place, note, entry = note_on(path, notes)
    intact = None if entry is None else entry.get("sha256") == hashlib.sha256(content).hexdigest()
    own, by = _own_source(path, content)
    said_by = [by] if own else []
    noted = intact is True
    if noted:
        own = own or _text(note.get("digitalSourceType"))
        said_by.append(str(place if path.is_absolute() else os.path.relpath(place)))
    signature = _signature(content)
    if signature and signature["state"] != "not checked":
        intact = intact is not False and signature["state"] == "valid"
    synthetic = own in SOURCES.values() or (noted and note.get("synthetic") is True)
    told = {"file": str(path), "marked": synthetic, "intact": intact, "digital_source_type": own, "said_by": said_by}
    if noted:
        told |= {name: note[name] for name in ("tool", "seed", "fairness") if name in note}
        told |= {"parents": entry["parents"]} if "parents" in entry else {}
    return told | ({"signature": signature} if signature else {})


def _text(value):
    return value if isinstance(value, str) else None


def _signature(content):
    if not marking.is_signed(content):
        return None
    from augment.pictures import signing

    return signing.check(content)


def _own_source(path, content):
    """The digital source type that the file itself names, or None, and where."""
    if path.suffix.lower() == ".glb":
        return _in_glb(content), "GLB extras"
    if path.suffix.lower() == ".obj":
        lines = (line for line in content[:1000].splitlines() if line.startswith(OBJ_MARK))
        return next((line[len(OBJ_MARK) :].decode(errors="replace").strip() for line in lines), None), "OBJ comment"
    if path.suffix.lower() in (".mid", ".midi"):
        return midi_marking.source_type(content), "MIDI text"
    return marking.source_type(content), "XMP"


def _in_glb(content):
    """`asset.extras` of a GLB file: glTF 2.0, section 4.4, twelve bytes of header before the JSON chunk."""
    length = int.from_bytes(content[12:16], "little")
    try:
        extras = json.loads(content[20 : 20 + length])["asset"]["extras"]
        return _text(extras["digitalSourceType"]) if content.startswith(b"glTF") else None
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
