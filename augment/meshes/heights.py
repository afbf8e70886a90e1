"""Height maps: as the surface of a terrain, and as the grey PNG of 16 bits that game engines import."""

from pathlib import Path

import numpy as np

from augment import provenance
from augment._extras import load
from augment.files import atomic
from augment.meshes.solids import grid
from augment.pictures import marking, png

STEPS = 2**16 - 1  # of a picture of 16 bits


def terrain(heights, *, spacing=1.0, scale=1.0):
    """The surface of a height map: two triangles between four heights.

    Parameters
    ----------
    heights : array-like of shape (height, width)
        Heights; rows go along z, columns along x.
    spacing : float, default=1.0
        Distance of neighbours, in metres where that matters.
    scale : float, default=1.0
        What a height of 1 is, in the same unit.

    Returns
    -------
    trimesh.Trimesh
        An open surface that faces upwards (y), with a vertex for each height, row by row.

    Raises
    ------
    ImportError
        The extra `[mesh]` is not installed.
    ValueError
        The heights are no such array or not finite.

    Examples
    --------
    >>> from augment.meshes import terrain
    >>> terrain(np.zeros((3, 4))).faces.shape  # doctest: +SKIP
    (12, 3)
    """
    trimesh = load("trimesh", "mesh")
    heights = grid(heights, 2).astype("float64")
    z, x = np.indices(heights.shape) * spacing
    vertices = np.stack([x, heights * scale, z], axis=-1).reshape(-1, 3)
    corners = np.arange(heights.size).reshape(heights.shape)
    here, right, below, across = (
        one.ravel() for one in (corners[:-1, :-1], corners[:-1, 1:], corners[1:, :-1], corners[1:, 1:])
    )
    faces = np.concatenate([np.stack([here, below, right], axis=1), np.stack([right, below, across], axis=1)])
    return trimesh.Trimesh(vertices, faces, process=False)


def write_height_map(heights, path, *, source="generated"):
    """Write heights to a grey PNG of 16 bits, as game engines import terrain, marked as a picture is.

    Parameters
    ----------
    heights : array-like of shape (height, width)
        Heights of uint16 are stored as they are, and `augment.read_images` gives them back; others are spread over the
        65,536 steps from their lowest to their highest.
    path : str or path-like
        A name ending in ``.png``.
    source : {"generated", "varied", "procedural"} or None, default="generated"
        As in `augment.write_images`.

    Returns
    -------
    low, high : float
        The heights that 0 and 65,535 stand for, which an engine asks for.

    Raises
    ------
    OSError
        The file cannot be written.
    ValueError
        The heights are no such array or not finite, or the ending is another one.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from augment.meshes import write_height_map
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "hills.png"
    >>> write_height_map(np.array([[0.5, 1.0], [2.0, 3.0]]), path, source="procedural")
    (0.5, 3.0)
    """
    if Path(path).suffix.lower() != ".png":
        raise ValueError(f"{path} must end in .png.")
    heights = grid(heights, 2)
    low, high = (0.0, float(STEPS)) if heights.dtype == "uint16" else (float(heights.min()), float(heights.max()))
    steps = heights
    if heights.dtype != "uint16":
        span = high - low or 1.0
        steps = np.rint((heights.astype("float64") - low) / span * STEPS).astype("uint16")
    content = png.encode(steps)
    if source is not None:
        content = marking.marked(content, provenance.origin(source)["digitalSourceType"], provenance.TOOL)
    with atomic(path) as temporary:
        temporary.write_bytes(content)
    return low, high
