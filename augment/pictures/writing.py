"""Arrays of pictures into a folder of marked PNG or JPEG files or a `.npz` file, and how they were made beside them."""

import io
from pathlib import Path

import numpy as np

from augment import provenance
from augment.folders import numbered, write_files
from augment.pictures import archives, marking, png

KINDS = {"png": ".png", "jpeg": ".jpg"}
JPEG_QUALITY = 95


def write_images(X, path, y=None, *, kind="png", source="generated", parents=None, seed=None):
    """Write pictures to a folder, with their labels as subfolders, or to a `.npz` file, marked as synthetic.

    Each PNG or JPEG file says in its XMP how it was made, by the digital source type of the IPTC; ``synthetic.json``
    in the folder (or ``NAME.npz.synthetic.json`` beside a `.npz` file) says so too, with the tool, the seed and the
    SHA-256 of each file. ``augment verify`` reads both. The folder is there whole or not at all; one that
    `write_images` wrote, and to which nothing was added, is replaced.

    Parameters
    ----------
    X : array-like of shape (n, height, width) or (n, height, width, channels)
        Pictures of uint8 or uint16: grey (one channel or no such axis), RGB (3 channels) or RGBA (4). A `.npz` file
        takes any numbers.
    path : str or path-like
        The folder to make, in a folder that exists; or a name ending in ``.npz``.
    y : array-like of shape (n,), default=None
        Labels; files of one label go into one subfolder.
    kind : {"png", "jpeg"}, default="png"
        Kind of the files in a folder. JPEG changes pixels a little, and takes grey or RGB of uint8 alone.
    source : {"generated", "varied", "procedural"} or None, default="generated"
        How the pictures were made: by a trained model; by one from real pictures, as `generate(like=...)` does; by a
        rule without a model. None marks nothing: for real pictures.
    parents : sequence of n names, numbers or lists of these, default=None
        With ``source="varied"``: the real pictures that each was made from, as the manifest shall name them.
    seed : int, default=None
        The seed to note.

    Returns
    -------
    list of str
        The files relative to the folder, in the order of X: ``3/0017.png`` for row 17 of label 3. Of a `.npz` file the
        places in its array.

    Raises
    ------
    OSError
        The folder cannot be made or written to.
    ValueError
        X cannot be stored so, a label cannot name a folder, or the folder holds other files.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from augment import write_images
    >>> folder = pathlib.Path(tempfile.mkdtemp()) / "new"
    >>> write_images(np.zeros((2, 8, 8), "uint8"), folder, y=["cat", "dog"], seed=0)
    ['cat/0.png', 'dog/1.png']
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be 'png' or 'jpeg'. Received: kind={kind!r}")
    X = np.asarray(X)
    if X.ndim < 3 or not len(X) or X.dtype.kind not in "biuf":
        raise ValueError(f"X must be numbers (n, height, width[, channels]); got {X.dtype} of shape {X.shape}.")
    parents = provenance.read_parents(parents, len(X), source)
    origin = None if source is None else provenance.origin(source, seed)
    path = Path(path)
    if path.suffix.lower() == ".npz":
        return _write_archive(X, path, y, origin, parents)
    X = storable(X, kind)
    names = numbered(len(X), KINDS[kind], y)
    contents = (_encoded(image, kind, origin) for image in X)
    write_files(path, names, contents, origin, parents)
    return names


def _write_archive(X, path, y, origin, parents):
    y = None if y is None else np.asarray(y)
    if y is not None and y.shape != (len(X),):
        raise ValueError(f"y must hold one label for each of the {len(X):,} rows of X; got shape {y.shape}.")
    if y is not None and y.dtype.kind == "O":
        y = y.astype(str)
    archives.write(path, X, y)
    if origin is not None:
        provenance.write_note_of(path, origin, parents)
    return [f"X[{i}]" for i in range(len(X))]


def storable(X, kind="png"):
    """X as (n, height, width[, 3 or 4]) of a type that the files hold; an error that says what to do else."""
    if X.dtype.name not in ("uint8", "uint16"):
        raise ValueError(
            f"Picture files hold uint8 or uint16; X is {X.dtype}. Scale it, as (255 * X).round().astype('uint8') does "
            "for values from 0 to 1, or write an .npz file."
        )
    if not (X.ndim == 3 or (X.ndim == 4 and X.shape[3] in png.COLOUR_TYPES)) or 0 in X.shape:
        raise ValueError(
            f"Picture files are grey (n, height, width), RGB (n, height, width, 3) or RGBA; X has shape {X.shape}. "
            "Other channels and volumes go into an .npz file, and volumes into meshes (augment.meshes)."
        )
    if kind == "jpeg" and (X.dtype.name != "uint8" or (X.ndim == 4 and X.shape[3] == 4)):
        raise ValueError(f"JPEG files are grey or RGB of uint8; X is {X.dtype} of shape {X.shape}: take kind='png'.")
    return X[..., 0] if X.ndim == 4 and X.shape[3] == 1 else X


def _encoded(image, kind, origin):
    content = png.encode(image) if kind == "png" else _jpeg(image)
    if origin is None:
        return content
    return marking.marked(content, origin["digitalSourceType"], provenance.TOOL)


def _jpeg(image):
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()
