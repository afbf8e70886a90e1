"""Meshes into GLB and OBJ files that say how they were made, one by one or a folder of them."""

from pathlib import Path

import numpy as np

from augment import provenance
from augment._extras import load
from augment.files import atomic
from augment.folders import numbered, write_files
from augment.meshes.solids import filling, to_mesh
from augment.verification import OBJ_MARK

KINDS = {"glb": ".glb", "obj": ".obj"}


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
    >>> from augment.meshes import write_meshes
    >>> X, y = make_shapes(2, random_state=0)
    >>> write_meshes(X, "shapes", y, source="procedural")  # doctest: +SKIP
    ['tower/0.glb', 'table/1.glb']
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be 'glb' or 'obj'. Received: kind={kind!r}")
    X = np.asarray(X)
    if X.ndim not in (4, 5) or not len(X):
        raise ValueError(f"X must be volumes (n, depth, height, width); got {X.dtype} of shape {X.shape}.")
    parents = provenance.read_parents(parents, len(X), source)
    origin = None if source is None else provenance.origin(source, seed)
    names = numbered(len(X), KINDS[kind], y)

    X = filling(X)
    contents = (_encoded(_mesh_of(X, i, level, blur, spacing), KINDS[kind], origin) for i in range(len(X)))
    write_files(path, names, contents, origin, parents)
    return names


def _mesh_of(X, i, level, blur, spacing):
    try:
        return to_mesh(X[i], level=level, blur=blur, spacing=spacing)
    except ValueError as error:
        raise ValueError(f"Volume {i}: {error}") from error


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
