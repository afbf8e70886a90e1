"""A folder of numbered files, in subfolders by label and with a manifest, that is there whole or not at all."""

import contextlib
import os
import secrets
import shutil
from pathlib import Path

import numpy as np

from augment import provenance

FORBIDDEN = set('/\\:*?"<>|')  # in names of folders, on one system or another


def numbered(n, ending, labels=None):
    """Names of n files: their numbers with as many digits as the last needs, after their label where there are labels.

    Examples
    --------
    >>> numbered(11, ".png")[:2]
    ['00.png', '01.png']
    >>> numbered(2, ".glb", ["table", "box"])
    ['table/0.glb', 'box/1.glb']
    """
    digits = len(str(n - 1))
    names = [f"{i:0{digits}}{ending}" for i in range(n)]
    if labels is None:
        return names
    labels = np.asarray(labels)
    if labels.shape not in ((n,), (n, 1)):
        raise ValueError(f"y must hold one label for each of the {n:,} rows of X; got shape {labels.shape}.")
    return [f"{_folder_name(label)}/{name}" for label, name in zip(labels.reshape(n).tolist(), names, strict=True)]


def write_files(path, names, contents, origin, parents=None):
    """Make a folder of files, and its manifest where there is an origin; one that a manifest lists is replaced.

    Parameters
    ----------
    path : str or path-like
        The folder.
    names : list of str
        The files, relative to it.
    contents : iterable of bytes or None
        What they hold; None makes no file.
    origin : dict or None
        What `augment.provenance.origin` gave; None makes no manifest.
    parents : list of lists, default=None
        For each file, what it was made from.
    """
    with whole_folder(path, provenance.lists_all) as folder:
        listed = {}
        for i, (name, content) in enumerate(zip(names, contents, strict=True)):
            if content is None:
                continue
            place = folder / name
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(content)
            listed[name] = provenance.entry(content, parents and parents[i])
        if origin is not None:
            provenance.write_manifest(folder, origin, listed)


@contextlib.contextmanager
def whole_folder(path, ours=lambda folder, names: False):
    """Give a temporary folder beside `path`; what is written there becomes the folder `path` when the block ends well.

    Parameters
    ----------
    path : str or path-like
        The folder to make. One that is there is replaced where it is empty or `ours`.
    ours : callable
        Called with the old folder and the names of all files in it: whether these are results that may be replaced.

    Yields
    ------
    pathlib.Path
        An empty folder.

    Raises
    ------
    OSError
        The folder above is not there or may not be written to, or `path` is a file.
    ValueError
        The folder holds files that are not `ours`.
    """
    path = Path(os.path.realpath(path))
    _check(path, ours)
    temporary = path.with_name(f".{secrets.token_hex(6)}.part")
    try:
        temporary.mkdir()
    except OSError as error:
        raise type(error)(f"Cannot make the folder {path}: {(error.strerror or str(error)).lower()}.") from error
    try:
        yield temporary
        _check(path, ours)  # again: the block may have taken hours
        _put(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def check_folder(path):
    """Raise now what making a folder of results would raise later, before work is spent on what it shall hold.

    Parameters
    ----------
    path : str or path-like
        The folder; one whose manifest lists all of its files would be replaced.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp()) / "new"
    >>> check_folder(place)
    >>> place.exists()
    False
    """
    with contextlib.suppress(_Undone), whole_folder(path, provenance.lists_all):
        raise _Undone


class _Undone(Exception):
    """Ends the block of a folder that shall not be made."""


def _put(temporary, path):
    """Move a folder into the place of another, which goes when the new one stands."""
    old = path.with_name(f"{temporary.name}.old")
    if path.exists():
        os.rename(path, old)
    try:
        os.rename(temporary, path)
    except OSError:
        if old.exists():
            os.rename(old, path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def files_in(folder):
    """Names of all files in a folder and its subfolders, relative to it and sorted; hidden ones are passed over."""
    paths = (path.relative_to(folder) for path in Path(folder).rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts))


def _check(path, ours):
    if path.is_file():
        raise FileExistsError(f"Cannot make the folder {path}: it is a file.")
    names = [one.relative_to(path).as_posix() for one in path.rglob("*") if not one.is_dir()] if path.exists() else []
    if names and not ours(path, names):
        raise ValueError(f"{path} already holds files, such as {min(names)}: give a new folder or empty this one.")


def _folder_name(label):
    name = str(label)
    if not name or name.startswith(".") or FORBIDDEN & set(name) or not name.isprintable() or name != name.strip():
        raise ValueError(
            f"The label {label!r} cannot be the name of a folder: rename it, as by a number, or write an .npz file."
        )
    return name
