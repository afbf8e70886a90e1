"""Molecules: texts whose properties are columns, and what only molecules have: valid, unique, new and diverse ones."""

import base64

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, Finding
from augment.auditing.data import Column
from augment.auditing.sequences.reading import enough, read_texts, texts_of
from augment.chemistry import draw_grid, molecule_report
from augment.chemistry.properties import PROPERTIES, properties
from augment.chemistry.reading import canonical, read_molecules

DRAWN, ACROSS, SIZE = 8, 4, 160  # molecules of each part, in a row, and pixels of one
WORDS = {"validity": "valid", "uniqueness": "different, of the valid ones", "novelty": "not among the training ones"}


def read_smiles(given):
    """Molecules as texts, their canonical SMILES, their properties, and which of the given strings are molecules.

    Parameters
    ----------
    given : dict of str to list, array or series of str
        By part. What is no molecule is left out of synthetic ones, and an error in all others.

    Returns
    -------
    (tuple of Column, dict of str to Sequences, list of str, tuple of Column, dict, dict)
        Channels, sequences by part and notes as `read_texts` gives them; columns of properties, their values by part,
        and by part which of the given strings are molecules.
    """
    texts = {name: texts_of(part, name, "SMILES") for name, part in given.items()}
    molecules = {name: read_molecules(own) for name, own in texts.items()}
    valid = {name: np.array([molecule is not None for molecule in own]) for name, own in molecules.items()}
    for name, own in valid.items():
        if name != "synthetic" and not own.all():
            place = int(np.argmin(own))
            raise ValueError(
                f"{name} must hold SMILES of molecules, but {np.sum(~own):,} of them are none, such as number {place}, "
                f"{texts[name][place]!r}. Leave them out."
            )
    kept = {name: [molecule for molecule in own if molecule is not None] for name, own in molecules.items()}
    for name, own in kept.items():
        enough(own, name, "molecules")
    channels, parts, _ = read_texts({name: list(map(canonical, own)) for name, own in kept.items()})
    columns = tuple(Column(name, "number") for name in PROPERTIES)
    notes = ["Molecules are compared by the characters of their canonical SMILES and by their properties."]
    if not valid["synthetic"].all():
        wrong = np.sum(~valid["synthetic"])
        notes.append(f"{wrong:,} synthetic SMILES are no molecules: they are counted as such, and left out elsewhere.")
    return channels, parts, notes, columns, {name: properties(own) for name, own in kept.items()}, valid


def smiles_of(data, name):
    """Canonical SMILES of a part."""
    part, labels = data.parts[name], data.channels[0].labels
    text = "".join(labels[int(value)] for value in part.values[:, 0])
    return [text[start:end] for start, end in zip(part.starts, part.starts[1:], strict=False)]


def molecules(data, rng):
    """How many are valid, unique and new, how diverse they are, and how far their properties are from real ones.

    The measures are those of `augment.chemistry.molecule_report`; only validity is judged.
    """
    smiles = {name: smiles_of(data, name) for name in data.tables}
    n_wrong = data.n_given["synthetic"] - len(smiles["synthetic"])
    new = [*smiles["synthetic"], *["no molecule"] * n_wrong]
    seed = int(rng.integers(2**31))
    report = molecule_report(smiles["train"], new, smiles.get("holdout"), seed)
    shares = [_share(name, report[name], report["n"]) for name in ("uniqueness", "novelty")]
    return [_validity(data, report), *shares, _diversity(report), _properties(report)]


def _validity(data, report):
    found = report["validity"]
    return Finding(
        id=f"{MOLECULES.id}.validity",
        pillar="fidelity",
        title="Valid molecules",
        value=found["value"],
        interval=found["interval"],
        threshold=data.thresholds[f"{MOLECULES.id}.validity"],
        method="Wilson",
        n={"synthetic": report["n"]["raw"]},
        message=f"{found['value']:.1%} of the synthetic strings, as they were given, are molecules. Where invalid ones "
        "were drawn again this says nothing of the generator: give what it wrote at first.",
    )


def _share(name, found, n):
    real = found.get("real")
    beside = "" if real is None else f"; of real molecules that the generator never saw it is {real:.1%}"
    return Finding(
        id=f"{MOLECULES.id}.{name}",
        pillar="fidelity",
        title=f"{name.capitalize()} of molecules",
        value=found["value"],
        interval=found["interval"],
        reference=real,
        reference_name="" if real is None else "the same of the holdout",
        method="Wilson",
        n={"synthetic": n["new"]},
        message=f"{found['value']:.1%} are {WORDS[name]}, without stereochemistry{beside}.",
        informational=True,
    )


def _diversity(report):
    rows = []
    for name in ("internal_diversity", "internal_diversity_2", "similarity", "scaffolds"):
        found = report[name] or {}
        rows.append([name.replace("_", " "), found.get("value"), found.get("train"), found.get("real")])
    value, train = report["internal_diversity"]["value"], report["internal_diversity"].get("train")
    return Finding(
        id=f"{MOLECULES.id}.diversity",
        pillar="fidelity",
        title="Diversity of molecules",
        value=value,
        reference=train,
        reference_name="the same of training molecules",
        n={name: report["n"][name] for name in ("train",)} | {"synthetic": report["n"]["new"]},
        message="One minus the mean similarity of two molecules' circular fingerprints, beside that of training ones.",
        evidence={"tables": [charts.table("Diversity", ["measure", "synthetic", "train", "holdout"], rows)]},
        informational=True,
    )


def _properties(report):
    rows, outside = [], []
    for name, found in report["properties"].items():
        rows.append(
            [name, found["mean"], found["train"], found["difference"], found["distance"], found["real_distance"]]
        )
        low, high = found["real_interval"]
        outside += [name] * (not low <= found["difference"] <= high)
    said = f"outside it for {', '.join(outside)}" if outside else "inside it for all"
    columns = ["property", "mean", "mean of train", "difference", "distance", "distance of real ones, at most"]
    return Finding(
        id=f"{MOLECULES.id}.properties",
        pillar="fidelity",
        title="Properties of molecules",
        value=float(len(outside)),
        n={"train": report["n"]["train"], "synthetic": report["n"]["new"]},
        message="The difference of means of a real sample as large lies in an interval 19 times out of 20; that of "
        f"synthetic molecules is {said}. Shapes and correlations of properties are judged among the columns.",
        evidence={"tables": [charts.table("Properties", columns, rows)]},
        informational=True,
    )


def drawings(data, rows):
    """Molecules of each part, drawn, as the evidence of a finding."""
    pictures = []
    for name, order in rows.items():
        smiles = smiles_of(data, name)
        chosen = [smiles[row] for row in order[:DRAWN] if smiles[row]]
        if chosen:
            picture = base64.b64encode(draw_grid(chosen, columns=ACROSS, size=SIZE, form="png")).decode("ascii")
            height = -(-len(chosen) // ACROSS) * SIZE
            size = {"width": min(ACROSS, len(chosen)) * SIZE, "height": height}
            pictures.append({"name": name, "png": picture} | size)
    panels = [{"name": "molecules", "pictures": pictures}]
    return {"charts": [{**charts.pictures("Molecules chosen at random", panels), "row_level": True}]}


MOLECULES = Check(
    "fidelity.molecules", "Measures of molecules", molecules, thresholds={"fidelity.molecules.validity": 0.9}
)
CHECKS = [MOLECULES]
