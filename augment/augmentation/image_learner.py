"""Trains a network on images that change, and labels with them, in its forward pass: the same on every backend.

Layers of Keras that mix images, as MixUp and CutMix do, mix their labels too. So labels go in as an input and come out
beside the probabilities, and the loss compares the two; what trains is `keras.Model.train_on_batch`.
"""

import warnings

import keras
import numpy as np
from keras import ops

from augment.auditing.images.classifier import penultimate
from augment.models.gradients import jit_compile

CHAINS = tuple({keras.Sequential, getattr(keras.layers, "Pipeline", keras.Sequential)})  # layers one after another
MIXING = "MixUp", "CutMix"  # layers of Keras that mix images and their labels


class Learner(keras.Model):
    """A network behind layers that change its training images.

    Parameters
    ----------
    network : keras.Model
        From images to probabilities of classes.
    augmentation : list of keras.layers.Layer
        Their own copies, each called once a step.
    """

    def __init__(self, network, augmentation):
        super().__init__()
        self.network, self.augmentation = network, augmentation

    def build(self, input_shape):
        self.built = True

    def call(self, data, training=False):
        """Images (n, *sides, channels) and labels (n, n_classes) -> probabilities and the labels that they are to be.

        A row of labels is a one-hot times the weight of its image, so that a mixture of images is a mixture of weights.
        """
        for layer in self.augmentation if training else ():
            if tells_labels(layer):
                data = dict(layer(dict(data), training=True))
            else:
                data = {**data, "images": layer(data["images"], training=True)}
        return {"labels": data["labels"], "probabilities": self.network(data["images"], training=training)}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        told = keras.losses.categorical_crossentropy(y_pred["labels"], y_pred["probabilities"])
        return ops.mean(told)


def train(network, augmentation, images, labels, *, steps, batch_size, optimizer, rng):
    """Take so many steps of an optimizer, over all images in turn, in a new order each time.

    Parameters
    ----------
    network : keras.Model
    augmentation : list of keras.layers.Layer
    images : ndarray of shape (n, *sides, channels)
    labels : ndarray of float32, shape (n, n_classes)
        One-hots times weights.
    steps, batch_size : int
        However many images there are: a batch may hold one several times.
    optimizer : keras.optimizers.Optimizer
        Not used before.
    rng : numpy.random.Generator
    """
    learner = Learner(network, augmentation)
    learner.compile(optimizer=optimizer, jit_compile=jit_compile())
    with warnings.catch_warnings():
        # Keras's layers ask JAX for 64-bit places of images, which it makes 32-bit ones.
        warnings.filterwarnings("ignore", "Explicitly requested dtype int64")
        for rows in batches(len(images), steps, batch_size, rng):
            learner.train_on_batch({"images": images[rows].astype("float32"), "labels": labels[rows]})


def batches(n, steps, batch_size, rng):
    """Places of the images of each step: all n have had their turn before one has another.

    Examples
    --------
    >>> [sorted(rows.tolist()) for rows in batches(2, 2, 4, np.random.default_rng(0))]
    [[0, 0, 1, 1], [0, 0, 1, 1]]
    """
    waiting = np.empty(0, int)
    for _ in range(steps):
        while len(waiting) < batch_size:
            waiting = np.concatenate([waiting, rng.permutation(n)])
        yield waiting[:batch_size]
        waiting = waiting[batch_size:]


def small_network(images, n_classes):
    """The audit's convolutional network for these images, on their scale: probabilities of classes come out."""
    x = keras.Input(images.shape[1:])
    pixels = images.reshape(-1, images.shape[-1])
    scaled = keras.layers.Normalization(mean=pixels.mean(0, "float64"), variance=pixels.var(0, "float64"))(x)
    return keras.Model(x, keras.layers.Dense(n_classes, activation="softmax")(penultimate(scaled)))


def fresh(layers, rng):
    """Copies of layers as if they had just been made, those without a seed with one of their own.

    Layers inside a `Sequential` or a `Pipeline` are told apart, for such a one would not pass labels on.
    """
    for layer in layers:
        if isinstance(layer, CHAINS):
            yield from fresh([each for each in layer.layers if not isinstance(each, keras.layers.InputLayer)], rng)
            continue
        config = layer.get_config()
        if config.get("seed", 0) is None:
            config["seed"] = int(rng.integers(2**31))
        yield type(layer).from_config(config)


def tells_labels(layer):
    """Whether a layer gets labels with the images: of Keras's own those that mix images, of a user's what can.

    Keras's others leave labels alone, and one of them, RandomGrayscale, fails when it gets some.
    """
    of_keras = type(layer).__module__.split(".")[0] == "keras"
    return type(layer).__name__ in MIXING if of_keras else hasattr(layer, "transform_labels")


def probabilities(network, images, step=500):
    """What the network says of each class (n, n_classes)."""
    parts = [network(images[i : i + step].astype("float32"), training=False) for i in range(0, len(images), step)]
    return np.concatenate([ops.convert_to_numpy(part) for part in parts])
