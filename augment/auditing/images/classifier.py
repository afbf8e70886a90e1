"""A small convolutional classifier: what it learns from images tells their use, what it sees in them their looks.

Two or three convolutions with stride 2, a dense layer of 64, softmax; every fit takes the same number of steps of Adam,
whatever it learns from. Keras is imported when the first one is made.
"""

import numpy as np

from augment.auditing.check import NEEDS, NotAssessed

NAME = "classifier-32-64-dense-64"
MOST = 32  # pixels on a side; larger images are averaged down
ROWS = 10_000  # of a part, at most
STEPS, BATCH, RATE = 500, 64, 2e-3
WIDTH = 64
FEW = 2  # images of a class in each half of train


def network(data):
    """The classifier for these images: made and compiled once, and kept with `data`, for all fits."""
    kept = vars(data)
    if "network" not in kept:
        probe = data.pixels("train", np.arange(1), MOST)
        kept["network"] = Network(probe.shape[1:], len(data.classes))
    return kept["network"]


def penultimate(x):
    """The penultimate features (n, 64) of a Keras tensor of images (n, *sides, channels)."""
    import keras

    layers, sides = keras.layers, x.shape[1:-1]
    convolution, side, channels = getattr(layers, f"Conv{len(sides)}D"), max(sides), 32
    while side > 8 or channels == 32:
        x = convolution(channels, 3, strides=2, padding="same", activation="relu")(x)
        side, channels = -(-side // 2), 64
    return layers.Dense(WIDTH, activation="relu")(layers.Flatten()(x))


class Network:
    """A classifier of images that begins anew with each fit.

    Parameters
    ----------
    shape : tuple of int
        Sides and channels.
    n_classes : int
    """

    def __init__(self, shape, n_classes):
        from augment._backend_start import load_keras

        load_keras()
        import keras

        x = keras.Input(shape)
        seen = penultimate(x)
        self.model = keras.Model(x, [keras.layers.Dense(n_classes, name="logits")(seen), seen])
        self.learner = keras.Model(x, self.model.outputs[0])
        schedule = keras.optimizers.schedules.CosineDecay(RATE, STEPS)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        # On TensorFlow XLA takes longer to compile such a network than it saves.
        jit = False if keras.backend.backend() == "tensorflow" else "auto"
        self.learner.compile(keras.optimizers.Adam(schedule), loss, jit_compile=jit)
        self.learner.optimizer.build(self.learner.trainable_variables)
        self.start = [keras.ops.convert_to_numpy(v) for v in self.learner.optimizer.variables]

    def fit(self, pixels, labels, rng):
        """Learn `labels` (n,) from `pixels` (n, *sides, channels), from new weights."""
        for variable in self.learner.trainable_variables:
            fan_in = np.prod(variable.shape[:-1])
            fresh = rng.normal(0, np.sqrt(2 / fan_in), variable.shape) if len(variable.shape) > 1 else 0.0
            variable.assign(np.broadcast_to(fresh, variable.shape).astype("float32"))
        for variable, value in zip(self.learner.optimizer.variables, self.start, strict=True):
            variable.assign(value)
        order = np.concatenate([rng.permutation(len(pixels)) for _ in range(-(-STEPS * BATCH // len(pixels)))])
        for rows in order[: STEPS * BATCH].reshape(STEPS, BATCH):
            self.learner.train_on_batch(pixels[rows], labels[rows])
        return self

    def look(self, pixels, step=500):
        """The guessed class (n,) and the penultimate features (n, 64) of images."""
        import keras

        seen = []
        for start in range(0, len(pixels), step):
            outputs = self.model(pixels[start : start + step], training=False)
            seen.append([keras.ops.convert_to_numpy(output) for output in outputs])
        logits, features = (np.concatenate(parts) for parts in zip(*seen, strict=True))
        return logits.argmax(axis=1), features


def learnable(data):
    """Raise NotAssessed where train has no labels that can be learned."""
    if "train" not in data.labels:
        raise NotAssessed(NEEDS["labels"])
    if len(data.classes) < 2:
        raise NotAssessed(f"Needs two classes at least; every label of train is {data.classes[0]!r}.")
    if np.bincount(data.labels["train"]).max() < 2 * FEW:
        raise NotAssessed(f"Needs a class with {2 * FEW} training images or more.")


def cross_fitted(data, rng):
    """Penultimate features of images that the classifier has not learned from, for each half of train in turn.

    A classifier of few images tells those it has learned from from others of the same kind: distances in its features
    are then those of seen from unseen images, however alike they are.

    Parameters
    ----------
    data : ImageData
    rng : numpy.random.Generator

    Returns
    -------
    list of dict of str to ndarray of shape (n, 64)
        "train" is the half that the classifier has not seen; all parts are in random order.
    """
    learnable(data)
    rows = {name: rng.permutation(size)[:ROWS] for name, size in data.sizes.items()}
    halves = [np.sort(half) for half in np.array_split(rows.pop("train"), 2)]
    others = {name: data.pixels(name, places, MOST) for name, places in rows.items()}
    images = [data.pixels("train", half, MOST) for half in halves]
    found = []
    for k in (0, 1):
        fitted = network(data).fit(images[k], data.labels["train"][halves[k]], rng)
        unseen = rng.permutation(len(images[1 - k]))
        parts = {"train": images[1 - k][unseen], **others}
        found.append({name: fitted.look(pixels)[1] for name, pixels in parts.items()})
    return found


def identity(data):
    """What must be the same for two scores to be comparable, as facts of a finding."""
    return {"features": NAME, "features_seed": data.seed, "features_form": data.form}
