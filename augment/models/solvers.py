"""Solvers of ordinary differential equations: how a flow's directions are followed from noise to what it makes."""

import numpy as np

SOLVERS = ("adams", "dpm", "euler", "heun")
EARLIEST = 1e-3  # is added to times for the logarithm of their ratio to noise, which would begin without bounds


def grid(n_steps, solver, start=0.0):
    """Times (n_steps + 1,) from `start` to 1, evenly far apart; for "dpm" closer at both ends, as even angles are.

    Examples
    --------
    >>> grid(4, "dpm").round(3).tolist()
    [0.0, 0.146, 0.5, 0.854, 1.0]
    """
    if solver == "dpm":
        return np.sin(np.linspace(np.arcsin(start**0.5), np.pi / 2, n_steps + 1)) ** 2
    return np.linspace(start, 1, n_steps + 1)


def follow(direction, x, times, solver):
    """Follow directions from the first of the times to the last.

    Parameters
    ----------
    direction : callable (x, time) -> tensor
        Where x moves at a time, in units of x for a whole unit of time.
    x : tensor
        Where to start.
    times : ndarray of float
        Rising; a step leads from each to the next.
    solver : {"adams", "dpm", "euler", "heun"}
        Euler's method looks once in each step and is of first order; Heun's looks twice, Adams and Bashforth's once and
        remembers the look before; both are of second order (Hairer, Nørsett and Wanner, "Solving ordinary differential
        equations I", 1993, II.1 and III.1). "dpm" is DPM-Solver++(2M) (Lu et al. 2022, arXiv 2211.01095, algorithm 2):
        it looks once, too, and is of second order in the logarithm of the ratio of what is made to noise; not
        directions but the places at time 1 that they point to are extrapolated, so that details are sharp after few
        steps of `grid`.

    Returns
    -------
    tensor
        Where x ends.

    Examples
    --------
    >>> import numpy as np
    >>> times = np.linspace(0, 0.5, 11)
    >>> for solver in SOLVERS:  # the solution is the root of e, 1.649
    ...     print(solver, round(follow(lambda x, time: x, 1.0, times, solver), 3))
    adams 1.646
    dpm 1.643
    euler 1.629
    heun 1.648
    """
    before = None
    for time, after in zip(map(float, times[:-1]), map(float, times[1:]), strict=True):
        step, here = after - time, direction(x, time)
        if solver == "dpm":
            goal = x + (1 - time) * here
            move = (_extrapolated(goal, before, time, after) - x) / (1 - time)
            before = time, goal
        elif solver == "heun" and after < 1:  # at 1 there is no mixture that training has seen
            move = (here + direction(x + step * here, after)) / 2
        elif solver == "adams":
            move = here if before is None else here + (here - before[1]) * (step / before[0] / 2)
            before = step, here
        else:
            move = here
        x = x + step * move
    return x


def _extrapolated(goal, before, time, after):
    """The place to go for until a time; before = (time, place) of the step before."""
    if before is None or after == 1:  # the ratio to noise is without bounds there
        return goal
    earlier, now, later = (np.log((t + EARLIEST) / (1 - t)) for t in (before[0], time, after))
    return goal + (goal - before[1]) * float((later - now) / (now - earlier) / 2)
