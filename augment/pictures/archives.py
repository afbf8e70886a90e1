"""Arrays of pictures in one `.npz` file, and which of its arrays are the pictures, which the labels."""

import zipfile

import numpy as np

from augment.files import atomic

PARTS = ("train", "test", "val")
IMAGES = ("x", "images", "data", "arr_0")
LABELS = ("y", "labels", "target", "targets", "arr_1")


def read(path, part=None):
    """Pictures, labels or None, and names such as ``x_train[0]`` from an archive.

    Parameters
    ----------
    path : path-like
        The file.
    part : {"train", "test", "val"}, default=None
        Which arrays where there are several parts; by default those to train on.

    Returns
    -------
    X, y, names : ndarray, ndarray or None, list of str
    """
    arrays = _load(path)
    image, label = _chosen(path, {name: array.shape for name, array in arrays.items()}, part)
    X, y = arrays[image], None if label is None else arrays[label]
    if X.dtype.kind not in "biuf" or X.ndim < 3:
        raise ValueError(
            f"{path} has {image} of shape {X.shape} and type {X.dtype}; pictures are numbers (n, height, width[, "
            "channels])."
        )
    y = y[:, 0] if y is not None and y.ndim == 2 and y.shape[1] == 1 else y
    if y is not None and (y.ndim != 1 or len(y) != len(X)):
        raise ValueError(f"{path} has {len(X):,} pictures in {image}, but {label} has the shape {y.shape}.")
    return X, y, [f"{image}[{i}]" for i in range(len(X))]


def write(path, X, y):
    """Store pictures as ``X`` and labels, where there are any, as ``y``."""
    arrays = {"X": X} if y is None else {"X": X, "y": y}
    with atomic(path) as temporary:
        np.savez_compressed(temporary, **arrays)


def _load(path):
    """All arrays of the file by their names."""
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (MemoryError, PermissionError):
        raise
    except Exception as error:  # damaged files raise a dozen kinds
        if "pickle" in str(error) and zipfile.is_zipfile(path):
            raise ValueError(f"{path} holds Python objects, which are not read: store arrays of numbers.") from error
        raise ValueError(f"{path} is not a whole .npz file. Make it again with numpy.savez.") from error


def _chosen(path, shapes, part):
    """The names of the array of pictures and of that of labels or None."""
    images = {one: _named(shapes, IMAGES, one) for one in (None, *PARTS)}
    there = [one for one in PARTS if images[one]]
    if part is None and not images[None] and there:
        if "train" not in there:
            raise ValueError(f"{path} has no part to train on: give part= one of {', '.join(there)}.")
        part = "train"
    found = images[part]
    if part is None and there:
        found = found + [name for one in there for name in images[one]]
    if not found and part is None:
        return _only(path, shapes)
    labels = _named(shapes, LABELS, part)
    if len(found) != 1 or len(labels) > 1:
        wanted = "" if part is None else f" of part={part!r}"
        raise ValueError(
            f"{path} has to have one array of pictures{wanted} and at most one of labels, named as X and y, x_train "
            f"and y_train, or train_images and train_labels; it has {_listed(shapes)}."
        )
    return found[0], labels[0] if labels else None


def _named(shapes, stems, part):
    names = stems if part is None else [name for stem in stems for name in (f"{stem}_{part}", f"{part}_{stem}")]
    return [name for name in shapes if name.lower() in names]


def _only(path, shapes):
    """Arrays of other names, where just one can be the pictures."""
    images = [name for name, shape in shapes.items() if len(shape) >= 3]
    if len(images) != 1:
        raise ValueError(
            f"It is not clear which array of {path} holds the pictures: name one X, and the labels y; it has "
            f"{_listed(shapes)}."
        )
    n = shapes[images[0]][0]
    labels = [name for name, shape in shapes.items() if shape in ((n,), (n, 1))]
    return images[0], labels[0] if len(labels) == 1 else None


def _listed(shapes):
    return ", ".join(f"{name} {shape}" for name, shape in shapes.items()) or "no array"
