"""Question: does a generator learned from a few images make a classifier of them better, beside classical augmentation?

    python benchmarks/image_gain.py --data ../shared/data --out image_gain.jsonl [--sets pneumonia,fashion]
        [--sizes 10,20,50,100] [--seeds 5] [--arms real,duplicated,...] [--steps 1000] [--ratio 0.25] [--develop]

A seed draws so many training images of each class of PneumoniaMNIST (2 classes) and Fashion-MNIST (10). Every arm
trains the same network (`ImageClassifier`, from the same weights) in as many optimizer steps; it is tested on images of
the official test part, 2,000 at most, by balanced accuracy and by the recall of the worst class.

real: the images. duplicated: `ratio` copies of each more. shift, rand, mixup, cutmix: classical augmentation by Keras's
layers with their defaults; shift is one by up to a tenth of a side, and a horizontal flip. vae: `ratio` times as many
images of a VAE of these images; vae-near: images on the way to others of their class in the space of its codes;
flow-near: images noised by a flow part of the way and brought back. shift+vae and the like: both. auto:
`AugmentedClassifier(ratio="auto")` with its default generator, the VAE, and three inner splits: it adds nothing unless
these prove a gain. The generators have default settings, are fitted once for each set, size and seed, and serve all
arms but auto.

Cells go from few images to many, and from the smaller set to the larger one; auto comes when all else is done. "best
classical" is the one of the four that does best on the test images themselves: what no user can choose so well. Every
finished line of --out is not run again; processes with other --sets or --sizes may share it. Set OMP_NUM_THREADS=1 on a
busy machine. With 5 seeds all arms but auto take about 300 CPU minutes, half of them the generators, and auto 250.

Steps and ratio were chosen with --develop, which tests on other training images, at 20 images a class of Fashion-MNIST
with two seeds; nothing was chosen by test images. Balanced accuracy of real, shift, rand and cutmix: .743, .739, .748,
.743 with 500 steps, .744, .738, .762, .737 with 1,000; with 2,000 (one seed) .738, .744, .748 of the first three, for
.741, .731, .750. vae and rand+vae-near: .739 and .757 with a ratio of .25, .730 and .745 with 1; with 4 (one seed) .729
and .728, for .739 and .739. Strengths of .2 and .5 differ by at most .004.

Last result, a part of the whole (PneumoniaMNIST; 5 seeds at 10 and 20 images a class, 3 at 50; --steps 500; no flow, no
auto; 2 busy shared cores). Balanced accuracy, means, and the paired gain over duplicated in all three cells:

| arm | 10 | 20 | 50 | gain | worst class, gain | CPU-s |
|---|---|---|---|---|---|---|
| real | .768 | .822 | .797 | +.002 [-.005, +.009] | +.005 [-.007, +.015] | 7 |
| duplicated | .769 | .821 | .791 | | | 6 |
| shift | .774 | .837 | .813 | +.014 [-.001, +.030] | +.037 [-.009, +.089] | 7 |
| rand | .785 | .811 | .800 | +.005 [-.017, +.029] | +.006 [-.035, +.060] | 13 |
| mixup | .749 | .786 | .780 | -.022 [-.049, -.003] | -.077 [-.146, -.031] | 7 |
| cutmix | .728 | .797 | .804 | -.018 [-.049, +.010] | -.070 [-.148, +.003] | 7 |
| vae | .758 | .820 | .798 | -.002 [-.015, +.008] | -.001 [-.015, +.013] | 7, and 26 to fit |
| vae-near | .767 | .824 | .789 | -.001 [-.006, +.005] | +.005 [-.009, +.023] | 6 |
| shift+vae-near | .760 | .836 | .812 | +.009 [-.009, +.024] | +.033 [-.018, +.088] | 7 |
| rand+vae-near | .779 | .820 | .796 | +.005 [-.012, +.024] | +.006 [-.029, +.045] | 13 |

So here synthetic images help no more than copies do, and with classical augmentation no more than it does alone: of six
cells of both against its classical part none has an interval above 0, and none below.

Fashion-MNIST, 5 seeds at 10 and 20 images a class (--steps 500; real, duplicated, shift, vae, vae-near and
shift+vae-near alone; the last column in both cells together):

| arm | 10 | 20 | gain | worst class, gain |
|---|---|---|---|---|
| real | .687 | .745 | +.002 [-.002, +.005] | +.002 [-.013, +.013] |
| duplicated | .686 | .742 | | |
| shift | .679 | .731 | -.009 [-.018, +.002] | +.021 [-.033, +.060] |
| vae | .683 | .741 | -.002 [-.006, +.004] | -.006 [-.023, +.012] |
| vae-near | .688 | .737 | -.001 [-.007, +.004] | +.005 [-.012, +.033] |
| shift+vae-near | .680 | .732 | -.008 [-.018, +.002] | +.019 [-.042, +.061] |

The same there: variations beside shifts gain +.001 [-.004, +.006] over shifts alone.
"""

