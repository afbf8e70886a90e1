"""How similar molecules are: the Tanimoto similarity of their Morgan fingerprints."""

import numpy as np

from augment._extras import load

RADIUS, BITS = 2, 1024  # as in MOSES (Polykovskiy et al., Frontiers in Pharmacology 11:565644, 2020)
TOGETHER = 1000  # that are compared with the others together


def fingerprints(molecules):
    """Morgan fingerprints of molecules, 1 for each bit that is set.

    Parameters
    ----------
    molecules : sequence of rdkit.Chem.Mol
        The molecules.

    Returns
    -------
    ndarray of float32 of shape (len(molecules), 1024)
    """
    generators = load("rdkit.Chem.rdFingerprintGenerator", "molecules")
    generator = generators.GetMorganGenerator(radius=RADIUS, fpSize=BITS)
    rows = [generator.GetFingerprintAsNumPy(molecule) for molecule in molecules]
    return np.array(rows, "float32").reshape(len(rows), BITS)


def similarities(first, second):
    """Tanimoto similarities of fingerprints, some rows at a time: bits that both have among those that any has.

    Parameters
    ----------
    first, second : ndarray of shape (n, bits) and (m, bits)
        Fingerprints.

    Yields
    ------
    ndarray of shape (some, m)
        In [0, 1]; 0 where neither has a bit.

    Examples
    --------
    >>> bits = np.array([[1, 1, 0, 0], [1, 0, 1, 0]], "float32")
    >>> np.concatenate(list(similarities(bits, bits))).astype(float).round(3).tolist()
    [[1.0, 0.333], [0.333, 1.0]]
    """
    sizes = second.sum(axis=1)
    for start in range(0, len(first), TOGETHER):
        part = first[start : start + TOGETHER]
        both = part @ second.T
        yield both / np.maximum(part.sum(axis=1)[:, None] + sizes - both, 1)


def internal_diversity(bits, power=1):
    """One minus the mean similarity of molecules with all of them, themselves too.

    Parameters
    ----------
    bits : ndarray of shape (n, bits)
        Fingerprints.
    power : int, default=1
        1 is the IntDiv1 of MOSES, 2 its IntDiv2: for each molecule the root of the mean square, then the mean.

    Examples
    --------
    >>> internal_diversity(np.array([[1, 1, 0, 0], [0, 0, 1, 1]], "float32"))
    0.5
    """
    means = np.concatenate([(part**power).mean(axis=1) for part in similarities(bits, bits)])
    return float(1 - np.mean(means ** (1 / power)))


def nearest(bits, others):
    """The similarity (n,) of each molecule with that of the others which it is most similar to."""
    return np.concatenate([part.max(axis=1) for part in similarities(bits, others)])
