"""Runs the checks on a synthetic table, or on synthetic images or sequences, and the real ones."""

import math
from dataclasses import replace
from functools import partial
from numbers import Integral

import numpy as np

from augment._threads import threads_for
from augment.auditing import (
    bias,
    correlations,
    coverage,
    detection,
    fidelity,
    flips,
    images,
    intersections,
    missing,
    model_bias,
    pairs,
    peers,
    privacy,
    rare,
    sequences,
    subgroups,
    triples,
    utility,
)
from augment.auditing.check import FAIL
from augment.auditing.conditional import stratum_place
from augment.auditing.frames import prepare
from augment.auditing.holdout import copied_rows, training_rows, unlike
from augment.auditing.images.holdout import copied_images, training_images
from augment.auditing.images.holdout import unlike as unlike_images
from augment.auditing.images.reading import prepare as prepare_images
from augment.auditing.kinds import kind_of
from augment.auditing.limits import MODES
from augment.auditing.population import population_shares
from augment.auditing.report import AuditReport
from augment.auditing.sequences.holdout import overlapping, training_steps
from augment.auditing.sequences.prepared import prepare as prepare_sequences
from augment.auditing.thresholds import resolve
from augment.auditing.words import ASKED_FOR
from augment.provenance import asked_for

CHECKS = [
    *fidelity.CHECKS,
    *correlations.CHECKS,
    *pairs.CHECKS,
    *triples.CHECKS,
    *missing.CHECKS,
    *rare.CHECKS,
    *coverage.CHECKS,
    *detection.CHECKS,
    *subgroups.CHECKS,
    *utility.CHECKS,
    *bias.CHECKS,
    *model_bias.CHECKS,
    *intersections.CHECKS,
    *flips.CHECKS,
    *privacy.CHECKS,
    *peers.CHECKS,
]


