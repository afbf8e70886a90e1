"""Shares and outcomes of groups where the attributes of synthetic images are guessed: adjusted for the guess's errors.

The findings have the names, thresholds and verdicts of those on given attributes. Their intervals hold what real and
synthetic images vary by, and the errors of the guess, each as it was counted; wide ones are the price of not knowing.
"""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import LEVEL, Finding, NotAssessed
from augment.auditing.groups import MIN_GROUP, standing
from augment.auditing.images.guessing import guessed
from augment.auditing.images.quantification import PSEUDO, interval, quantify
from augment.auditing.intervals import rate_interval
from augment.auditing.outcome import MAX_OUTCOMES
from augment.auditing.outcomes import OUTCOMES, sizes_of, worst_change
from augment.auditing.representation import REPRESENTATION, log_disparity

METHOD = "adjusted count, posterior draws of the guess's errors and of all shares, for all groups at once"
ASSUMED = "This takes for granted that the guess errs on synthetic images as often as on real ones of the same group"


def representation(data, rng):
    """For each protected attribute, the smallest ratio of a group's synthetic share to its real or population share."""
    return [_each(REPRESENTATION, _representation, data, j, rng) for j in data.groups.protected]


def outcomes(data, rng):
    """For each protected attribute, the largest change of the rate of a label in a group."""
    if not {"train", "synthetic"} <= set(data.labels):
        raise NotAssessed("Needs labels of train and synthetic: (images, labels, attributes).")
    return [_each(OUTCOMES, _outcomes, data, j, rng) for j in data.groups.protected]


def _each(check, function, data, j, rng):
    """The finding on one attribute; one that says why not where it cannot be guessed."""
    title = data.groups.columns[j].name
    common = {"id": f"{check.id}.{title}", "pillar": "bias"}
    try:
        found = guessed(data, j)
        if not found.told().any():
            raise NotAssessed(
                "Attributes of synthetic images were not given, and a classifier does not tell the groups of "
                f"{title!r} by the images: {_recalls(found)}. Give the attributes of synthetic images."
            )
        return function(data, found, common, rng)
    except NotAssessed as reason:
        return Finding(title=f"{check.title} ({title})", missing=str(reason), message=str(reason), **common)


def _representation(data, found, common, rng):
    strata = _strata(data, found)
    joint = quantify(found.confusion(strata), found.counts(found.synthetic, strata), rng)
    train = found.true_counts().sum(axis=1)
    names = [found.groups.names[g] for g in found.learned]
    reference, drawn, source = _reference(data, found, train, names, rng, len(joint.draws))
    share = joint.value.sum(axis=1)
    judged = np.flatnonzero(found.told() & (reference > 0))
    level = 1 - (1 - LEVEL) / max(len(judged) * len(data.groups.protected), 1)
    ratio = share[judged] / reference[judged]
    low, high = interval(ratio, joint.draws.sum(axis=2)[:, judged] / drawn[:, judged], level)
    low = np.maximum(low, 0.0)
    order = np.argsort(ratio, kind="stable")
    rows = [
        {"name": names[judged[k]], "value": ratio[k], "low": low[k], "high": high[k]}
        | {"log disparity": float(log_disparity(min(share[judged[k]], 1 - 1e-9), reference[judged[k]]))}
        for k in order
    ]
    first = judged[order[0]]
    word, rest = ("real", "training images") if source == "train" else ("population", "the population")
    threshold, own = data.thresholds[REPRESENTATION.id], _ratio_of_holdout(found, rng)
    return Finding(
        **common,
        title=f"Smallest share of a group of {found.groups.title}, synthetic over {word}",
        value=ratio.min(),
        interval=(low.min(), high.min()),
        goal="higher",
        threshold=threshold,
        reference=own,
        reference_name="" if own is None else "the same of holdout images, guessed over known",
        method=METHOD,
        n=data.sizes,
        worst=rows[:12],
        message=f"The group of {found.groups.title!r} that loses most is {names[first]}: about {share[first]:.1%} of "
        f"synthetic images and {reference[first]:.1%} of {rest}. Of the synthetic images groups are guessed, and the "
        f"shares adjusted for its errors: {_recalls(found)}. {ASSUMED}.",
        evidence={
            "charts": [
                charts.intervals(f"Synthetic share over {word} share", rows[:20], axis=(0, 2), threshold=threshold)
            ],
            "tables": [_errors(found, train, share)],
        },
    )


