"""Tables to try things on: one made by a known law, so that what must come back is known, and one of real patients."""


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