import argparse
import json
import time
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
from augmentation_summary import bootstrap_interval, gains_of, interval
from images import SETS

SIZES = 10, 20, 50, 100  # images a class
TESTED = 2000  # images at most
STRENGTH = 0.3  # how far images of "-near" go, as by default
CLASSICAL = "shift", "rand", "mixup", "cutmix"
SYNTHETIC = "vae", "vae-near", "flow-near"
PARTNERS = "shift", "rand"  # the everyday one, and the best of the four on other training images
ARMS = (
    "real",
    "duplicated",
    *CLASSICAL,
    *SYNTHETIC,
    *(f"{partner}+{name}" for partner in PARTNERS for name in SYNTHETIC),
    "auto",
)
MEASURES = {"balanced": "balanced accuracy", "worst": "recall of the worst class"}


class Cell:
    """So many training images of each class, the test images, and what is learned once for all arms."""

    def __init__(self, name, data_dir, size, seed, ratio=0.25, steps=1000, develop=False):
        file, train, test = SETS[name]
        with np.load(Path(data_dir, "image", file)) as arrays:
            (X, y), (X_test, y_test) = ((arrays[a], arrays[b].ravel()) for a, b in (train, test))
        rng = np.random.default_rng([seed, size, develop])
        chosen = [rng.choice(np.flatnonzero(y == label), size, replace=False) for label in np.unique(y)]
        chosen = rng.permutation(np.concatenate(chosen))
        if develop:
            X_test, y_test = np.delete(X, chosen, axis=0), np.delete(y, chosen)
        tested = np.random.default_rng(0).permutation(len(X_test))[:TESTED]
        self.X, self.y, self.seed, self.ratio, self.steps = X[chosen], y[chosen], seed, ratio, steps
        self.X_test, self.y_test = X_test[tested], y_test[tested]
        self.generator, self.images = cache(self._generator), cache(self._images)

    def _generator(self, model):
        """A fitted synthesizer and the CPU seconds that it took."""
        from augment import ImageSynthesizer

        start = time.process_time()
        fitted = ImageSynthesizer(model, random_state=self.seed, verbose=0).fit(self.X, self.y)
        return fitted, time.process_time() - start

    def _images(self, name):
        """The added images of an arm, their labels and the CPU seconds of their generator."""
        from augment.augmentation.rows import added_labels, in_turn, parents_of

        rng = np.random.default_rng(self.seed)
        if name == "duplicated":
            places = in_turn(np.arange(len(self.y)), round(self.ratio * len(self.y)), rng)
            return self.X[places], self.y[places], 0.0
        synthesizer, spent = self.generator(name.split("-")[0])
        labels = added_labels(self.y, self.ratio)
        if name.endswith("-near"):
            places = parents_of(labels, self.y, rng)
            like = {"like": (self.X[places], self.y[places]), "strength": STRENGTH}
            return *synthesizer.generate(random_state=self.seed, **like), spent
        return *synthesizer.generate(y=labels, random_state=self.seed), spent