def _reference(data, found, train, names, rng, draws):
    """Shares to hold the synthetic ones against, draws of them, and where they come from."""
    given = data.groups.population.get(found.groups.columns[0])
    if given is None:
        return train / train.sum(), rng.dirichlet(train + PSEUDO / len(train), draws), "train"
    absent = [name for name in given if name not in names and given[name] > 0]
    if absent:
        raise NotAssessed(
            f"The population has {absent[0]!r}, which has too few training images to be guessed: give the attributes "
            "of synthetic images."
        )
    reference = np.array([given.get(name, 0.0) for name in names])
    return reference, np.tile(reference, (draws, 1)), "population"


def _strata(data, found):
    """Labels as strata where each group has images enough of each to count the guess's errors; else None, one stratum.

    Errors that depend on the label are then no error of the shares, whatever labels the synthetic images have.
    """
    if not {"train", "synthetic"} <= set(data.labels):
        return None
    strata = np.arange(len(data.classes))
    return strata if found.true_counts(strata).min() >= MIN_GROUP else None


def _outcomes(data, found, common, rng):
    names, threshold = [found.groups.names[g] for g in found.learned], data.thresholds[OUTCOMES.id]
    members, skipped = _members(data, found)
    title = f"Largest change of a group's rate of a label by {found.groups.title}"
    if not members:
        raise NotAssessed(
            f"No group of {found.groups.title!r} has {MIN_GROUP} training images with a label and as many without it, "
            "from which the errors of guesses could be counted."
        )
    level = 1 - (1 - LEVEL) / (sum(len(groups) for _, groups in members) * len(data.groups.protected))
    listed, change, low, high = [], [], [], []
    for k, groups in members:
        own = _change(found, k, len(data.classes), rng, level)
        for g in groups:
            listed.append([f"{names[g]}: {data.classes[k]}", *(float(part[g]) for part in own)])
    listed_ends = np.array([row[1:] for row in listed])
    real, synthetic, change, low, high = listed_ends.T
    first, order = worst_change(change, low, high)
    least, most = sizes_of(low, high)
    rows = [{"name": listed[k][0], "value": change[k], "low": low[k], "high": high[k]} for k in order]
    columns = ["group and label", "train rate", "synthetic rate", "change", "low", "high"]
    left = f" {skipped} of {skipped + len(listed)} groups and labels have too few images." if skipped else ""
    return Finding(
        **common,
        title=title,
        value=abs(change[first]),
        interval=(float(least.max()), float(most.max())),
        goal="lower",
        threshold=threshold,
        method=METHOD.replace("groups", "groups and labels"),
        n=data.sizes,
        worst=rows[:12],
        message=f"The label of {listed[first][0].rpartition(': ')[0]} is {listed[first][0].rpartition(': ')[2]} for "
        f"{real[first]:.1%} of training and about {synthetic[first]:.1%} of synthetic images: a change of "
        f"{change[first]:+.3f} [{low[first]:.3f}, {high[first]:.3f}], at most {threshold} wanted. Groups are guessed, "
        f"and the rates adjusted for its errors: {_recalls(found)}. {ASSUMED} and label.{left}",
        evidence={
            "charts": [
                charts.intervals("Change of the rate of each group, synthetic less training", rows[:20], axis=(-9, 9))
            ],
            "tables": [
                charts.table("Rate of each label by group", columns, [listed[k] for k in order]),
                _errors(found, found.true_counts().sum(axis=1), None),
            ],
        },
    )


