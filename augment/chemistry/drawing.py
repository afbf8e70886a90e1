"""A grid of drawings of molecules."""

import numbers

from augment._extras import load
from augment.chemistry.reading import read_molecules


def draw_grid(smiles, legends=None, columns=4, size=220, form="svg"):
    """Draw molecules, one beside the other.

    Parameters
    ----------
    smiles : sequence of str
        Their SMILES.
    legends : sequence of str, default=None
        What stands below each.
    columns : int, default=4
        Drawings in a row.
    size : int, default=220
        Width and height of one, in pixels.
    form : {"svg", "png"}, default="svg"
        Form of the picture.

    Returns
    -------
    str or bytes
        The SVG, from its opening tag on, or the PNG.

    Raises
    ------
    ValueError
        If there are none, one of them is no molecule, there is not a legend for each, or a number is none.

    Examples
    --------
    >>> draw_grid(["CCO", "c1ccccc1"]).startswith("<svg")
    True
    """
    if form not in ("svg", "png"):
        raise ValueError(f"form must be 'svg' or 'png'. Received: form={form!r}")
    for name, value in (("columns", columns), ("size", size)):
        if not isinstance(value, numbers.Integral) or value < 1:
            raise ValueError(f"{name} must be an integer of at least 1. Received: {name}={value!r}")
    smiles = list(smiles)
    molecules = read_molecules(smiles)
    if not molecules or None in molecules:
        what = f"number {molecules.index(None)} is none: {smiles[molecules.index(None)]!r}" if molecules else "got none"
        raise ValueError(f"A grid of drawings needs molecules; {what}.")
    legends = [""] * len(molecules) if legends is None else list(map(str, legends))
    if len(legends) != len(molecules):
        raise ValueError(f"Expected a legend for each of {len(molecules)} molecules; got {len(legends)}.")
    columns = min(columns, len(molecules))
    width, height = columns * size, -(-len(molecules) // columns) * size
    drawers = load("rdkit.Chem.Draw.rdMolDraw2D", "molecules")
    drawer = (drawers.MolDraw2DSVG if form == "svg" else drawers.MolDraw2DCairo)(width, height, size, size)
    drawer.DrawMolecules(molecules, legends=legends)
    drawer.FinishDrawing()
    picture = drawer.GetDrawingText()
    return picture[picture.index("<svg") :] if form == "svg" else picture