def layers(name):
    """Keras's layers of a classical arm."""
    import keras

    made = {
        "shift": lambda: [keras.layers.RandomTranslation(0.1, 0.1), keras.layers.RandomFlip("horizontal")],
        "rand": lambda: [keras.layers.RandAugment(value_range=(0, 255))],
        "mixup": lambda: [keras.layers.MixUp()],
        "cutmix": lambda: [keras.layers.CutMix()],
    }
    return made[name]()


def fitted(arm, cell):
    """The classifier of an arm, trained, and facts about it."""
    from augment import AugmentedClassifier, ImageClassifier

    plain = ImageClassifier(steps=cell.steps, random_state=cell.seed)
    if arm == "auto":
        settings = {"sample_weight": 1.0, "cv": 3, "scoring": "balanced_accuracy", "verbose": 0}
        auto = AugmentedClassifier(plain, ratio="auto", random_state=cell.seed, **settings)
        return auto.fit(cell.X, cell.y), {"ratio": auto.ratio_}
    X, y, spent = cell.X, cell.y, {}
    for part in arm.split("+"):
        if part in CLASSICAL:
            plain.set_params(augmentation=layers(part))
        elif part != "real":
            X_new, y_new, seconds = cell.images(part)
            X, y, spent = np.concatenate([X, X_new]), np.concatenate([y, y_new]), {"generator_cpu": seconds}
    return plain.fit(X, y), spent


def measure(arm, cell):
    """What one arm makes of one cell."""
    start = time.process_time()
    classifier, facts = fitted(arm, cell)
    guess = classifier.predict(cell.X_test)
    recalls = [float(np.mean(guess[cell.y_test == label] == label)) for label in np.unique(cell.y_test)]
    scores = {"balanced": float(np.mean(recalls)), "worst": min(recalls)}
    return {"scores": scores, "recalls": recalls, "cpu": time.process_time() - start} | facts


def run(names, sizes, seeds, arms, data_dir, out, **settings):
    """Measure what is not done yet; each finished arm of a cell is appended to the file `out`."""
    done = {key(record) for record in load(out)}
    late = [arm for arm in arms if arm == "auto"]  # costs as much as all others
    for together in ([arm for arm in arms if arm not in late], late):
        for size, name, seed in product(sizes, names, range(seeds)):
            missing = [arm for arm in together if (name, size, seed, arm) not in done]
            cell = Cell(name, data_dir, size, seed, **settings) if missing else None
            for arm in missing:
                record = {"table": name, "size": size, "split": seed, "arm": arm} | measure(arm, cell)
                with open(out, "a") as file:
                    file.write(json.dumps(record) + "\n")
                told = " ".join(f"{measure} {score:.3f}" for measure, score in record["scores"].items())
                print(*key(record), told, f"{record['cpu']:.0f} s", flush=True)


def key(record):
    return tuple(record[name] for name in ("table", "size", "split", "arm"))


def load(path):
    """Records of a file, none where there is no file."""
    return [json.loads(line) for line in Path(path).read_text().splitlines()] if Path(path).exists() else []


def with_best_classical(records):
    """The records, and those of the best classical arm of each set and size once more under a name of its own."""
    best = []
    for cell in sorted({(record["table"], record["size"]) for record in records}):
        mine = [record for record in records if (record["table"], record["size"]) == cell]
        means = {
            arm: np.mean([record["scores"]["balanced"] for record in mine if record["arm"] == arm])
            for arm in CLASSICAL
            if any(record["arm"] == arm for record in mine)
        }
        if means:
            arm = max(means, key=means.get)
            best += [record | {"arm": "best classical"} for record in mine if record["arm"] == arm]
    return records + best


