"""What synthetic data say of how they were made: a pandas frame in its `attrs`, files in a note beside them.

A note tells the tool, the digital source type of the IPTC, the seed where it is known, and the SHA-256 of what it tells
of, so that a note of another file, or of one that was changed, tells nothing. That of a folder lies in it and lists its
files. `augment.verification` reads notes back.
"""

import hashlib
import json
import numbers
from pathlib import Path

import augment

MARK = "augment_fairness"  # the key of a frame's `attrs` under which the criterion stands that its rows fulfil
MANIFEST = "synthetic.json"
LEVELS = 2  # folders above a file in which its manifest may lie: its own, or that above its label's
TOOL = f"Augment {augment.__version__}"
# https://cv.iptc.org/newscodes/digitalsourcetype
_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
SOURCES = {
    "generated": f"{_TYPES}trainedAlgorithmicMedia",
    "varied": f"{_TYPES}compositeWithTrainedAlgorithmicMedia",
    "procedural": f"{_TYPES}algorithmicMedia",
}


def note_path(path):
    """The file that tells of the file at `path`, beside it; of a folder, in it.

    Examples
    --------
    >>> str(note_path("new.csv"))
    'new.csv.synthetic.json'
    """
    path = Path(path)
    return path / MANIFEST if path.is_dir() else path.with_name(f"{path.name}.{MANIFEST}")


def origin(source, seed=None):
    """What every note begins with.

    Parameters
    ----------
    source : {"generated", "varied", "procedural"}
        How the data were made.
    seed : int, default=None
        The seed, where it is known.

    Returns
    -------
    dict

    Examples
    --------
    >>> origin("varied", seed=3)["digitalSourceType"]
    'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia'
    """
    if source not in SOURCES:
        raise ValueError(f"source must be one of {', '.join(map(repr, SOURCES))} or None. Received: source={source!r}")
    if not (seed is None or isinstance(seed, numbers.Integral)):
        raise TypeError(f"seed must be an integer to note, or None. Received: seed={seed!r}")
    told = {
        "synthetic": True,
        "tool": {"name": "augment", "version": augment.__version__},
        "digitalSourceType": SOURCES[source],
    }
    return told if seed is None else told | {"seed": int(seed)}


def read_parents(parents, n, source):
    """`parents` as JSON has them, a list for each of n rows, or None; an error that says what is wrong with them."""
    if parents is None:
        return None
    if source != "varied":
        raise ValueError(f"parents are of rows made from real ones: give source='varied'. Received: source={source!r}")
    told = [[one] if isinstance(one, str | numbers.Integral) else list(one) for one in parents]
    if len(told) != n:
        raise ValueError(
            f"parents must hold a name, number or list of these for each of {n:,} rows; got {len(told):,}."
        )
    return [[one if isinstance(one, str) else int(one) for one in row] for row in told]


def entry(content, parents=None):
    """What a folder's manifest tells of a file with these bytes."""
    told = {"sha256": hashlib.sha256(content).hexdigest()}
    return told if parents is None else told | {"parents": parents}


def write_manifest(folder, origin, files):
    """Write into a folder how its files were made; `files` maps their names to what `entry` gave."""
    _write(note_path(folder), origin | {"files": files})


def write_note_of(path, origin, parents=None):
    """Write beside the file at `path` how it was made."""
    _write(note_path(path), origin | entry(Path(path).read_bytes(), parents))


def read_note(path):
    """The note at `path` as a dict; None where there is none that can be read."""
    try:
        note = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return note if isinstance(note, dict) else None


def note_on(path, notes=None):
    """Where the note on a file is, the note, and what in it is about this file.

    Parameters
    ----------
    path : path-like
        The file; its note lies beside it, or is the manifest of its folder or of the one above.
    notes : dict, default=None
        Remembers notes between calls, for many files share one.

    Returns
    -------
    place, note, entry : pathlib.Path, dict, dict
        None, an empty dict and None where there is none.
    """
    path, notes = Path(path).absolute(), {} if notes is None else notes
    for place in (note_path(path), *(folder / MANIFEST for folder in path.parents[:LEVELS])):
        if place not in notes:
            notes[place] = read_note(place) or {}
        note = notes[place]
        own = place.parent == path.parent and place.name != MANIFEST
        entry = note if own and "sha256" in note else listed(note).get(path.relative_to(place.parent).as_posix())
        if isinstance(entry, dict):
            return place, note, entry
    return None, {}, None


def renew(path):
    """Bring the SHA-256 in the note on the file at `path` up to date, where there is a note."""
    place, note, entry = note_on(path)
    if place is not None:
        entry["sha256"] = fingerprint(path)
        _write(place, note)


def listed(note):
    """The files that a folder's manifest lists, with what it says of each; empty where it is none."""
    files = note.get("files")
    return files if isinstance(files, dict) else {}


def lists_all(folder, names):
    """Whether the manifest in a folder lists every one of the files there."""
    files = listed(read_note(Path(folder) / MANIFEST) or {})
    return bool(files) and set(names) <= {*files, MANIFEST}


def write_note(path, frame, fairness):
    """Write beside the table at `path` that it is synthetic, by which criterion, and the table's SHA-256."""
    told = {"rows": len(frame), "sha256": fingerprint(path), "fairness": fairness.describe()}
    _write(note_path(path), origin("generated") | told)


def marked(frame, path):
    """The pandas frame read from `path`, with the criterion in its `attrs` where the note beside it tells of one.

    A note that cannot be read, or that tells of another table (its SHA-256 is not that of this file), tells nothing.
    """
    note = read_note(note_path(path)) or {}
    if "fairness" in note and note.get("sha256") == fingerprint(path):
        frame.attrs[MARK] = note["fairness"]
    return frame


def asked_for(table):
    """The sentence with which a table says that its rows fulfil a criterion and do not describe the population; or "".

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"sex": ["Female", "Male"]})
    >>> asked_for(frame)
    ''
    >>> frame.attrs[MARK] = {"describes_population": False, "note": "Generated with EqualCells('sex', 'income')."}
    >>> asked_for(frame)
    "Generated with EqualCells('sex', 'income')."
    """
    said = getattr(table, "attrs", {}).get(MARK)
    if not isinstance(said, dict) or said.get("describes_population") is not False:
        return ""
    return str(said.get("note") or "Generated by a criterion: this table does not describe the population.")


def fingerprint(path):
    """The SHA-256 of the file at `path`, in hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path, note):
    from augment import files

    with files.atomic(path) as temporary:
        temporary.write_text(json.dumps(note, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