def _members(data, found):
    """Labels and the groups in which their rates are compared; and how many of these have too few images.

    As in `augment.auditing.outcome`: the rarer of two labels, else the commonest, each against the rest.
    """
    counts = found.true_counts(np.arange(len(data.classes)))  # (groups, labels)
    order = np.argsort(-counts.sum(axis=0), kind="stable")
    labels = order[-1:] if len(order) == 2 else order[:MAX_OUTCOMES]
    members, skipped = [], 0
    for k in sorted(labels):
        # Errors are counted for each group, with the label and without it: where one group lacks images of either
        # kind, none of them can be adjusted.
        enough = min(counts[:, k].min(), (counts.sum(axis=1) - counts[:, k]).min()) >= MIN_GROUP
        told = np.flatnonzero(found.told())
        members += [(k, told)] if enough else []
        skipped += 0 if enough else len(told)
    return members, skipped


def _change(found, k, n_labels, rng, level):
    """Real and synthetic rate of label k in each group, the change, and its ends."""
    strata = (np.arange(n_labels) == k).astype(int)
    joint = quantify(found.confusion(strata), found.counts(found.synthetic, strata), rng)
    counts = found.true_counts(strata)  # (groups, 2)
    rate = joint.value[:, 1] / np.maximum(joint.value.sum(axis=1), 1e-12)
    drawn = joint.draws[:, :, 1] / np.maximum(joint.draws.sum(axis=2), 1e-12)
    real = counts[:, 1] / counts.sum(axis=1)
    real_drawn = rng.beta(counts[:, 1] + 0.5, counts[:, 0] + 0.5, drawn.shape)
    low, high = interval(rate - real, drawn - real_drawn, level)
    return real, rate, rate - real, np.maximum(low, -1.0), np.minimum(high, 1.0)


def _ratio_of_holdout(found, rng):
    """Smallest ratio of a group's share among holdout images as it would be guessed, to its true one; None without."""
    if found.holdout is None or not len(found.holdout.rows):
        return None
    share = quantify(found.confusion(), found.counts(found.holdout), rng, draws=1).value.sum(axis=1)
    known = np.bincount(found.holdout.truth, minlength=len(share)) / len(found.holdout.truth)
    judged = found.told() & (known > 0)
    return float((share[judged] / known[judged]).min()) if judged.any() else None


def _recalls(found, at_most=5):
    """How often real images of each group are guessed rightly, in words."""
    recalls = found.recalls()
    order = np.argsort(recalls, kind="stable")[:at_most]
    parts = [f"{found.groups.names[found.learned[g]]} {recalls[g]:.0%}" for g in order]
    return f"real images not learned from are told rightly, of {', of '.join(parts)}"


def _errors(found, train, share):
    """What the guess tells of real images of each group, and what it takes other groups' images for."""
    counts = found.confusion().sum(axis=(0, 1))
    seen = found.counts(found.synthetic).sum(axis=(0, 1))
    told = found.told()
    columns = ["group", "train rows", "guessed rightly", "low", "high", "others taken for it", "synthetic guesses"]
    columns += ["synthetic share"] * (share is not None) + ["judged"]
    rows = []
    for g, place in enumerate(found.learned):
        others = np.arange(len(counts)) != g
        wrong = counts[others, g].sum() / counts[others].sum()
        row = [found.groups.names[place], train[g], counts[g, g] / counts[g].sum()]
        row += [*rate_interval(int(counts[g, g]), int(counts[g].sum())), wrong, seen[g]]
        row += [share[g]] if share is not None else []
        rows.append([*row, "yes" if told[g] else "no: the guess does not tell it"])
    size, missing = found.groups.counts("train"), len(found.groups.names) - 1
    for g in found.groups.seen[~np.isin(found.groups.seen, found.learned)]:
        why = "no: no value" if g == missing else standing(size[g])
        rows.append([found.groups.names[g], int(size[g]), *[""] * (len(columns) - 3), why])
    return charts.table(f"How {found.groups.title} is guessed, told by real images not learned from", columns, rows)
