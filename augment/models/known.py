"""What is known of rows of floats: random columns in training, the condition's in generation."""

import keras
from keras import ops


def random_columns(n, n_columns, seed):
    """Known columns (n, n_columns) as 0 and 1: in half of the rows none, in the others each with a random chance."""
    uniform = keras.random.uniform((n, n_columns + 1), seed=seed)
    return ops.cast(uniform[:, 1:] < 2 * uniform[:, :1] - 1, "float32")


def floats_of(layout, columns):
    """Of each float of a row (n, layout.width) what `columns` (n, n_columns) says of its column; 0 without one."""
    columns = ops.convert_to_tensor(columns)
    nobody = ops.zeros_like(columns[:, :1])
    return ops.take(ops.concatenate([columns, nobody], axis=1), layout.columns, axis=1)
