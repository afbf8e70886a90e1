"""Volumes and height maps as surfaces for scenes, games and printers: GLB, OBJ and 16-bit PNG, marked as synthetic.

The axes depth, height and width of a volume are z, y and x: right-handed, with y up, as in glTF 2.0; the grid's corner
is the origin, so that what stands on the floor stands at y = 0. Meshes need the extra `[mesh]` (trimesh and
scikit-image); height maps as pictures do not.
"""

from pathlib import Path

import numpy as np

from augment import provenance
from augment._extras import load
from augment.files import atomic
from augment.folders import numbered, write_files
from augment.pictures import marking, png
from augment.verification import OBJ_MARK

KINDS = {"glb": ".glb", "obj": ".obj"}
APART = 1e-3  # from the level, at least: a surface through a voxel's very middle has triangles without area
MARGIN = 2  # voxels of air around a volume, so that its surface closes
STEPS = 2**16 - 1  # of a height map


def to_mesh(voxels, *, level=0.5, blur=0.5, spacing=1.0, largest=True):
    """The closed surface of a solid on a grid of voxels: marching cubes (Lewiner et al. 2003) after a light blur.

    Parameters
    ----------
    voxels : array-like of shape (depth, height, width)
        How full each voxel is: 0 or 1, or in between. Whole numbers above 1 count as shares of the greatest that their
        type holds: 255 of uint8.
    level : float, default=0.5
        What is fuller is inside.
    blur : float, default=0.5
        Standard deviation of the Gaussian, in voxels; 0 leaves steps. Beyond 0.56 a leg of one voxel vanishes at level 0.5.
    spacing : float, default=1.0
        Length of a voxel's side, in metres where that matters.
    largest : bool, default=True
        Keep the part that encloses most and drop specks; its hollows are filled.

    Returns
    -------
    trimesh.Trimesh
        Watertight, its faces outwards.

    Raises
    ------
    ImportError
        The extra `[mesh]` is not installed.
    ValueError
        The voxels are no such array, or nothing in it is fuller than the level.

    Examples
    --------
    >>> from augment.datasets import make_shapes
    >>> X, y = make_shapes(1, random_state=0)
    >>> to_mesh(X[0]).is_watertight  # doctest: +SKIP
    True
    """
    from scipy.ndimage import gaussian_filter

    trimesh, measure = load("trimesh", "mesh"), load("skimage.measure", "mesh")
    padded = np.pad(_filling(voxels), MARGIN)
    field = gaussian_filter(padded, blur) if blur else padded
    field[np.abs(field - level) < APART] = level + APART
    if not field.max() > level > 0:
        raise ValueError(
            f"No voxel is fuller than level={level!r} after the blur, or the level is not above 0: no surface."
        )
    vertices, faces, _, _ = measure.marching_cubes(field, level)
    # scikit-image's faces look inwards where the axes are x, y, z; turned around as z, y, x they look outwards.
    # A voxel's value is that at its middle, half a voxel from its corner.
    mesh = trimesh.Trimesh((vertices[:, ::-1] - MARGIN + 0.5) * spacing, faces)
    return max(mesh.split(only_watertight=False), key=lambda part: part.volume) if largest else mesh


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
    >>> terrain(np.zeros((3, 4))).faces.shape  # doctest: +SKIP
    (12, 3)
    """
    trimesh = load("trimesh", "mesh")
    heights = _grid(heights, 2).astype("float64")
    z, x = np.indices(heights.shape) * spacing
    vertices = np.stack([x, heights * scale, z], axis=-1).reshape(-1, 3)
    corners = np.arange(heights.size).reshape(heights.shape)
    here, right, below, across = (
        one.ravel() for one in (corners[:-1, :-1], corners[:-1, 1:], corners[1:, :-1], corners[1:, 1:])
    )
    faces = np.concatenate([np.stack([here, below, right], axis=1), np.stack([right, below, across], axis=1)])
    return trimesh.Trimesh(vertices, faces, process=False)


def write_mesh(mesh, path, *, source="generated", seed=None):
    """Write a mesh to a GLB or OBJ file that says how it was made: in `asset.extras` of GLB, in a comment of OBJ.

    Parameters
    ----------
    mesh : trimesh.Trimesh
        What `to_mesh` or `terrain` gave.
    path : str or path-like
        A name ending in ``.glb`` or ``.obj``.
    source : {"generated", "varied", "procedural"} or None, default="generated"
        As in `augment.write_images`.
    seed : int, default=None
        The seed to note in a GLB file.

    Raises
    ------
    OSError
        The file cannot be written.
    ValueError
        The ending is another one.

    Examples
    --------
    >>> write_mesh(terrain(np.zeros((8, 8))), "terrain.glb", source="procedural")  # doctest: +SKIP
    """
    ending = Path(path).suffix.lower()
    if ending not in KINDS.values():
        raise ValueError(f"{path} must end in .glb or .obj.")
    content = _encoded(mesh, ending, None if source is None else provenance.origin(source, seed))
    with atomic(path) as temporary:
        temporary.write_bytes(content)


def write_meshes(
    X, path, y=None, *, kind="glb", level=0.5, blur=0.5, spacing=1.0, source="generated", parents=None, seed=None
):
    """Write volumes as meshes to a folder, with their labels as subfolders, marked as synthetic, and with a manifest.

    Parameters
    ----------
    X : array-like of shape (n, depth, height, width)
        Volumes as `to_mesh` takes them; also with a last axis of one channel.
    path : str or path-like
        The folder to make, in a folder that exists.
    y : array-like of shape (n,), default=None
        Labels; files of one label go into one subfolder.
    kind : {"glb", "obj"}, default="glb"
        Kind of the files.
    level, blur, spacing
        As in `to_mesh`.
    source, parents, seed
        As in `augment.write_images`.

    Returns
    -------
    list of str
        The files relative to the folder, in the order of X.

    Raises
    ------
    ImportError
        The extra `[mesh]` is not installed.
    OSError
        The folder cannot be made or written to.
    ValueError
        X are no volumes or one of them is empty, which is named; or as in `augment.write_images`.

    Examples
    --------
    >>> from augment.datasets import make_shapes
    >>> X, y = make_shapes(2, random_state=0)
    >>> write_meshes(X, "shapes", y, source="procedural")  # doctest: +SKIP
    ['tower/0.glb', 'table/1.glb']
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be 'glb' or 'obj'. Received: kind={kind!r}")
    X = np.asarray(X)
    parents = provenance.read_parents(parents, len(X), source)
    origin = None if source is None else provenance.origin(source, seed)
    names = numbered(len(X), KINDS[kind], y)

    def contents():
        for i, voxels in enumerate(X):
            try:
                mesh = to_mesh(voxels, level=level, blur=blur, spacing=spacing)
            except ValueError as error:
                raise ValueError(f"Volume {i}: {error}") from error
            yield _encoded(mesh, KINDS[kind], origin)

    write_files(path, names, contents(), origin, parents)
    return names


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
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "hills.png"
    >>> write_height_map(np.array([[0.5, 1.0], [2.0, 3.0]]), path, source="procedural")
    (0.5, 3.0)
    """
    if Path(path).suffix.lower() != ".png":
        raise ValueError(f"{path} must end in .png.")
    heights = _grid(heights, 2)
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


def _grid(values, n_axes):
    """Values as an array of so many axes, without a last one of length 1."""
    values = np.asarray(values)
    if values.ndim == n_axes + 1 and values.shape[-1] == 1:
        values = values[..., 0]
    if values.ndim != n_axes or min(values.shape) < 1 + (n_axes == 2) or values.dtype.kind not in "biuf":
        form = {2: "heights (height, width), at least 2 x 2", 3: "voxels (depth, height, width)"}[n_axes]
        raise ValueError(f"Expected {form}, as numbers; got {values.dtype} of shape {values.shape}.")
    if not np.isfinite(values).all():
        raise ValueError("NaN or infinite values have no surface: fill them first.")
    return values


def _filling(voxels):
    voxels = _grid(voxels, 3)
    if voxels.dtype.kind in "iu" and voxels.max() > 1:
        return voxels.astype("float32") / np.float32(np.iinfo(voxels.dtype).max)
    return voxels.astype("float32")


def _encoded(mesh, ending, origin):
    """The bytes of a GLB or OBJ file."""
    exchange = load("trimesh.exchange", "mesh")
    if ending == ".obj":
        mark = None if origin is None else OBJ_MARK.decode().removeprefix("# ") + origin["digitalSourceType"]
        return exchange.obj.export_obj(mesh, header=mark, include_normals=True).encode()

    def note(tree):
        tree["asset"]["generator"] = provenance.TOOL
        if origin is not None:
            tree["asset"]["extras"] = origin

    return exchange.gltf.export_glb(mesh, include_normals=True, tree_postprocessor=note)
