"""Scaffolds of molecules: what is left of them without side chains, and how alike those of two sets are."""

from collections import Counter

import numpy as np

from augment._extras import load

FEWEST_RINGS = 2  # as in MOSES: scaffolds of fewer rings say little


def scaffolds(molecules):
    """How many molecules have each scaffold (Bemis and Murcko, Journal of Medicinal Chemistry 39:2887, 1996).

    Parameters
    ----------
    molecules : sequence of rdkit.Chem.Mol
        The molecules; those with fewer than two rings do not count.

    Returns
    -------
    collections.Counter
        By the SMILES of the scaffold, without stereochemistry.

    Examples
    --------
    >>> from augment.chemistry.reading import read_molecules
    >>> scaffolds(read_molecules(["Cc1ccccc1Cc1ccccc1", "c1ccccc1Cc1ccccc1O", "CCO"]))
    Counter({'c1ccc(Cc2ccccc2)cc1': 2})
    """
    of = load("rdkit.Chem.Scaffolds.MurckoScaffold", "molecules").MurckoScaffoldSmiles
    rings = load("rdkit.Chem.rdMolDescriptors", "molecules").CalcNumRings
    return Counter(of(mol=molecule) for molecule in molecules if rings(molecule) >= FEWEST_RINGS)


def likeness(first, second):
    """The cosine of the angle between two counts of scaffolds, the Scaf of MOSES; None where one has none.

    Examples
    --------
    >>> likeness(Counter(a=3), Counter(a=1)), likeness(Counter(a=3), Counter(b=1))
    (1.0, 0.0)
    """
    both = sum(number * second[scaffold] for scaffold, number in first.items())
    norms = [np.sqrt(sum(number**2 for number in counts.values())) for counts in (first, second)]
    return float(both / np.prod(norms)) if all(norms) else None
