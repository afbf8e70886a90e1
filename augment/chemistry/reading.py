"""SMILES and SELFIES to molecules of RDKit and back: canonical, or in an order of its own at every call."""

from contextlib import contextmanager

from augment._extras import load

MOST = 8  # bonds of an atom that are tried


@contextmanager
def quiet():
    """RDKit writes nothing on standard error in here; an ImportError says how to install it."""
    with load("rdkit.rdBase", "molecules").BlockLogs():
        yield load("rdkit.Chem", "molecules")


def read_molecules(smiles):
    """For each SMILES its molecule, or None where RDKit reads none in it or one without atoms.

    Parameters
    ----------
    smiles : sequence of str
        The strings.

    Returns
    -------
    list of rdkit.Chem.Mol or None

    Raises
    ------
    TypeError
        If one of them is no string.

    Examples
    --------
    >>> [molecule and molecule.GetNumAtoms() for molecule in read_molecules(["CCO", "C1CC", ""])]
    [3, None, None]
    """
    smiles = list(smiles)
    for number, text in enumerate(smiles):
        if not isinstance(text, str):
            raise TypeError(f"SMILES are strings; number {number} is of type {type(text).__name__}.")
    with quiet() as chem:
        molecules = [chem.MolFromSmiles(text) for text in smiles]
    return [molecule if molecule is not None and molecule.GetNumAtoms() else None for molecule in molecules]


def canonical(molecule, stereo=True):
    """The canonical SMILES of a molecule, with its salts and isotopes.

    Parameters
    ----------
    molecule : rdkit.Chem.Mol
        The molecule.
    stereo : bool, default=True
        Whether its stereochemistry is told.

    Examples
    --------
    >>> canonical(*read_molecules(["OC(C)C"])), canonical(*read_molecules(["C[C@H](F)Cl"]), stereo=False)
    ('CC(C)O', 'CC(F)Cl')
    """
    chem = load("rdkit.Chem", "molecules")
    if not stereo:
        molecule = chem.Mol(molecule)
        chem.RemoveStereochemistry(molecule)
    return chem.MolToSmiles(molecule)


def kekule(molecule):
    """A copy of a molecule with single and double bonds in its aromatic rings.

    Examples
    --------
    >>> canonical(kekule(*read_molecules(["c1ccncc1"])))
    'C1=CC=NC=C1'
    """
    chem = load("rdkit.Chem", "molecules")
    molecule = chem.Mol(molecule)
    chem.Kekulize(molecule, clearAromaticFlags=True)
    return molecule


def in_one_way(molecule):
    """The SMILES of a molecule with single and double bonds in its aromatic rings, always the same one.

    Examples
    --------
    >>> {in_one_way(molecule) for molecule in read_molecules(["Cc1ccccc1F", "Fc1ccccc1C", "FC=1C=CC=CC1C"])}
    {'CC1=CC=CC=C1F'}
    """
    return canonical(kekule(*read_molecules([canonical(molecule)])))


def most_bonds(atom):
    """How many bonds RDKit lets an atom have, 8 at most; a double one counts twice.

    Parameters
    ----------
    atom : str
        The atom as in a SMILES.

    Examples
    --------
    >>> [most_bonds(atom) for atom in ("C", "[NH3+]", "[C@@H]", "S")]
    [4, 1, 3, 6]
    """
    written = [atom + "(C)" * n for n in range(1, MOST + 1)]
    return next((n for n, molecule in enumerate(read_molecules(written)) if molecule is None), MOST)


def shuffled(molecule, rng):
    """A SMILES of a molecule that begins at any of its atoms and goes on in any order.

    The "restricted" randomised SMILES of Arús-Pous et al., "Randomized SMILES strings improve the quality of molecular
    generative models", Journal of Cheminformatics 11:71, 2019.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> sorted({shuffled(*read_molecules(["CCO"]), rng) for _ in range(20)})
    ['C(C)O', 'C(O)C', 'CCO', 'OCC']
    """
    chem = load("rdkit.Chem", "molecules")
    order = rng.permutation(molecule.GetNumAtoms()).tolist()
    return chem.MolToSmiles(chem.RenumberAtoms(molecule, order), canonical=False)


def to_selfies(smiles):
    """The SELFIES of a SMILES, or None where it has none.

    Krenn et al., "Self-referencing embedded strings (SELFIES): a 100 % robust molecular string representation", Machine
    Learning: Science and Technology 1:045024, 2020.

    Examples
    --------
    >>> to_selfies("CC=O"), to_selfies("CC(C)(C)(C)C")
    ('[C][C][=O]', None)
    """
    selfies = load("selfies", "molecules")
    try:
        return selfies.encoder(smiles)
    except selfies.EncoderError:
        return None


def from_selfies(text):
    """The SMILES of a SELFIES, of any list of symbols that SELFIES has.

    Examples
    --------
    >>> from_selfies("[C][C][=O][=O]")
    'CC=O'
    """
    return load("selfies", "molecules").decoder(text)


def molecule_of(text):
    """The molecule that a part is by itself; None where its text is none, or has a wildcard."""
    (molecule,) = read_molecules([text])
    wild = molecule is not None and any(atom.GetAtomicNum() == 0 for atom in molecule.GetAtoms())
    return None if wild else molecule


def part_of(text):
    """A part of molecules to look for, of its SMILES or SMARTS; a ValueError where it is neither.

    One with a wildcard is a SMARTS: its "*" is any atom.

    Examples
    --------
    >>> molecules = read_molecules(["Cc1ccncc1", "Cc1ccccc1"])
    >>> [molecule.HasSubstructMatch(part_of("C1=CC=NC=C1")) for molecule in molecules]
    [True, False]
    >>> [molecule.HasSubstructMatch(part_of("c[n,o]")) for molecule in molecules]
    [True, False]
    >>> [molecule.HasSubstructMatch(part_of("*n")) for molecule in molecules]
    [True, False]
    """
    if not isinstance(text, str):
        raise TypeError(f"A part of molecules is a SMILES or SMARTS, a str; got {type(text).__name__}.")
    part = molecule_of(text)
    if part is None:
        with quiet() as chem:
            part = chem.MolFromSmarts(text)
    if part is None or not part.GetNumAtoms():
        raise ValueError(f"{text!r} is neither a SMILES nor a SMARTS of a part of molecules.")
    return part
