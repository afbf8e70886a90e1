"""Chemistry: molecules read and written by RDKit, their properties, and measures of how like others new ones are."""

from augment.chemistry.drawing import draw_grid
from augment.chemistry.report import molecule_report

__all__ = ["draw_grid", "molecule_report"]
