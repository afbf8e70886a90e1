"""Data to try things on: a table and solid shapes made by known laws, and a table of real patients."""


def make_table(n_samples=1000, random_state=None):
    """Make a table of mixed kinds whose law is known in full.

    ============ ======== ============================================================================================
    column       kind     law
    ============ ======== ============================================================================================
    city         text     Rome, Oslo, Lima, Bern with probabilities .4, .3, .2, .1
    country      text     determined by the city: IT, NO, PE, CH
    age          integer  uniform on 18 to 79
    income       decimals log-normal, heavy-tailed: log income ~ N(9 + .02 age + .5 [city is Oslo or Bern], .4²), cents
    savings      decimals 0 with probability .3 (a spike), else income times uniform(0, 3), cents
    member       boolean  true with probability 1 / (1 + exp(-(age - 50) / 8))
    joined       date     2015-01-01 plus 60 days for each year over 18, plus uniform 0 to 99 days
    rating       number   N(member, 1), with one decimal; missing with probability .05 for members, .5 for others
    bought       text     "yes" with probability 1 / (1 + exp(-(log(1 + savings) - 8 + 2 member))), else "no"
    ============ ======== ============================================================================================

    Parameters
    ----------
    n_samples : int, default=1000
        Number of rows.
    random_state : None, int or numpy Generator
        The seed, or the generator to draw from; None draws a new table at each call.

    Returns
    -------
    pandas.DataFrame
        `n_samples` rows, 9 columns; the last is fit to be a target.

    Examples
    --------
    >>> from augment.datasets import make_table
    >>> table = make_table(500, random_state=0)
    >>> table.shape
    (500, 9)
    >>> table.groupby("city")["country"].nunique().tolist()
    [1, 1, 1, 1]
    """
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(random_state)
    city = rng.choice(["Rome", "Oslo", "Lima", "Bern"], size=n_samples, p=[0.4, 0.3, 0.2, 0.1])
    age = rng.integers(18, 80, size=n_samples)
    rich = np.isin(city, ["Oslo", "Bern"])
    income = np.exp(rng.normal(9 + 0.02 * age + 0.5 * rich, 0.4)).round(2)
    savings = np.where(rng.random(n_samples) < 0.3, 0.0, income * rng.uniform(0, 3, n_samples)).round(2)
    member = rng.random(n_samples) < _logistic((age - 50) / 8)
    days = 60 * (age - 18) + rng.integers(0, 100, size=n_samples)
    rating = rng.normal(member, 1.0).round(1) + 0.0  # no negative zeros
    rating[rng.random(n_samples) < np.where(member, 0.05, 0.5)] = np.nan
    bought = rng.random(n_samples) < _logistic(np.log1p(savings) - 8 + 2 * member)
    countries = pd.Series({"Rome": "IT", "Oslo": "NO", "Lima": "PE", "Bern": "CH"})
    return pd.DataFrame(
        {
            "city": city,
            "country": countries[city].to_numpy(),
            "age": age,
            "income": income,
            "savings": savings,
            "member": member,
            "joined": np.datetime64("2015-01-01", "us") + days.astype("timedelta64[D]"),
            "rating": rating,
            "bought": np.where(bought, "yes", "no"),
        }
    )


