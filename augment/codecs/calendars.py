"""Regular times: which frequency the rows of entities follow, and the places of times on it."""

import numpy as np

from augment.codecs.moments import UNITS, from_wall, to_wall

FEW_GAPS = 0.1  # share of the places between an entity's first and last row that may lack theirs
LARGER = {"days": 86_400 * 10**9, "hours": 3_600 * 10**9, "minutes": 60 * 10**9, "seconds": 10**9}  # nanoseconds
MONTHS_TO = 28  # days that every month has


class Calendar:
    """Turns times of one frequency into places, whole numbers that rise by `step` from row to row, and back.

    Parameters
    ----------
    kind : {"steps", "business days", "months", "month ends"}
        What places count: the finest unit of the times, weekdays, or months.
    step : int
        How far the next row is.
    phase : int or None
        What all places leave over when divided by the step, as the first months of quarters do; None where they differ.
    offset : int
        What is the same in all times, in their unit: of days and months the time of the day, of months beside it the
        day. Of steps nothing.
    decimals : int
        Of numbers: decimals that count.
    unit, zone : str or None
        Of moments: what they count, and the zone by whose clock they are regular, if not by that of the numbers.

    Examples
    --------
    >>> days = np.array(["2024-01-31", "2024-02-29", "2024-03-31"], "M8[D]").astype("int64")
    >>> calendar = Calendar.of(days, np.array([0, 3]), unit="D")
    >>> calendar.kind, calendar.step
    ('month ends', 1)
    >>> calendar.times(calendar.places(days)[:1] + np.arange(4)).astype("M8[D]").astype(str).tolist()
    ['2024-01-31', '2024-02-29', '2024-03-31', '2024-04-30']
    """

    def __init__(self, kind, step=1, phase=None, offset=0, decimals=0, unit=None, zone=None):
        self.kind, self.step, self.phase, self.offset = kind, step, phase, offset
        self.decimals, self.unit, self.zone = decimals, unit, zone

    @classmethod
    def of(cls, times, starts, unit=None, zone=None, decimals=0):
        """The calendar in which these times lack the fewest places; None where they lack too many in each.

        Parameters
        ----------
        times : ndarray of shape (n,)
            Times as numbers, rising in the rows of each entity.
        starts : ndarray of int of shape (n_entities + 1,)
            The first rows.
        unit, zone : str, default=None
            Of moments.
        decimals : int, default=0
            Of numbers; None where they stand on no grid.
        """
        if decimals is None or len(times) < len(starts):  # no second row
            return None
        lacking, number, best = min(
            (cls._fitted(calendar, times, starts), number, calendar)
            for number, calendar in enumerate(_candidates(times, unit, zone, decimals))
        )
        return best if lacking <= FEW_GAPS else None

    @staticmethod
    def _fitted(calendar, times, starts):
        """Share of the places that lack a row; the step of the calendar is learned."""
        places = calendar.places(times)
        if places is None:
            return 1.0
        later = ~np.isin(np.arange(len(times)), starts)
        gaps = np.diff(places, prepend=0)[later]
        if gaps.min() < 1:
            return 1.0
        calendar.step = int(np.gcd.reduce(gaps))
        phases = np.unique(places % calendar.step)
        calendar.phase = int(phases[0]) if len(phases) == 1 else None
        return 1 - len(gaps) / (gaps.sum() / calendar.step)

    def places(self, times):
        """Places (n,) of times; None where one of them is not of this calendar."""
        places = self.near(times)
        back = self.times(places)
        same = np.isclose(back, times, rtol=0, atol=0.1 / 10**self.decimals) if self.unit is None else back == times
        return places if same.all() else None

    def near(self, times):
        """Places (n,) of times, and of those that are not of this calendar of one near them."""
        places = self._near(times)
        return places if self.phase is None else places - (places - self.phase) % self.step

    def _near(self, times):
        if self.kind == "steps":
            places = self._by_clock(times)  # whole ones stay so: a float does not tell the last nanoseconds apart
            return places if places.dtype.kind in "iu" else np.rint(places * 10**self.decimals).astype("int64")
        days = (self._by_clock(times) - self.offset) // self._day
        if self.kind == "business days":
            weeks, weekday = np.divmod(days + 3, 7)  # the epoch was a Thursday
            return 5 * weeks + np.minimum(weekday, 4)
        return _months(days + (self.kind == "month ends"))

    def times(self, places):
        """Times (n,) of places, in the unit of the fitted ones."""
        if self.kind == "steps":
            times = places / 10**self.decimals if self.decimals else places
        else:
            times = self._days_of(places) * self._day + self.offset
        return times if self.zone is None else from_wall(times, self.unit, self.zone)

    def _days_of(self, places):
        if self.kind == "business days":
            weeks, weekday = np.divmod(places, 5)
            return 7 * weeks + weekday - 3
        return _days(places) - (self.kind == "month ends")

    def _by_clock(self, times):
        return times if self.zone is None else to_wall(times, self.unit, self.zone)

    @property
    def _day(self):
        return UNITS["D"][0] // UNITS[self.unit][0]

    def __str__(self):
        if self.kind == "steps" and self.unit is None:
            return f"every {self.step / 10**self.decimals:g}"
        number, what = self.step, self.kind
        if what == "steps":
            number, what = self.step * UNITS[self.unit][0], "nanoseconds"
            for name, size in LARGER.items():
                if number % size == 0:
                    number, what = number // size, name
                    break
        return f"every {what[:-1]}" if number == 1 else f"every {number} {what}"

    def to_dict(self):
        """The calendar as JSON-ready values."""
        return vars(self)


def _candidates(times, unit, zone, decimals):
    """Calendars that times may be of, in the order in which they are preferred."""
    yield Calendar("steps", decimals=decimals, unit=unit)
    if unit is None:
        return
    for clock in (None,) if zone is None else (None, zone):
        if clock is not None:
            yield Calendar("steps", unit=unit, zone=clock)
        first = times[:1] if clock is None else to_wall(times[:1], unit, clock)
        day = UNITS["D"][0] // UNITS[unit][0]
        date, rest = divmod(int(first[0]), day)
        since = int(date - _days(_months(np.array([date])))[0])
        yield Calendar("business days", offset=rest, unit=unit, zone=clock)
        if since < MONTHS_TO:
            yield Calendar("months", offset=rest + since * day, unit=unit, zone=clock)
        yield Calendar("month ends", offset=rest, unit=unit, zone=clock)


def _months(days):
    """Months since 1970 of days since 1970."""
    return days.astype("M8[D]").astype("M8[M]").astype("int64")


def _days(months):
    """Days since 1970 on which months since 1970 begin."""
    return months.astype("M8[M]").astype("M8[D]").astype("int64")