def summary(records):
    """Tables of scores and of paired gains, as Markdown."""
    records = with_best_classical(records)
    arms = [arm for arm in ARMS if any(record["arm"] == arm for record in records)]
    parts = []
    for measure, title in MEASURES.items():
        parts.append(f"{title[0].upper()}{title[1:]}, means over seeds:\n\n{scores_of(records, arms, measure)}")
        for reference in ("duplicated", "best classical"):
            table = gains(records, [arm for arm in arms if arm != reference], measure, reference)
            parts.append(f"{title[0].upper()}{title[1:]}, paired gain over {reference}:\n\n{table}")
    parts.append(
        f"Classical and synthetic over the same classical alone, and auto over real:\n\n{partners(records, arms)}"
    )
    return "\n\n".join(parts)


def cells_of(records):
    return sorted({(record["table"], record["size"]) for record in records})


def scores_of(records, arms, measure):
    """A row for each arm, a column for each set and size."""
    cells = cells_of(records)
    lines = [["arm", *(f"{name} {size}" for name, size in cells)]]
    for arm in [*arms, "best classical"]:
        found = [
            [r["scores"][measure] for r in records if (r["table"], r["size"], r["arm"]) == (*c, arm)] for c in cells
        ]
        lines.append([arm, *(f"{np.mean(values):.3f}" if values else "" for values in found)])
    return markdown(lines)


def gains(records, arms, measure, reference):
    """A row for each arm: the gain over a reference in each cell with Student's interval over seeds, and over all."""
    cells = cells_of(records)
    lines = [["arm", *(f"{name} {size}" for name, size in cells), "all"]]
    for arm in arms:
        found = gains_of(records, arm, [measure], reference)
        lines.append([arm, *(in_words(found.get(cell)) for cell in cells), over_cells(found)])
    return markdown(lines)


def partners(records, arms):
    """For each arm of both, and auto, the cells whose interval of the gain over its base lies above 0, and below."""
    lines = [["arm", "over", "measure", "cells", "above 0", "below 0", "mean gain"]]
    for arm in [arm for arm in arms if "+" in arm or arm == "auto"]:
        base = "real" if arm == "auto" else arm.split("+")[0]
        for measure, title in MEASURES.items():
            found = {c: g for c, g in gains_of(records, arm, [measure], base).items() if len(g) > 1}
            ends = [interval(values) for values in found.values()]
            counts = [sum(low > 0 for low, _ in ends), sum(high < 0 for _, high in ends)]
            lines.append([arm, base, title, str(len(found)), *map(str, counts), f"{mean(found):+.3f}" if found else ""])
    return markdown(lines)


def in_words(values):
    """A mean and its interval."""
    if values is None:
        return ""
    ends = "" if len(values) < 2 else f" [{', '.join(f'{end:+.3f}' for end in interval(values))}]"
    return f"{np.mean(values):+.3f}{ends}"


def over_cells(cells):
    """The mean over cells and its interval; without one where a cell has a single seed."""
    if not cells:
        return ""
    several = min(len(values) for values in cells.values()) > 1
    ends = f" [{', '.join(f'{end:+.3f}' for end in bootstrap_interval(cells))}]" if several else ""
    return f"{mean(cells):+.3f}{ends}"


def mean(cells):
    return float(np.mean([values.mean() for values in cells.values()]))


def markdown(lines):
    head, *rest = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([head, "|---" * len(lines[0]) + "|", *rest])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder that holds image/fashion_mnist.npz and the others")
    parser.add_argument("--out", required=True, help="file of records; what it holds is not run again")
    parser.add_argument("--sets", default="pneumonia,fashion")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="images of each class")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--arms", default=",".join(ARMS))
    parser.add_argument("--steps", type=int, default=1000, help="optimizer steps of every arm")
    parser.add_argument("--ratio", type=float, default=0.25, help="added images for each real one")
    parser.add_argument("--develop", action="store_true", help="test on other training images")
    arguments = parser.parse_args()
    sizes = sorted(int(size) for size in arguments.sizes.split(","))
    names, arms = arguments.sets.split(","), arguments.arms.split(",")
    settings = {"ratio": arguments.ratio, "steps": arguments.steps, "develop": arguments.develop}
    run(names, sizes, arguments.seeds, arms, arguments.data, arguments.out, **settings)
    print(summary(load(arguments.out)))


if __name__ == "__main__":
    main()
