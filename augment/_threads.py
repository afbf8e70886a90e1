"""How many threads trees get: on a busy machine those of a small table wait for each other longer than they help."""

from threadpoolctl import threadpool_limits

FEW_ROWS = 20_000


def threads_for(n_rows):
    """A context in which OpenMP, and so scikit-learn's trees, has one thread for few rows, for more as many as ever."""
    return threadpool_limits(1 if n_rows <= FEW_ROWS else None, "openmp")
