"""Solvers of ordinary differential equations: how a flow's directions are followed from noise to what it makes."""

SOLVERS = ("adams", "euler", "heun")


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
    solver : {"adams", "euler", "heun"}
        Euler's method looks once in each step and is of first order; Heun's looks twice, Adams and Bashforth's once and
        remembers the look before; both are of second order (Hairer, Nørsett and Wanner, "Solving ordinary differential
        equations I", 1993, II.1 and III.1).

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
    euler 1.629
    heun 1.648
    """
    before = None
    for time, after in zip(times[:-1], times[1:], strict=True):
        step = float(after - time)
        here = direction(x, time)
        if solver == "heun" and after < 1:  # at 1 there is no mixture that training has seen
            move = (here + direction(x + step * here, after)) / 2
        elif solver == "adams" and before is not None:
            before_step, before_direction = before
            move = here + (here - before_direction) * (step / before_step / 2)
        else:
            move = here
        x, before = x + step * move, (step, here)
    return x
