"""How many threads trees get: on a busy machine those of a few rows wait for each other longer than they help."""

from threadpoolctl import threadpool_limits

FEW_ROWS = 100_000  # two threads learn 40,000 in three quarters of the time of one; on a busy machine in three times it


def threads_for(n_rows):
    """A context in which OpenMP, and so scikit-learn's trees, has one thread for few rows, for more as many as ever."""
    return threadpool_limits(1 if n_rows <= FEW_ROWS else None, "openmp")
