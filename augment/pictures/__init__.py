"""Pictures in files: folders of PNG and JPEG files and `.npz` archives become arrays and back, marked as synthetic."""

from augment.pictures.reading import read_images
from augment.pictures.writing import write_images

__all__ = ["read_images", "write_images"]
