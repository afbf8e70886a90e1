"""Question: do generated solids make meshes that a printer or a game engine takes?

    python benchmarks/volumes.py [--models vae,flow,gan] [--n 500] [--seeds 3] [--out volumes.jsonl]

Boxes, tables and towers of `make_shapes`, 16 voxels a side: default settings fitted on n of them, n generated and
meshed as `write_meshes` does, and the audit with n others as holdout. "watertight" is the share of meshes that enclose
a volume, "one" of solids that were one connected part before all but the largest were left out, "nearly one" of those
whose largest part has 95 % of the filled voxels, "in law" of solids that some shape of its label could be (see
`lawful`), for which the training solids have 1. Accuracy and coverage as in `benchmarks/images.py`. Every finished line
of --out is not run again. Needs augment-toolkit[mesh].

Last result (--seeds 1, seed 0 alone; one of 2 shared cores, 24 GiB; TensorFlow, OMP_NUM_THREADS=1):

| model | fit CPU-s | solids / CPU-s | accuracy, of real | watertight | one | nearly one | in law | coverage | nearer |
|---|---|---|---|---|---|---|---|---|---|
| vae | 177 | 1,750 | .934 | 1 | .94 | .978 | .044 | .948 | .555 [.489, ...] |
| flow | 636 | 18 | .988 | 1 | .914 | .992 | .14 | .970 | .595 [.527, ...] |
| gan | 354 | 1,153 | .812 | 1 | .352 | .846 | 0 | .716 | .566 [.460, ...] |

The flow's share of nearer solids is above one half for certain.

As pixels with normal errors, before two values were learned as such, the VAE had one .87, in law .014 and nearer .588
[.520, ...], the flow after all of its 1,408 steps one .002. On solids of seed 501 with part of the steps: the flow, 384
steps in 235 CPU-s: nearly one .93 (.83 with 10 steps of the sampler in place of 20), in law 0, 2 of 500 empty. The GAN,
576 of 1,408 steps in 150 CPU-s: one .21, nearly one .76 (towers 1, boxes .88, tables, whose legs are thin, .32), in law
0; its discriminator is far ahead.

Tried with normal errors on solids of seed 501, VAE, one fit each: patches of 4 voxels, width 64, beta .5: voxels of
unseen solids put back wrongly 2.2 %, one .71; patches of 2, width 32, beta 4: .7 %, one .92. There 43 % of unseen
solids were put back in law but 1 % of new ones: the normal of each class loses the most. Codes between neighbours were
in law to 42 %, but nearer to training solids (.71). beta 30 with 16 numbers in a code, at half of the steps: 2.0 %, one
.89.
"""

import argparse
import contextlib
import time

import numpy as np
from records import measured
from scipy import ndimage

FINDINGS = {
    "accuracy_gap": ("utility.accuracy", "value"),
    "accuracy_real": ("utility.accuracy", "reference"),
    "coverage": ("fidelity.joint.coverage", "value"),
    "nearer": ("privacy.distances", "value"),
    "nearer_low": ("privacy.distances", "low"),
}


def bounding(solid):
    """The part of a solid's grid that it reaches over."""
    places = np.argwhere(solid)
    low, high = places.min(axis=0), places.max(axis=0) + 1
    return solid[tuple(slice(*ends) for ends in zip(low, high, strict=True))]


def lawful(solid, label, tolerance=0.03):
    """Whether all but a share of the voxels of a solid's bounding box are as the law of its label has them.

    A box fills it; a tower's floors are centred rectangles that grow narrower upwards; a table is a plate on four legs
    under its corners.
    """
    if not solid.any():
        return False
    solid = bounding(solid)
    floors = np.moveaxis(solid, 1, 0)
    if label == "box":
        ideal = np.ones_like(floors)
    elif label == "tower":
        ideal = np.zeros_like(floors)
        before = floors.shape[1:]
        for number, floor in enumerate(floors):
            if not floor.any():
                return False
            size = tuple(min(a, b) for a, b in zip(bounding(floor).shape, before, strict=True))
            low = [(whole - side) // 2 for whole, side in zip(floor.shape, size, strict=True)]
            ideal[number, low[0] : low[0] + size[0], low[1] : low[1] + size[1]] = True
            before = size
        if before == floors.shape[1:]:
            return False  # a box
    else:
        unit = 2
        ideal = np.zeros_like(floors)
        ideal[-unit:] = True
        for rows in (slice(unit), slice(-unit, None)):
            for columns in (slice(unit), slice(-unit, None)):
                ideal[:, rows, columns] = True
    return bool((floors != ideal).mean() <= tolerance)


def largest_part(solid):
    """Share of a solid's filled voxels that are in its largest connected part; 0 for none."""
    parts, n_parts = ndimage.label(solid)
    return np.bincount(parts.ravel())[1:].max() / (parts > 0).sum() if n_parts else 0.0


def measure(model, n, seed):
    """One fit, its solids, their meshes and what the audit says, as a record."""
    import trimesh

    from augment import ImageSynthesizer, audit
    from augment.datasets import make_shapes
    from augment.meshes.solids import to_mesh

    train, holdout = make_shapes(n, random_state=seed), make_shapes(n, random_state=1000 + seed)
    start = time.process_time()
    synthesizer = ImageSynthesizer(model, spatial_dims=3, random_state=seed, verbose=0).fit(*train)
    fitted = time.process_time()
    new = synthesizer.generate(n)
    record = {"fit_cpu": fitted - start, "solids_per_cpu_second": n / (time.process_time() - fitted)}
    meshes = []
    for solid in new[0]:
        with contextlib.suppress(ValueError):  # too little of it is filled for a surface
            meshes.append(to_mesh(solid))
    record["watertight"] = sum(trimesh.Trimesh(mesh.vertices, mesh.faces).is_watertight for mesh in meshes) / n
    parts = np.array([largest_part(solid) for solid in new[0]])
    record["one"], record["nearly_one"] = float((parts == 1).mean()), float((parts >= 0.95).mean())
    for name, (solids, labels) in (("in_law", new), ("in_law_training", train)):
        record[name] = float(np.mean([lawful(solid > 0, label) for solid, label in zip(solids, labels, strict=True)]))
    frame = audit(train, new, holdout=holdout, spatial_dims=3, random_state=seed).to_frame().set_index("id")
    return record | {key: float(frame.loc[finding, column]) for key, (finding, column) in FINDINGS.items()}


def summary(records):
    """A Markdown table of means over the seeds."""
    columns = [name for name in records[0] if name not in ("model", "n", "seed", "accuracy_gap", "accuracy_real")]
    lines = ["| model | seeds | accuracy | " + " | ".join(columns) + " |", "|---" * (len(columns) + 3) + "|"]
    for model in dict.fromkeys(record["model"] for record in records):
        mine = [record for record in records if record["model"] == model]
        accuracy = np.mean([1 + record["accuracy_gap"] / record["accuracy_real"] for record in mine])
        means = [np.mean([record[column] for record in mine]) for column in columns]
        lines.append(f"| {model} | {len(mine)} | " + " | ".join(f"{mean:.3g}" for mean in [accuracy, *means]) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", default="vae,flow,gan")
    parser.add_argument("--n", type=int, default=500, help="training solids")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", default="volumes.jsonl", help="file of records; what it holds is not run again")
    arguments = parser.parse_args()
    models = arguments.models.split(",")
    cells = [{"model": m, "n": arguments.n, "seed": seed} for seed in range(arguments.seeds) for m in models]
    records = measured(arguments.out, cells, measure)
    print(summary(records))


if __name__ == "__main__":
    main()
