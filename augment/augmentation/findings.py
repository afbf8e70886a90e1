"""What an augmentation curve found: scores, paired gains and verdicts in one plain dict that prints itself."""

import sys
import time
from dataclasses import dataclass

import numpy as np

from augment.augmentation.gains import LEVEL, conclude, paired_gain, shown, verdict

NONE = "none"


@dataclass(frozen=True)
class AugmentationCurve:
    """What `augmentation_curve` found; prints itself.

    Attributes
    ----------
    results : dict
        Plain numbers and text, ready for JSON: "scoring", "score_name", "estimator", "strategy", "level", "n_folds",
        "test_share" (test rows for each training row), "ratios", "train_sizes"; "without", for each augmentation and
        size the "score" without synthetic rows and the "scores" by fold, and for an augmentation other than "none" its
        paired "gain" over that, with "low", "high", "detectable" and "verdict"; "rows", for each augmentation,
        generator, size and ratio the same, a gain over the same augmentation without synthetic rows; "verdicts", one
        for each augmentation, generator and size, with a "line" in words.
    """

    results: dict

    def to_frame(self):
        """A pandas frame: a row for each augmentation, generator, training size and ratio, without any rows first."""
        import pandas as pd

        columns = [
            "augmentation",
            "generator",
            "control",
            "train_size",
            "ratio",
            "score",
            "gain",
            "low",
            "high",
            "detectable",
            "verdict",
        ]
        without = [{"generator": NONE, "control": True, "ratio": 0.0} | row for row in self.results["without"]]
        return pd.DataFrame([*without, *self.results["rows"]], columns=columns)

    def __str__(self):
        results = self.results
        lines = [
            f"{results['score_name']} of {results['estimator']}, means over {results['n_folds']} folds; in brackets "
            f"{results['level']:.0%} intervals of the paired gain,",
            "which hold for all synthesizers at once, and for all controls at once.",
        ]
        for size in results["train_sizes"]:
            for row in results["without"]:
                if row["train_size"] == size:
                    lines += ["", *_columns(self._gains(row))]
            verdicts = [found for found in results["verdicts"] if found["train_size"] == size]
            named = [[named_arm(found) + " (control)" * found["control"], found["line"]] for found in verdicts]
            lines += ["", *_columns(named)]
        return "\n".join(lines)

    __repr__ = __str__

    def _gains(self, without):
        """The gains over one score without synthetic rows as a table of texts."""
        size, augmentation = without["train_size"], without["augmentation"]
        head = f"{size} real rows{'' if augmentation == NONE else ', ' + augmentation}: {shown(without['score'])}"
        table = [[head, *(f"ratio {ratio:g}" for ratio in self.results["ratios"])]]
        if augmentation != NONE:
            table[0][0] += f" ({_gain_in_words(without)})"
        rows = [row for row in self.results["rows"] if (row["train_size"], row["augmentation"]) == (size, augmentation)]
        for name in dict.fromkeys(row["generator"] for row in rows):
            table.append([name, *(_gain_in_words(row) for row in rows if row["generator"] == name)])
        return table


def gather(settings, scores, controls):
    """The results of a curve.

    Parameters
    ----------
    settings : dict
        What `AugmentationCurve.results` says of the curve as a whole, with "ratios".
    scores : dict of (str, str, int) to list of list of float
        By augmentation, generator and training size, for each fold a score for each ratio; a single one without
        generator, whose name is NONE, as is that of no augmentation.
    controls : collection of str
        The generators that are controls.

    Returns
    -------
    dict
    """
    sizes = settings["train_sizes"]
    arms = list(dict.fromkeys((augmentation, name) for augmentation, name, _ in scores if name != NONE))
    augmentations = list(dict.fromkeys(augmentation for augmentation, name, _ in scores if name == NONE))
    n_controls = len([name for _, name in arms if name in controls])
    alone, rows, verdicts = [], [], []

    def conclude_on(augmentation, name, size, gains):
        about = {"augmentation": augmentation, "generator": name, "control": name in controls, "train_size": size}
        rows.extend(about | gain for gain in gains if name != NONE)
        verdicts.append(about | conclude(gains, settings["score_name"]))

    for size in sizes:
        plain = np.array(scores[NONE, NONE, size])[:, 0]
        for augmentation in augmentations:
            without = np.array(scores[augmentation, NONE, size])[:, 0]
            own = {"augmentation": augmentation, "train_size": size}
            if augmentation == NONE:
                alone.append(own | _scored(without))
            else:
                gain = _compared(without, plain, settings, len(sizes) * (len(augmentations) - 1))
                alone.append(own | gain)
                conclude_on(augmentation, NONE, size, [gain | {"ratio": 0.0}])
            for name in [name for other, name in arms if other == augmentation]:
                family = n_controls if name in controls else len(arms) - n_controls
                comparisons = len(settings["ratios"]) * len(sizes) * family
                by_ratio = zip(settings["ratios"], np.transpose(scores[augmentation, name, size]), strict=True)
                gains = [{"ratio": r} | _compared(values, without, settings, comparisons) for r, values in by_ratio]
                conclude_on(augmentation, name, size, gains)
    results = {"level": LEVEL, "n_folds": len(plain), "without": alone, "rows": rows, "verdicts": verdicts}
    return settings | results


def _scored(values):
    return {"score": float(values.mean()), "scores": values.tolist()}


def _compared(values, without, settings, comparisons):
    """Scores by fold, and their paired gain over others."""
    gain = paired_gain(values - without, settings["test_share"], comparisons)
    return _scored(values) | gain | {"verdict": verdict(gain)}


def named_arm(found):
    """What a row or a verdict is about: the augmentation, the generator, or one with the other."""
    return " + ".join(name for name in (found["augmentation"], found["generator"]) if name != NONE) or NONE


def followed(work, n_tasks, verbose, stream=None):
    """The results of some work as they come, with a line of progress on standard error."""
    stream, start, first, last = stream or sys.stderr, time.monotonic(), None, 0.0
    for done, result in enumerate(work, start=1):
        yield result
        now = time.monotonic()
        first = first or now  # the first result waits for processes that start, and says nothing of those to come
        if verbose and (done == n_tasks or now - last >= (0.2 if stream.isatty() else 10)):
            last, text = now, f"{done} of {n_tasks} fits scored"
            if done == n_tasks:
                text += f" in {now - start:.0f} s"
            elif done > 1:
                text += f", about {(now - first) / (done - 1) * (n_tasks - done):.0f} s left"
            stream.write(f"\r\033[K{text}" + "\n" * (done == n_tasks) if stream.isatty() else f"{text}\n")
            stream.flush()


def _columns(table):
    """Lines of a table of texts, its columns as wide as they must be."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(map(str.ljust, line, widths)).rstrip() for line in table]


def _gain_in_words(row):
    if row["low"] is None:
        return "the same in all folds"
    return f"{shown(row['gain'], signed=True)} [{shown(row['low'])}, {shown(row['high'])}]"
