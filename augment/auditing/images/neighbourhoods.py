"""Do the images lie where real images lie, and everywhere real images lie? Density and coverage, also class by class.

The measures are those of `augment.auditing.coverage` (Naeem et al. 2020), in the features of a fixed random network.
"""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.coverage import GROUPS, MEASURES, NEIGHBOURS, neighbourhoods
from augment.auditing.images.features import features_of, identity
from augment.auditing.intervals import z_value

MOST = 5_000  # images of each part
LEAST = 50  # real images that a class, or all of them, must have to be judged
EXPECTED = 1 - 0.5**NEIGHBOURS  # coverage by as many images of the same distribution
FEWER = 5  # a class may have so many times fewer images than its share and is held against as few real ones


def density_and_coverage(data, rng):
    """Density and coverage of all synthetic images, each beside that of as many real ones.

    With a holdout, its images are the real ones that both synthetic and training images are held against, so that
    copies of training images gain nothing. Without one, training images are cut in two.
    """
    every = {name: np.arange(size) for name, size in data.sizes.items()}
    found = _compare(data, every, 1.0, rng)
    if found is None:
        raise NotAssessed(f"Needs {LEAST} synthetic images, and {LEAST} holdout or {2 * LEAST} training images.")
    return [_finding(data, measure, found) for measure in ("density", "coverage")]


def class_coverage(data, rng):
    """Coverage of each class of real images by the synthetic images of its label, and the class covered worst."""
    rows, skipped = [], []
    for k, name in enumerate(data.classes):
        own = {part: np.flatnonzero(codes == k) for part, codes in data.labels.items() if part in data.tables}
        found = _compare(data, own, len(own["train"]) / data.sizes["train"], rng)
        skipped += [name] * (found is None)
        rows += [{"name": name, **found}] if found else []
    if not rows:
        raise NotAssessed(f"No class has {LEAST} holdout images and {LEAST} training images to be compared with.")
    return [_worst_class(data, rows, skipped)]


def _compare(data, own, share, rng):
    """The measures of synthetic and of fresh real images among `own` images of each part; None where they are few.

    A class that has fewer synthetic images than its share of train is held against as few fresh real ones, since how
    many are made of it is the user's choice; down to a fifth of its share, below which it counts as forgotten.
    """
    held = data.holdout is not None
    size = len(own["train"])
    expected = int(share * data.sizes["synthetic"])
    m = min(size if held else size // 2, len(own["holdout"]) if held else size // 2, expected, MOST)
    if m < LEAST:
        return None
    count = min(m, max(len(own["synthetic"]), -(-expected // FEWER)))
    take = {"train": count if held else m + count, "synthetic": count, "holdout": m if held else 0}
    chosen = {name: rng.permutation(own[name])[: take[name]] for name in data.sizes}
    seen = features_of(data, chosen)
    real, fresh = (seen["holdout"], seen["train"]) if held else np.split(seen["train"], [m])
    seen = {"synthetic": seen["synthetic"], "fresh": fresh}
    found = {kind: _measures(real, other, rng) for kind, other in seen.items()}
    return {**found, "real": len(real), "n": {name: len(part) for name, part in chosen.items() if len(part)}}


def _measures(real, other, rng):
    """Value and error of each measure; nothing is covered by fewer images than neighbours are counted."""
    if len(other) <= NEIGHBOURS:
        return dict.fromkeys(MEASURES, (0.0, 0.0))
    return neighbourhoods(real.astype("float64"), other.astype("float64"), rng.permutation(len(other)) % GROUPS)


def _bounds(found, measure, comparisons=1):
    """Value, interval and value of fresh real images of one measure."""
    (value, error), (ceiling, real_error) = found["synthetic"][measure], found["fresh"][measure]
    half = max(z_value(comparisons=comparisons) * np.hypot(error, real_error), 3 / found["real"])
    return value, max(value - half, 0.0), min(value + half, np.inf if measure == "density" else 1.0), ceiling


def _source(data):
    return "training against holdout images" if data.holdout is not None else "two halves of the training images"


def _finding(data, measure, found):
    identity_, (value, low, high, ceiling) = f"{JOINT.id}.{measure}", _bounds(found, measure)
    row = {"name": measure, "value": value, "low": low, "high": high, "mark": ceiling}
    axis = (0, max(1.0, 1.1 * max(high, ceiling)))
    expected = f" (as many of one distribution: {EXPECTED:.3f})" if measure == "coverage" else ""
    beware = "" if data.holdout is not None or measure == "coverage" else " Copies of training images raise it."
    return Finding(
        id=identity_,
        pillar="fidelity",
        title=f"{measure.capitalize()} ({MEASURES[measure].replace('a row', 'an image')})",
        value=value,
        interval=(low, high),
        threshold=ceiling - data.thresholds[identity_],
        ceiling=ceiling,
        method=f"error over images, leaving groups of images out; ceiling from {_source(data)}",
        n=found["n"],
        message=f"{measure.capitalize()} of the synthetic images is {value:.3f} with {NEIGHBOURS} neighbours; fresh "
        f"real images have {ceiling:.3f}{expected}.{beware}",
        evidence={
            "charts": [charts.intervals(measure.capitalize(), [row], axis=axis, mark="fresh real images")],
            "facts": identity(data),
        },
    )


def _worst_class(data, rows, skipped):
    """The finding on the class whose coverage is furthest below that of fresh real images."""
    listed = []
    for row in rows:
        value, low, high, ceiling = _bounds(row, "coverage", len(rows))
        density, real_density = row["synthetic"]["density"][0], row["fresh"]["density"][0]
        listed.append([row["name"], value, low, high, ceiling, density, real_density, row["n"].get("synthetic", 0)])
    listed.sort(key=lambda r: r[1] - r[4])
    name, value, *_, ceiling = listed[0][:5]
    drawn = [dict(zip(("name", "value", "low", "high", "mark"), r[:5], strict=True)) for r in listed]
    columns = ["class", "coverage", "low", "high", "fresh real", "density", "density of fresh real", "synthetic images"]
    left = f" Too few images to judge: {', '.join(skipped[:10])}." if skipped else ""
    return Finding(
        id=CLASSES.id,
        pillar="fidelity",
        title="Coverage of each class, the worst",
        value=value - ceiling,
        interval=(min(r[2] - r[4] for r in listed), min(r[3] - r[4] for r in listed)),
        threshold=-data.thresholds[CLASSES.id],
        ceiling=0.0,
        method=f"error over images, for {len(listed)} classes at once; ceiling from {_source(data)}",
        n=data.sizes,
        message=f"The class furthest below fresh real images is {name}: coverage {value:.3f}, where they would have "
        f"{ceiling:.3f}.{left}",
        worst=drawn,
        evidence={
            "charts": [charts.intervals("Coverage of each class", drawn, axis=(0, 1), mark="fresh real images")],
            "tables": [charts.table("Coverage and density of each class", columns, listed)],
            "facts": identity(data),
        },
    )


JOINT = Check(
    "fidelity.joint",
    "Density and coverage",
    density_and_coverage,
    thresholds={"fidelity.joint.density": 0.2, "fidelity.joint.coverage": 0.1},
)
CLASSES = Check(
    "fidelity.classes",
    "Coverage of each class",
    class_coverage,
    needs=("labels",),
    thresholds={"fidelity.classes": 0.2},
)
CHECKS = [JOINT, CLASSES]