def make_shapes(n_samples=300, size=16, random_state=None):
    """Make solid shapes on a grid of voxels whose law is known: boxes, tables and towers, equally often.

    In units of ``size / 8`` voxels, every number uniform on whole voxels, every place in the plane that fits equally
    likely:

    ====== =========================================================================================================
    label  shape, standing on the floor
    ====== =========================================================================================================
    box    a cuboid, each side 2 to 6 units
    table  a plate of 4 to 7 by 4 to 7 units, 1 unit thick, its upper side 3 to 6 units high, on a leg of 1 by 1 unit
           under each corner
    tower  2 to 4 cuboids, each 1 to 2 units high, the lowest of 4 to 6 by 4 to 6 units, each next one half a unit
           (rounded down) narrower on all four sides
    ====== =========================================================================================================

    So a box fills its bounding box, a table alone has air below it, and a tower has neither of both.

    Parameters
    ----------
    n_samples : int, default=300
        Number of shapes.
    size : int, default=16
        Voxels on each side of the grid; a multiple of 8, at least 16.
    random_state : None, int or numpy Generator
        The seed, or the generator to draw from; None draws new shapes at each call.

    Returns
    -------
    X : ndarray of shape (n_samples, size, size, size)
        1 where a voxel is filled and else 0, of uint8; axes are depth, height from the floor up, and width.
    y : ndarray of shape (n_samples,)
        "box", "table" or "tower".

    Raises
    ------
    ValueError
        If the size is none of these.

    Examples
    --------
    >>> from augment.datasets import make_shapes
    >>> X, y = make_shapes(100, random_state=0)
    >>> X.shape, sorted(set(y.tolist()))
    ((100, 16, 16, 16), ['box', 'table', 'tower'])
    """
    import numpy as np

    if size < 16 or size % 8:
        raise ValueError(f"size must be a multiple of 8 and at least 16. Received: size={size!r}")
    rng = np.random.default_rng(random_state)
    makers = {"box": _box, "table": _table, "tower": _tower}
    y = rng.choice(list(makers), size=n_samples)
    X = np.zeros((n_samples, size, size, size), "uint8")
    for grid, label in zip(X, y.tolist(), strict=True):
        solid = makers[label](size // 8, rng)
        z, x = (rng.integers(0, size - side + 1) for side in (solid.shape[0], solid.shape[2]))
        grid[z : z + solid.shape[0], : solid.shape[1], x : x + solid.shape[2]] = solid
    return X, y


def _box(unit, rng):
    import numpy as np

    return np.ones(rng.integers(2 * unit, 6 * unit + 1, 3), "uint8")


def _table(unit, rng):
    import numpy as np

    depth, width = rng.integers(4 * unit, 7 * unit + 1, 2)
    solid = np.zeros((depth, rng.integers(3 * unit, 6 * unit + 1), width), "uint8")
    solid[:, -unit:] = 1
    for z in (slice(None, unit), slice(-unit, None)):
        for x in (slice(None, unit), slice(-unit, None)):
            solid[z, :, x] = 1
    return solid


def _tower(unit, rng):
    import numpy as np

    storeys = rng.integers(unit, 2 * unit + 1, rng.integers(2, 5))
    depth, width = rng.integers(4 * unit, 6 * unit + 1, 2)
    solid = np.zeros((depth, storeys.sum(), width), "uint8")
    floor = 0
    for i, height in enumerate(storeys):
        edge = i * (unit // 2)
        solid[edge : depth - edge, floor : floor + height, edge : width - edge] = 1
        floor += height
    return solid


def _logistic(x):
    import numpy as np

    return 1 / (1 + np.exp(-x))


def load_diabetes_table():
    """Load the table of 442 diabetes patients that comes with scikit-learn, in its original units.

    Ten measurements of each patient and how far the disease had progressed a year later (Efron, Hastie, Johnstone and
    Tibshirani 2004, Least Angle Regression, Annals of Statistics 32, 407-499).

    Returns
    -------
    pandas.DataFrame
        442 rows, 11 columns: ``age`` in years; ``sex``, a category "1" or "2" (the source does not say which is which,
        so neither do we); ``bmi``; ``bp``, the mean blood pressure; ``s1`` to ``s6``, measurements of the blood serum;
        ``progression``, the target. Columns of whole numbers are integers.

    Examples
    --------
    >>> from augment.datasets import load_diabetes_table
    >>> table = load_diabetes_table()
    >>> table.shape, table["sex"].value_counts().to_dict()
    ((442, 11), {'1': 235, '2': 207})
    """
    from sklearn.datasets import load_diabetes

    table = load_diabetes(as_frame=True, scaled=False).frame.rename(columns={"target": "progression"})
    whole = [name for name in table.columns if (table[name] % 1 == 0).all()]
    table = table.astype(dict.fromkeys(whole, "int64"))
    return table.assign(sex=table["sex"].astype(str).astype("category"))
