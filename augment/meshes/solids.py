"""A solid on a grid of voxels as one closed surface."""

import numpy as np

from augment._extras import load

# Voxels that are full, empty or half full leave it open at the level of a half which corners are joined, and marching
# cubes then makes edges of four faces: a little lower they are joined. A surface through a voxel's very middle would
# have triangles without area, so values keep a distance to the level.
LOWER, APART = 1e-3, 1e-4
FORMS = {2: "heights (height, width), at least 2 x 2", 3: "voxels (depth, height, width)"}


class NoSurfaceError(ValueError):
    """Nothing in a volume is fuller than the level."""


def to_mesh(voxels, *, level=0.5, blur=0.5, spacing=1.0, largest=True):
    """The closed surface of a solid on a grid of voxels: marching cubes (Lewiner et al. 2003) after a light blur.

    Parameters
    ----------
    voxels : array-like of shape (depth, height, width)
        How full each voxel is: 0 or 1, or in between. In uint8 and uint16 numbers above 1 make all count as shares of
        the greatest that the type holds: 255 or 65,535.
    level : float, default=0.5
        What is fuller is inside; between 0 and 1.
    blur : float, default=0.5
        Standard deviation of the Gaussian, in voxels; 0 leaves steps. Beyond 0.56 a leg of one voxel vanishes (at
        level 0.5).
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
        The voxels are no such array, or nothing in it is fuller than the level, or was no more after the blur.

    Examples
    --------
    >>> from augment.datasets import make_shapes
    >>> from augment.meshes import to_mesh
    >>> X, y = make_shapes(1, random_state=0)
    >>> to_mesh(X[0]).is_watertight  # doctest: +SKIP
    True
    """
    from scipy.ndimage import gaussian_filter

    trimesh, measure = load("trimesh", "mesh"), load("skimage.measure", "mesh")
    if not LOWER < level < 1:
        raise ValueError(f"level must be between {LOWER} and 1. Received: level={level!r}")
    if not blur >= 0:
        raise ValueError(f"blur must be 0 or more voxels. Received: blur={blur!r}")
    margin = 2 + round(4 * blur)  # of air, as far as the blur reaches, so that the surface closes
    sharp = np.pad(filling(grid(voxels, 3)), margin)
    field = gaussian_filter(sharp, blur) if blur else sharp
    level = level - LOWER
    field[np.abs(field - level) < APART] = level + APART
    if field.max() <= level:
        before = f" ({(sharp > level).sum():,} before it: a smaller blur keeps more)" if blur else ""
        raise NoSurfaceError(
            f"No voxel is fuller than level={level + LOWER:g} after the blur{before}: there is no surface."
        )
    vertices, faces, _, _ = measure.marching_cubes(field, level)
    # scikit-image's faces look inwards where the axes are x, y, z; turned around as z, y, x they look outwards.
    # A voxel's value is that at its middle, half a voxel from its corner.
    vertices = (vertices[:, ::-1].astype("float64") - margin + 0.5) * spacing
    mesh = trimesh.Trimesh(vertices, _largest(vertices, faces) if largest else faces)
    mesh.remove_unreferenced_vertices()
    return mesh


def _largest(vertices, faces):
    """The faces of the part that encloses most; the surface of a hollow encloses less than nothing."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = np.repeat(faces[:, 0], 2), faces[:, 1:].ravel()
    graph = coo_array((np.ones(len(ends[0])), ends), shape=(len(vertices), len(vertices)))
    part = connected_components(graph, directed=False)[1][faces[:, 0]]
    a, b, c = vertices[faces].transpose(1, 0, 2)
    volumes = np.bincount(part, weights=(a * np.cross(b, c)).sum(axis=1))
    return faces[part == volumes.argmax()]


def grid(values, n_axes):
    """Values as an array of so many axes, without a last one of length 1; an error that says what else they are."""
    values = np.asarray(values)
    if values.ndim == n_axes + 1 and values.shape[-1] == 1:
        values = values[..., 0]
    too_small = min(values.shape, default=0) < (2 if n_axes == 2 else 1)
    if values.ndim != n_axes or too_small or values.dtype.kind not in "biuf":
        raise ValueError(f"Expected {FORMS[n_axes]}, as numbers; got {values.dtype} of shape {values.shape}.")
    if not np.isfinite(values).all():
        raise ValueError("NaN or infinite values have no surface: fill them first.")
    return values


def filling(voxels):
    """How full voxels of any type are, as floats; of many volumes at once, for they share what counts as full."""
    voxels = np.asarray(voxels)
    if voxels.dtype.kind not in "iu" or voxels.max(initial=0) <= 1:
        return voxels.astype("float32") if voxels.dtype.kind in "biuf" else voxels
    if voxels.dtype.name not in ("uint8", "uint16"):
        raise ValueError(
            f"Voxels of {voxels.dtype} go up to {voxels.max()}, and what is full is not clear: give 0 and 1, floats up "
            "to 1, or uint8."
        )
    return voxels.astype("float32") / np.float32(np.iinfo(voxels.dtype).max)
