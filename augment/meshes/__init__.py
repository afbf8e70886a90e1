"""Volumes and height maps as surfaces for scenes, games and printers: GLB, OBJ and 16-bit PNG, marked as synthetic.

The axes depth, height and width of a volume are z, y and x: right-handed, with y up, as in glTF 2.0; the grid's corner
is the origin, so that what stands on the floor stands at y = 0. Meshes need the extra `[mesh]` (trimesh and
scikit-image); height maps as pictures do not.
"""

from augment.meshes.heights import terrain, write_height_map
from augment.meshes.solids import to_mesh
from augment.meshes.writing import write_mesh, write_meshes

__all__ = ["terrain", "to_mesh", "write_height_map", "write_mesh", "write_meshes"]
