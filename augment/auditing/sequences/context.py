"""Do whole sequences look the same to fixed random convolutions? A kernel distance, beyond that of real sequences.

A Context-FID (Jeha et al., ICLR 2022) is the Frechet distance of features that a network learned from the real
sequences: another network in each audit, and a bias that grows as sequences get fewer. Here the features are fixed
(`augment.auditing.sequences.convolutions`) and the distance has no bias: that of images (Bińkowski et al. 2018).
"""

from augment.auditing import charts
from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.images.kernel_distance import kernel_distances
from augment.auditing.intervals import z_value
from augment.auditing.sequences.convolutions import NAME, SEED, context_features
from augment.auditing.sequences.data import NOTHING
from augment.auditing.sequences.gaussian_window import gaussian_windows

LEAST, MOST = 50, 2_000  # sequences of each part


def context(data, rng):
    """The distance of synthetic from real sequences less that of as many fresh real ones, and that of normal windows.

    Without a holdout train is cut in two.
    """
    if not data.channels:
        raise NotAssessed(NOTHING)
    held, sizes = data.holdout is not None, data.sizes
    m = min(sizes["synthetic"], sizes["train"] if held else sizes["train"] // 2, sizes.get("holdout", MOST), MOST)
    if m < LEAST:
        raise NotAssessed(f"Needs {LEAST} synthetic sequences, and {LEAST} holdout or {2 * LEAST} training sequences.")
    if not data.longest:
        raise NotAssessed("All sequences are empty.")
    take = {"train": m if held else 2 * m, "synthetic": m, "holdout": m}
    seen = {
        name: context_features(part.take(rng.permutation(sizes[name])[: take[name]]), data)
        for name, part in data.sequences.items()
    }
    real, fresh = (seen["holdout"], seen["train"]) if held else (seen["train"][:m], seen["train"][m:])
    found = kernel_distances(seen["synthetic"], fresh, real)
    rows = [["synthetic sequences", found["synthetic"]], ["fresh real sequences", found["fresh"]]]
    gaussian = gaussian_windows(data, data.seed)
    if gaussian is not None:
        drawn = context_features(gaussian.take(range(min(m, len(gaussian)))), data)
        rows.append(
            ["windows of a normal distribution", kernel_distances(drawn, fresh[: len(drawn)], real)["synthetic"]]
        )
    return [_finding(data, found, rows, m)]


def _finding(data, found, rows, m):
    half, held = z_value() * found["error"], data.holdout is not None
    normal = f" Windows of a normal distribution have {rows[2][1]:.4f}." if len(rows) > 2 else ""
    beware = "" if held else " Copies of training sequences lower it."
    return Finding(
        id=CONTEXT.id,
        pillar=CONTEXT.pillar,
        title=f"{CONTEXT.title}, beyond that of real sequences",
        value=found["excess"],
        interval=(found["excess"] - half, found["excess"] + half),
        goal="lower",
        threshold=data.thresholds[CONTEXT.id],
        ceiling=0.0,
        reference=found["fresh"],
        reference_name=f"distance of {'training from holdout' if held else 'halves of train'} sequences",
        method="normal, with the variance of a permutation test and that of the linear part",
        n=dict.fromkeys(data.sizes, m),
        message=f"Seen by fixed random convolutions, the kernel distance of synthetic from real sequences is "
        f"{found['synthetic']:.4f}, and that of fresh real ones is {found['fresh']:.4f}.{normal}{beware}",
        evidence={
            "tables": [charts.table("Kernel distance from real sequences", ["sequences", "distance"], rows)],
            "facts": {"features": NAME, "features_seed": SEED, "standard_error": found["error"]},
        },
    )


CONTEXT = Check(
    "fidelity.context", "Kernel distance of whole sequences", context, thresholds={"fidelity.context": 0.03}
)
CHECKS = [CONTEXT]
