"""Meshes into GLB and OBJ files that say how they were made, one by one or a folder of them."""

import warnings
from pathlib import Path

import numpy as np

from augment import provenance
from augment._extras import load
from augment.files import atomic
from augment.folders import numbered, write_files
from augment.meshes.solids import NoSurfaceError, filling, to_mesh
from augment.verification import OBJ_MARK

KINDS = {"glb": ".glb", "obj": ".obj"}
NAMED = 10  # volumes that one message names at most


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
    >>> from augment.meshes import terrain, write_mesh
    >>> write_mesh(terrain(np.zeros((8, 8))), "terrain.glb", source="procedural")  # doctest: +SKIP
    """
    ending = Path(path).suffix.lower()
    if ending not in KINDS.values():
        raise ValueError(f"{path} must end in .glb or .obj.")
    content = _encoded(mesh, ending, None if source is None else provenance.origin(source, seed))
    with atomic(path) as temporary:
        temporary.write_bytes(content)


def write_meshes(
    X,
    path,
    y=None,
    *,
    kind="glb",
    level=0.5,
    blur=0.5,
    spacing=1.0,
    source="generated",
    parents=None,
    seed=None,
    on_error="raise",
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
    on_error : {"raise", "skip"}, default="raise"
        What a volume without a surface does, one that is empty or vanishes in the blur: raise a ValueError that names
        it, or be left out; one warning then names all such.

    Returns
    -------
    list of str
        The files relative to the folder, in the order of X and with its numbers; None for a volume that is left out.

    Raises
    ------
    ImportError
        The extra `[mesh]` is not installed.
    OSError
        The folder cannot be made or written to.
    ValueError
        X are no volumes, or one has no surface, which is named, or none has one; or as in `augment.write_images`.

    Examples
    --------
    >>> from augment.datasets import make_shapes
    >>> from augment.meshes import write_meshes
    >>> X, y = make_shapes(2, random_state=0)
    >>> write_meshes(X, "shapes", y, source="procedural")  # doctest: +SKIP
    ['tower/0.glb', 'table/1.glb']
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be 'glb' or 'obj'. Received: kind={kind!r}")
    if on_error not in ("raise", "skip"):
        raise ValueError(f"on_error must be 'raise' or 'skip'. Received: on_error={on_error!r}")
    X = np.asarray(X)
    if X.ndim not in (4, 5) or not len(X):
        raise ValueError(f"X must be volumes (n, depth, height, width); got {X.dtype} of shape {X.shape}.")
    parents = provenance.read_parents(parents, len(X), source)
    origin = None if source is None else provenance.origin(source, seed)
    names = numbered(len(X), KINDS[kind], y)

    options, empty = {"level": level, "blur": blur, "spacing": spacing}, []
    meshes = _meshes(filling(X), options, on_error, empty)
    contents = (None if mesh is None else _encoded(mesh, KINDS[kind], origin) for mesh in meshes)
    write_files(path, names, contents, origin, parents)
    if empty:
        named = ", ".join(map(str, empty[:NAMED])) + (", ..." if len(empty) > NAMED else "")
        warnings.warn(f"{len(empty):,} of {len(X):,} volumes have no surface and were left out: {named}.", stacklevel=2)
    return [None if i in empty else name for i, name in enumerate(names)]


def _meshes(X, options, on_error, empty):
    """Meshes, each made when asked for; None for a volume without a surface, whose number is added to `empty`."""
    for i, voxels in enumerate(X):
        try:
            yield to_mesh(voxels, **options)
        except NoSurfaceError as error:
            if on_error == "raise":
                raise ValueError(f"Volume {i}: {error} Leave such volumes out with on_error='skip'.") from error
            empty.append(i)
            yield None
        except ValueError as error:
            raise ValueError(f"Volume {i}: {error}") from error
    if len(empty) == len(X):
        raise ValueError(f"None of the {len(X):,} volumes has a surface.")


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