def audit(
    train,
    synthetic,
    *,
    holdout=None,
    target=None,
    protected=(),
    population=None,
    strata=None,
    kind="auto",
    entity=None,
    time=None,
    static=(),
    thresholds=None,
    mode="internal",
    spatial_dims=2,
    random_state=0,
):
    """Compare synthetic tables, images or sequences with the real ones learned from, and judge what can be judged.

    Every finding has a value, an interval and a verdict: PASS when the whole interval lies on the good side of the
    threshold, FAIL when the whole of it lies on the bad side, INCONCLUSIVE otherwise, NOT ASSESSED when something is
    missing. Those of privacy are alarms: they can FAIL, and never PASS.

    Parameters
    ----------
    train : pandas, polars or pyarrow table, ndarray of shape (rows, columns), images or sequences
        The real rows that the generator learned from. Images are an array (n, height, width) or (n, height, width,
        channels) of whole numbers or floats, or a pair of it and their labels (n,), or (images, labels, attributes)
        with a table, a dict of columns or a 1-D array ("x0") of what is known of each image; labels may be None.
        Sequences are a long frame with several rows for each `entity`; texts, as a list, 1-D array or series of
        strings; or, with ``kind="series"``, series of numbers, an array (n, time, features) or (n, time) or a list of
        arrays (time, features) or (time,) of any lengths, NaN where missing; with ``kind="molecules"`` SMILES, of
        which synthetic ones may be invalid; with ``kind="music"`` pieces, a list of arrays of MIDI pitches (time,
        voices) or (time,), -1 for silence. All but long frames may come as pairs with their labels.
    synthetic : table, images or sequences
        The generated rows, with the same columns in any order; images of the form and range of train's, whose
        attributes are guessed from the images where they are not given. Where a pandas frame says in its `attrs` that
        its rows fulfil a criterion (``generate(fairness=...)``), the report and each failure that may follow from it
        say so.
    holdout : table, images or sequences, optional
        Real rows of the same population that the generator never saw. Without them usefulness and privacy are not
        assessed; a holdout that repeats training rows, more than chance does, that the generator has seen, or whose
        series overlap with training series is set aside, and with one of another population privacy is not assessed.
    target : str, optional
        The column to predict, for usefulness. Text, booleans and whole numbers with at most ten values are classes.
        Of sequences a static column, a summary, or "channel = category", whether a sequence ever has it; by default the
        labels of texts and series.
    protected : str or sequence of str, default=()
        Columns whose groups matter, such as sex or age; of images the attributes, of long frames static columns.
    population : dict of str to dict, optional
        Shares of the groups of protected columns in the population that the synthetic rows shall stand for, such as
        ``{"sex": {"Male": 0.5, "Female": 0.5}}``. Without them the training rows' own shares are wanted.
    strata : str, optional
        The column within whose categories outcomes are compared (conditional disparity); by default the category that
        tells most about the target.
    kind : {"auto", "table", "images", "series", "text", "events", "molecules", "music"}, default="auto"
        What the parts are. "auto" looks at train: strings are texts, an array of three axes or more is images, a table
        with `entity` is a long frame, which "series" may name, too. Series and music, which are arrays as images are,
        and molecules, which are strings, have to be named.
    entity : str, optional
        For long frames: the column that tells whose row it is. Entities are compared, never rows; its values are not.
    time : str, optional
        For long frames: the column, of dates or numbers, that puts the rows of an entity in order. Equal times keep
        the order of the rows.
    static : str or sequence of str, default=()
        For long frames: columns with one value an entity. Those that vary in no training entity are found, too.
    thresholds : dict of str to float, path of a TOML file, or a list of those, optional
        Other values of the thresholds below, by name; of a list, the later ones win. In a file the names stand in
        quotes (``"fidelity.shapes" = 0.05``) or in tables (``[fidelity]``, then ``shapes = 0.05``).
    mode : {"internal", "public"}, default="internal"
        "public" rounds to two digits and leaves out small cells, rows and exact texts: see `AuditReport.public`.
    spatial_dims : {2, 3}, default=2
        Sides of an image: 3 for volumes, arrays (n, depth, height, width) with or without channels.
    random_state : int, numpy.random.Generator or None, default=0
        Seed of every random choice; None draws one.

    Returns
    -------
    AuditReport

    Raises
    ------
    TypeError
        If a table is none, or an argument is of another type.
    ValueError
        If a table is too small, a column is not there or stands twice, images have another form than train's or pixels
        that are no numbers, an entity or a time is missing, a static column varies, a threshold has another name, a
        file of thresholds cannot be read, the mode is unknown, or the shares of the population do not fit the groups.

    Notes
    -----
    Default thresholds:

    ============================  ====  ==================================================================
    fidelity.shapes               0.03  mean column score: at most so far below fresh real rows
    fidelity.shapes.worst         0.10  each column's score: at most so far below fresh real rows
    fidelity.correlations         0.03  mean score of rank correlations: at most so far below fresh real rows
    fidelity.correlations.worst   0.04  each pair's rank correlation
    fidelity.linear               0.03  mean score of linear correlations: at most so far below fresh real rows
    fidelity.linear.worst         0.04  each pair's linear correlation
    fidelity.pairs                0.05  mean score of pair tables: at most so far below fresh real rows
    fidelity.pairs.worst          0.15  each pair's table
    fidelity.triples              0.05  mean score of tables of three: at most so far below fresh real rows
    fidelity.triples.worst        0.15  each triple's table
    fidelity.missing              0.03  mean score of shares of missing values: at most so far below fresh real rows
    fidelity.missing.worst        0.05  each column's share of missing values
    fidelity.together             0.05  mean score of values missing together: at most so far below fresh real rows
    fidelity.together.worst       0.10  each pair of columns
    fidelity.rare                 0.10  rare categories that are there: at most so far below fresh real rows
    fidelity.rare.share           0.70  smallest ratio of their rows to those of fresh real rows; largest is 1 over it
    fidelity.joint.precision      0.10  synthetic rows where real rows lie: at most so far below fresh real rows
    fidelity.joint.recall         0.10  real rows where synthetic rows lie: at most so far below fresh real rows
    fidelity.joint.density        0.20  real rows around synthetic ones: at most so far below fresh real rows
    fidelity.joint.coverage       0.10  real places with synthetic rows: at most so far below fresh real rows
    fidelity.detection            0.70  highest AUC of telling synthetic from training rows
    fidelity.subgroups.columns    0.05  columns of a protected group: at most so far below those of others
    fidelity.subgroups.pairs      0.05  pairs of columns of a protected group: at most so far below those of others
    utility.boosting              0.02  largest loss of AUC or R2 when training on synthetic rows
    utility.linear                0.02  the same for a linear model
    bias.representation           0.80  smallest ratio of a group's synthetic share to its real or given share
    bias.outcomes                 0.05  largest change of a group's rate of an outcome
    bias.outcomes.mean            0.10  largest change of a group's mean target, in standard deviations
    bias.impact                   0.10  loss of disparate impact: smallest over largest rate among groups
    bias.differential             0.22  growth of the largest log ratio of rates, over crossed groups
    bias.amplification            0.05  rates moved in the direction of their association with a group
    bias.conditional              0.05  growth of the largest disparity of outcomes within strata
    bias.labels                   0.02  largest share of labels flipped in a group, beyond real rows
    bias.proxies                  0.02  gain of the AUC with which all other columns tell a group
    bias.proxies.column           0.05  the same for each column alone
    bias.models.parity            0.05  widening of the gap of two groups' selection rates, synthetic over real rows
    bias.models.true_positives    0.05  the same for true positive rates (equal opportunity)
    bias.models.false_positives   0.05  the same for false positive rates (with the former: equalised odds)
    bias.models.precision         0.05  the same for precision (predictive parity)
    bias.models.calibration       0.05  the same for calibration in the large
    bias.models.prediction        0.10  the same for mean predictions of a number, in standard deviations
    bias.models.error             0.10  the same for mean errors
    bias.models.absolute_error    0.10  the same for mean absolute errors
    bias.intersections            0.10  widening of a cell's distance from the rate of all rows
    privacy.copies                0.00  largest rate of copied rare training rows beyond the holdout's
    privacy.partial               0.01  the same for rows copied in part, in the worst choice of columns
    privacy.distances             0.55  largest share of rows nearer to train than to holdout rows
    privacy.distances.ratio       0.00  largest rate of training rows singled out beyond the holdout's
    privacy.membership            0.55  largest AUC of telling training from holdout rows
    privacy.membership.rate       0.02  training rows recognised at 1 % false positives, beyond chance
    privacy.membership.isolated   0.60  largest AUC for the tenth of rows that are most isolated
    privacy.membership.groups     0.60  largest AUC for a group of each protected column
    privacy.inference             0.05  largest risk of guessing a secret, beyond the holdout's
    ============================  ====  ==================================================================

    Those of images, where their names do not stand above:

    ============================  ====  ==================================================================
    fidelity.kid                  0.03  largest kernel distance in random features beyond fresh real images
    fidelity.kid.classifier       0.03  the same in the features of a classifier
    fidelity.classes              0.20  coverage of each class: at most so far below fresh real images
    fidelity.subgroups.density    0.20  density at a protected group's images: at most so far behind that of all others
    fidelity.subgroups.coverage   0.10  coverage of a protected group's images: at most so far behind that of all others
    utility.accuracy              0.05  largest loss of accuracy when training on synthetic images alone
    bias.models.accuracy          0.05  widening of the gap of two groups' accuracy, synthetic over real images
    privacy.distances.near        0.00  largest rate of training images nearly copied beyond the holdout's
    ============================  ====  ==================================================================

    Those of sequences. The checks of tables see a row for each sequence: its static columns, its length, and summaries
    of its steps.

    ===============================  ====  ===============================================================
    fidelity.lengths                 0.05  score of the numbers of steps: at most so far below fresh real sequences
    fidelity.gaps                    0.05  the same for the times between steps
    fidelity.transitions             0.05  mean score of what follows what: at most so far below fresh real sequences
    fidelity.transitions.worst       0.08  each channel's transitions
    fidelity.autocorrelation         0.03  mean score of autocorrelations: at most so far below fresh real sequences
    fidelity.autocorrelation.worst   0.05  each channel at each lag
    fidelity.crosscorrelation        0.03  mean score of correlations of channels: at most so far below fresh real ones
    fidelity.crosscorrelation.worst  0.05  each pair of channels, at the same step and a step later
    fidelity.subgroups.steps         0.08  steps of a protected group: at most so far below fresh real ones of the group
    fidelity.discriminative          0.70  highest AUC of telling synthetic from training sequences by their steps
    fidelity.context                 0.03  largest kernel distance of whole sequences beyond fresh real ones
    fidelity.molecules.validity      0.90  smallest share of synthetic strings that are molecules
    utility.next_step                0.10  largest growth of the error of foretelling the next step
    bias.outcomes                    0.05  largest change of how many of a group ever have an event
    bias.outcomes.mean               0.10  largest change of a group's mean amounts, in standard deviations
    privacy.runs                     0.55  largest share with a longer run of train than of the holdout
    privacy.runs.long                0.00  largest rate of training sequences with a long run repeated beyond chance
    privacy.windows                  0.55  largest share of windows nearer to train than to the holdout
    privacy.windows.near             0.00  largest rate of training windows nearly copied beyond the holdout's
    ===============================  ====  ===============================================================

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> def sample(n):
    ...     age = rng.normal(40, 10, n)
    ...     return pd.DataFrame({"age": age, "income": age * 100 + rng.normal(0, 500, n)})
    >>> report = audit(sample(500), sample(500), holdout=sample(500), target="income")
    >>> report.to_dict()["verdict"]["failed"]
    []
    >>> drawn = rng.integers(0, 256, (2, 100, 8, 8), dtype="uint8")
    >>> audit(drawn[0], drawn[1]).by_pillar["privacy"]
    'NOT ASSESSED'
    >>> walks = rng.normal(size=(2, 100, 12, 2)).cumsum(axis=2)
    >>> audit(walks[0], walks[1], kind="series").by_pillar["fidelity"] != "FAIL"
    True
    """
    if mode not in MODES:
        raise ValueError(f"mode must be {' or '.join(map(repr, MODES))}, got {mode!r}.")
    seed, kind = _seed(random_state), kind_of(train, kind, entity, time, static)
    checks = {"images": images.CHECKS, "table": CHECKS}.get(kind) or sequences.with_tables(CHECKS, kind)
    limits = resolve(checks, thresholds)
    values = {name: threshold.value for name, threshold in limits.items()}
    parts, about = (train, synthetic, holdout), {"protected": protected, "thresholds": values}
    if kind == "images":
        _only_of_tables({"target": target, "strata": strata})
        data = prepare_images(*parts, spatial_dims, population=population, **about)
        look, n_rows = _looked_at_images, math.inf  # networks look at them, which use all threads well
    else:
        long = {"kind": kind, "entity": entity, "time": time, "static": static}
        read = prepare if kind == "table" else partial(prepare_sequences, **long)
        data = read(*parts, target=target, **about)
        look, n_rows = partial(_looked_at_rows, kind=kind, population=population, strata=strata), len(data.train)
    with threads_for(n_rows):
        data, fault, other = look(replace(data, seed=seed))
        asked = "" if kind == "images" else asked_for(synthetic)
        data = replace(data, notes=(*data.notes, *filter(None, (fault, other, asked))))
        findings = [finding for check in checks for finding in _run(check, data, fault, other, seed)]
    findings = [_asked(finding) for finding in findings] if asked else findings
    report = AuditReport.from_findings(data, findings, seed, limits)
    return report.public() if mode == "public" else report


