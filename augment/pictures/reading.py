"""Pictures from a folder or an archive, with their labels, as one array; what cannot be read is named."""

import os
import warnings
from pathlib import Path

import numpy as np

from augment.pictures import archives
from augment.pictures import labels as labelling
from augment.pictures.decoding import ENDINGS, decode, form_of

NAMED = 10  # files that one message names at most


def read_images(path, labels=None, on_error="raise", part=None):
    """Read pictures and their labels from a folder of PNG and JPEG files or from a `.npz` file.

    In a folder the subfolders are the labels, as integers where all are whole numbers; a `labels` table says other
    ones. Pictures of one size are needed. Grey ones among coloured ones become coloured, those without alpha among
    those with it get a full one; palettes become RGB, 1-bit pictures 0 and 255; photographs are turned as they are
    shown. Hidden files, and those of other endings, are passed over.

    In a `.npz` file the arrays are ``X`` and ``y``, or ``x_train`` and ``y_train``, ``train_images`` and
    ``train_labels`` and the like, or any one array of at least three axes.

    Parameters
    ----------
    path : str or path-like
        The folder or the `.npz` file.
    labels : str, path-like or table, default=None
        A table with a column of files, by name or path within the folder, and one of labels; a file such as a CSV, or
        a frame. Pictures come in its order, and those that it does not name are left out.
    on_error : {"raise", "skip"}, default="raise"
        What a file that cannot be read does: raise a ValueError, or be left out; one warning then names all such.
    part : {"train", "test", "val"}, default=None
        Which arrays of a `.npz` file that holds several parts; by default those to train on.

    Returns
    -------
    X : ndarray of shape (n, height, width) or (n, height, width, channels)
        Of uint8, from 16-bit files uint16; grey, RGB (3 channels) or RGBA (4). From `.npz` as it was stored.
    y : ndarray of shape (n,) or None
        Labels; None where there are no subfolders and no table.
    names : list of str
        The files relative to the folder, in the order of X, sorted unless a table says another order; places in the
        array of a `.npz` file.

    Raises
    ------
    FileNotFoundError
        There is no such folder or file.
    ValueError
        Pictures differ in size or in bits, a file is damaged, labels are missing, or there are no pictures.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from augment import read_images, write_images
    >>> folder = pathlib.Path(tempfile.mkdtemp()) / "digits"
    >>> X = np.arange(4 * 8 * 8, dtype="uint8").reshape(4, 8, 8)
    >>> _ = write_images(X, folder, y=[7, 3, 7, 7])
    >>> X_read, y_read, names = read_images(folder)
    >>> X_read.shape, X_read.dtype, y_read.tolist(), names[0]
    ((4, 8, 8), dtype('uint8'), [3, 7, 7, 7], '3/1.png')
    """
    if on_error not in ("raise", "skip"):
        raise ValueError(f"on_error must be 'raise' or 'skip'. Received: on_error={on_error!r}")
    if part not in (None, *archives.PARTS):
        raise ValueError(f"part must be None, 'train', 'test' or 'val'. Received: part={part!r}")
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no folder or file {path}.")
    if path.is_dir():
        if part is not None:
            raise ValueError(f"part= is for .npz files; {path} is a folder: give the folder of that part.")
        return _read_folder(path, labels, on_error)
    if path.suffix.lower() != ".npz":
        raise ValueError(f"Expected a folder of pictures or a .npz file; got {path}. Give the folder that holds it.")
    if labels is not None:
        raise ValueError(f"labels= is for folders: {path} holds labels of its own, or add them as the array y.")
    return archives.read(path, part)


def _read_folder(folder, table, on_error):
    names = pictures_in(folder)
    labels = None
    if table is not None:
        names, labels = labelling.from_table(table, names, folder)
    failures = {}
    forms = _each(folder, names, form_of, failures, on_error)
    form = _common_form(folder, forms)
    _refuse_too_much(folder, form, len(forms))
    read = _each(folder, list(forms), lambda path: decode(path, form.n_channels), failures, on_error)
    if failures:
        _warn_of(folder, failures)
    if not read:
        raise ValueError(f"None of the {len(names):,} pictures of {folder} can be read.")
    kept = list(read)
    y = labelling.from_folders(kept, folder) if labels is None else labels[[name in read for name in names]]
    return np.stack(list(read.values())), y, kept


def pictures_in(folder):
    """Names of the pictures in a folder and its subfolders, sorted."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.suffix.lower() in ENDINGS)
    names = sorted(path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts))
    if not names:
        others = sorted({path.suffix for path in folder.rglob("*") if path.is_file() and path.suffix})
        found = f"; it has files ending in {', '.join(others[:NAMED])}" if others else ""
        raise ValueError(f"{folder} holds no pictures ({', '.join(ENDINGS)}){found}.")
    return names


def _each(folder, names, read, failures, on_error):
    """What `read` gives for each name; those that fail are noted, or the first raises."""
    results = {}
    for name in names:
        try:
            results[name] = read(folder / name)
        except MemoryError:
            raise
        except Exception as error:  # Pillow raises a dozen kinds for damaged files
            reason = "it is no PNG or JPEG file" if "cannot identify" in str(error) else str(error).rstrip(".")
            if on_error == "raise":
                raise ValueError(
                    f"Cannot read {folder / name}: {reason}. Mend or remove it, or leave such files out with "
                    "on_error='skip' (--skip-damaged at the command line)."
                ) from error
            failures[name] = reason
    return results


def _common_form(folder, forms):
    """The form that all pictures have or can be brought to without a loss."""
    from dataclasses import replace

    if not forms:
        raise ValueError(f"None of the pictures of {folder} can be read.")
    first, form = next(iter(forms.items()))
    for name, other in forms.items():
        if (other.height, other.width, other.n_bits) != (form.height, form.width, form.n_bits):
            raise ValueError(
                f"Pictures of one size and depth are needed; in {folder} {first} has {form}, and {name} has {other}. "
                "Resize or convert them first."
            )
    return replace(form, n_channels=max(one.n_channels for one in forms.values()))


def _refuse_too_much(folder, form, n):
    needed = 2 * n * form.height * form.width * form.n_channels * form.n_bits // 8  # each alone, then all together
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else None
    if there and needed > there:
        raise ValueError(
            f"The {n:,} pictures of {folder} have {form}: reading them takes {needed / 1e9:,.1f} GB of memory, and "
            f"this machine has {there / 1e9:,.1f} GB. Make them smaller first."
        )


def _warn_of(folder, failures):
    listed = "; ".join(f"{name}: {reason}" for name, reason in list(failures.items())[:NAMED])
    more = f"; and {len(failures) - NAMED} more" if len(failures) > NAMED else ""
    warnings.warn(f"{len(failures)} files of {folder} were left out: {listed}{more}.", stacklevel=4)
