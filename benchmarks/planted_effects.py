"""Real tables with one effect planted in them, each with the finding that must see it.

A `Sample` is three tables of disjoint rows of one population: training rows, fresh rows in the place of synthetic ones,
and a holdout. An effect takes it and returns another, in which only the effect sets the synthetic rows apart from fresh
ones.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from real_tables import load
from sklearn.neighbors import NearestNeighbors


@dataclass(frozen=True)
class Sample:
    """Tables of disjoint rows and what an audit is told of them."""

    train: pd.DataFrame
    synthetic: pd.DataFrame
    holdout: pd.DataFrame
    target: str
    protected: tuple

    def each(self, change):
        """The sample with `change` made to all three tables."""
        tables = {name: change(getattr(self, name)) for name in ("train", "synthetic", "holdout")}
        return replace(self, **tables)


def adult(data_dir):
    """All 48,842 rows of Adult, a cell that is not known missing."""
    table = load("adult", data_dir)
    return pd.concat([table["train"], table["test"]], ignore_index=True).replace("?", np.nan)


def adult_sample(rows, rng, n=2000):
    """Disjoint random rows of Adult, n in each table."""
    parts = np.split(rng.permutation(len(rows))[: 3 * n], 3)
    tables = (rows.iloc[part].reset_index(drop=True) for part in parts)
    return Sample(*tables, "income", ("sex", "race"))


def equal_groups(rng, n=2000, groups=12, rate=0.3):
    """Generated rows of groups that are alike: the outcome depends on a number and not on the group."""

    def table():
        skill = rng.normal(size=n)
        chance = 1 / (1 + np.exp(-(skill - 1.03)))  # .30 on average
        return pd.DataFrame(
            {
                "group": np.char.add("g", rng.integers(0, groups, n).astype(str)),
                "skill": skill,
                "age": rng.integers(18, 80, n),
                "sector": rng.choice(list("abcde"), n),
                "job": np.where(rng.random(n) < chance, "yes", "no"),
            }
        )

    return Sample(table(), table(), table(), "job", ("group",))


def verbatim_copies(sample, rng, share=0.01):
    """One per cent of the synthetic rows are training rows."""
    n = round(share * len(sample.synthetic))
    copied = sample.train.iloc[rng.permutation(len(sample.train))[:n]]
    return replace(sample, synthetic=pd.concat([copied, sample.synthetic.iloc[n:]], ignore_index=True))


def noisy_copies(sample, rng, share=0.3):
    """All training rows, 30 % of their cells replaced by those of other rows."""
    synthetic = sample.train.copy()
    for name in synthetic:
        changed = np.flatnonzero(rng.random(len(synthetic)) < share)
        source = rng.integers(len(synthetic), size=len(changed))
        synthetic.loc[changed, name] = sample.train[name].to_numpy()[source]
    return replace(sample, synthetic=synthetic)


def smote_rows(sample, rng, neighbours=5):
    """Points between a training row and one of its five neighbours; categories from either (Chawla et al. 2002)."""
    train = sample.train
    numbers = [name for name in train if pd.api.types.is_numeric_dtype(train[name])]
    spread = train[numbers].std().replace(0, 1)
    dummies = pd.get_dummies(train.drop(columns=numbers)).to_numpy("float64") / np.sqrt(2)
    space = np.hstack([(train[numbers] / spread).to_numpy(), dummies])
    near = NearestNeighbors(n_neighbors=neighbours + 1).fit(space).kneighbors(space, return_distance=False)[:, 1:]
    first = rng.integers(len(train), size=len(sample.synthetic))
    second = near[first, rng.integers(neighbours, size=len(first))]
    part = rng.random(len(first))
    columns = {}
    for name in train:
        a, b = train[name].to_numpy()[first], train[name].to_numpy()[second]
        columns[name] = np.rint(a + part * (b - a)) if name in numbers else np.where(part < 0.5, a, b)
    return replace(sample, synthetic=pd.DataFrame(columns))


def invented_correlation(sample, rng, strength=0.3):
    """Two columns that have nothing to do with each other get a correlation of .3; each keeps its values."""
    synthetic = sample.synthetic.copy()
    rank = synthetic["hours-per-week"].rank()
    order = strength * (rank - rank.mean()) / rank.std() + np.sqrt(1 - strength**2) * rng.normal(size=len(rank))
    synthetic["fnlwgt"] = np.sort(synthetic["fnlwgt"])[np.argsort(np.argsort(order))]
    return replace(sample, synthetic=synthetic)


def rescaled_column(sample, rng):
    """Hours times 1,000."""
    changed = sample.synthetic.assign(**{"hours-per-week": 1000 * sample.synthetic["hours-per-week"]})
    return replace(sample, synthetic=changed)


def shuffled_columns(sample, rng):
    """Every column keeps its values, in an order of its own."""
    changed = {name: rng.permutation(column.to_numpy()) for name, column in sample.synthetic.items()}
    return replace(sample, synthetic=pd.DataFrame(changed))


def dropped_group(sample, rng, column="race", group="Black", keep=0.25):
    """Three rows in four of a group are gone; rows of the others stand in their place."""
    own = sample.synthetic[column] == group
    gone = np.flatnonzero(own & (rng.random(len(own)) >= keep))
    synthetic = sample.synthetic.copy()
    synthetic.iloc[gone] = synthetic.iloc[rng.choice(np.flatnonzero(~own), len(gone))].to_numpy()
    return replace(sample, synthetic=synthetic)


def flipped_labels(sample, rng, column="sex", group="Female", share=0.1):
    """The label of 10 % of the women is the other one."""
    synthetic = sample.synthetic.copy()
    flipped = (synthetic[column] == group) & (rng.random(len(synthetic)) < share)
    other = {">50K": "<=50K", "<=50K": ">50K"}
    synthetic.loc[flipped, "income"] = synthetic.loc[flipped, "income"].map(other)
    return replace(sample, synthetic=synthetic)


def added_proxy(sample, rng, share=0.5):
    """A column that tells nothing in real rows repeats the sex in half of the synthetic ones (AUC .75)."""
    sample = sample.each(lambda table: table.assign(zone=rng.choice(["north", "south"], len(table))))
    synthetic = sample.synthetic.copy()
    told = rng.random(len(synthetic)) < share
    synthetic.loc[told, "zone"] = np.where(synthetic.loc[told, "sex"] == "Female", "north", "south")
    return replace(sample, synthetic=synthetic)


def scattered_missing(sample, rng, share=0.2, columns=("education", "hours-per-week", "age")):
    """Values that miss together in 20 % of the real rows miss in 20 % of synthetic rows each, at random."""

    def together(table):
        return _without(table, columns, np.repeat((rng.random(len(table)) < share)[:, None], len(columns), 1))

    apart = _without(sample.synthetic, columns, rng.random((len(sample.synthetic), len(columns))) < share)
    return replace(sample.each(together), synthetic=apart)


def _without(table, columns, gone):
    return table.assign(**{name: table[name].mask(gone[:, j]) for j, name in enumerate(columns)})


EFFECTS = {  # name: (what is done, the findings that must FAIL: the first one is the goal's)
    "1 % verbatim copies": (verbatim_copies, ["privacy.copies"]),
    "noisy copies (30 % of cells)": (noisy_copies, ["privacy.partial", "privacy.distances", "privacy.membership"]),
    "SMOTE rows": (smote_rows, ["privacy.distances", "privacy.membership"]),
    "correlation of .3 invented": (
        invented_correlation,
        ["fidelity.correlations.worst", "fidelity.linear.worst"],
    ),
    "column times 1,000": (rescaled_column, ["fidelity.shapes.worst"]),
    "columns shuffled": (
        shuffled_columns,
        ["fidelity.detection", "fidelity.pairs.worst", "fidelity.correlations.worst"],
    ),
    "a group dropped to a quarter": (dropped_group, ["bias.representation.race"]),
    "labels of 10 % of a group flipped": (flipped_labels, ["bias.labels.sex"]),
    "proxy added": (added_proxy, ["bias.proxies.column.sex", "bias.proxies.sex"]),
    "20 % missing, apart": (scattered_missing, ["fidelity.together.worst"]),
}