def _looked_at_images(data):
    """Images, what is wrong with the holdout, and how it is unlike train; empty where nothing is."""
    fault = training_images(data) or copied_images(data)
    return data, fault, "" if fault else unlike_images(data, np.random.default_rng([data.seed, *b"holdout"]))


def _looked_at_rows(data, kind, population, strata):
    """The same for tables and sequences, with the population and the strata that the user gives."""
    shares = population_shares(data, population)
    data = replace(data, population=shares, strata=stratum_place(data, strata))
    fault = training_rows(data) or copied_rows(data)
    other = "" if fault else unlike(data)
    data, fault = (data, fault) if kind == "table" else _looked_at_steps(data, fault)
    return data, fault, other


def _looked_at_steps(data, fault):
    """Sequences with a note where those of train share steps, and what is wrong with their holdout."""
    rng = np.random.default_rng([data.seed, *b"steps"])
    shared = overlapping(data, rng)
    data = replace(data, notes=(*data.notes, *filter(None, [shared])))
    return data, fault or training_steps(data, rng)


def _only_of_tables(given):
    """Raise where something was given that images cannot have: the name of a column."""
    named = [name for name, value in given.items() if value is not None and value != ()]
    if named:
        raise ValueError(
            f"{named[0]}= names a column, which images do not have. Give labels as pairs, (images, labels), and "
            "attributes beside them, (images, labels, attributes)."
        )


def _run(check, data, fault, other, seed):
    """Findings of one check, without the holdout where it has a fault; none of privacy where it is unlike train."""
    reason = fault or (other if check.pillar == "privacy" else "")
    if reason and "holdout" in check.needs:
        return [check.not_assessed(reason)]
    return check.run(replace(data, holdout=None) if reason else data, seed)


def _asked(finding):
    """The finding; where it fails, with a sentence that rows which fulfil a criterion may be meant to. Not privacy."""
    if finding.verdict != FAIL or finding.pillar == "privacy":
        return finding
    return replace(finding, message=f"{finding.message} {ASKED_FOR}")


def _seed(random_state):
    if random_state is None:
        return int(np.random.SeedSequence().entropy % 2**32)
    if isinstance(random_state, Integral) and random_state >= 0:
        return int(random_state)
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**32))
    raise TypeError(f"random_state must be a whole number from 0, a numpy Generator or None, got {random_state!r}.")
