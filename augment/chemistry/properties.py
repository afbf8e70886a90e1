"""Properties of molecules that are computed from their structure."""

import numpy as np

from augment._extras import load
from augment.chemistry.reading import quiet

PROPERTIES = {
    "logp": ("rdkit.Chem.Crippen", "MolLogP"),
    "weight": ("rdkit.Chem.Descriptors", "MolWt"),
    "qed": ("rdkit.Chem.QED", "qed"),
    "tpsa": ("rdkit.Chem.rdMolDescriptors", "CalcTPSA"),
    "rings": ("rdkit.Chem.rdMolDescriptors", "CalcNumRings"),
    "aromatic_rings": ("rdkit.Chem.rdMolDescriptors", "CalcNumAromaticRings"),
    "rotatable_bonds": ("rdkit.Chem.rdMolDescriptors", "CalcNumRotatableBonds"),
    "donors": ("rdkit.Chem.rdMolDescriptors", "CalcNumHBD"),
    "acceptors": ("rdkit.Chem.rdMolDescriptors", "CalcNumHBA"),
}


def properties(molecules, names=tuple(PROPERTIES)):
    """Properties of molecules, a row for each.

    Parameters
    ----------
    molecules : sequence of rdkit.Chem.Mol
        The molecules.
    names : sequence of str, default=all
        "logp": logarithm of the partition between octanol and water, estimated from the atoms (Wildman and Crippen,
        1999). "weight": molecular weight in g/mol. "qed": quantitative estimate of drug-likeness, in [0, 1] (Bickerton
        et al., Nature Chemistry 4:90, 2012), which takes some two milliseconds. "tpsa": topological polar surface area
        in square ångström. And the numbers of "rings", "aromatic_rings", "rotatable_bonds", and of "donors" and
        "acceptors" of hydrogen bonds.

    Returns
    -------
    ndarray of shape (len(molecules), len(names))

    Examples
    --------
    >>> from augment.chemistry.reading import read_molecules
    >>> properties(read_molecules(["CCO", "c1ccccc1O"]), ["weight", "rings", "donors"]).round(1).tolist()
    [[46.1, 0.0, 1.0], [94.1, 1.0, 1.0]]
    """
    functions = [getattr(load(module, "molecules"), function) for module, function in map(PROPERTIES.get, names)]
    with quiet():
        values = [[function(molecule) for function in functions] for molecule in molecules]
    return np.array(values, float).reshape(len(molecules), len(functions))
