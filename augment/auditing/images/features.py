"""What a fixed random network sees in images: the same numbers on every machine, with nothing trained or downloaded.

Three convolutions of 3 x 3 (3 x 3 x 3 for volumes) with stride 2, orthogonal weights and ReLU, then mean and standard
deviation of each channel over all places. Naeem et al. (2020) recommend the embeddings of random networks where images
are far from those that a trained network has seen.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

CHANNELS = (32, 64, 128)
SEED = 0  # fixed: scores of two audits are comparable only where the features are the same
NAME = "random-convolutions-32-64-128"
MOST = 64  # pixels on a side; larger images are averaged down
BUDGET = 8_000_000  # numbers in the windows of one look


def random_features(pixels):
    """Mean and standard deviation over places of the 128 channels of the third layer.

    Parameters
    ----------
    pixels : ndarray of shape (n, *sides, channels)

    Returns
    -------
    ndarray of float32, shape (n, 256)

    Examples
    --------
    >>> random_features(np.zeros((2, 8, 8, 3))).shape
    (2, 256)
    """
    sides, channels = pixels.shape[1:-1], pixels.shape[-1]
    weights = kernels(channels, len(sides))
    places = [int(np.prod([-(-side // 2**depth) for side in sides])) for depth in (1, 2, 3)]
    widest = max(p * len(w) for p, w in zip(places, weights, strict=True))
    step = max(1, BUDGET // widest)
    return np.concatenate([_look(pixels[i : i + step].astype("float32"), weights) for i in range(0, len(pixels), step)])


def kernels(channels, dims):
    """Orthogonal matrices (inputs times 3**dims, outputs) of the three layers, scaled by the root of 2 for ReLU.

    Examples
    --------
    >>> first = kernels(3, 2)[0]
    >>> bool(np.allclose(first @ first.T, 2 * np.eye(27), atol=1e-6))
    True
    """
    rng, made = np.random.Generator(np.random.PCG64(SEED)), []
    for outputs in CHANNELS:
        inputs = channels * 3**dims
        tall = rng.standard_normal((max(inputs, outputs), min(inputs, outputs)))
        q, r = np.linalg.qr(tall)
        q = q * np.sign(np.diag(r))  # the one decomposition with a positive diagonal, whatever the library
        made.append((np.sqrt(2) * (q if inputs >= outputs else q.T)).astype("float32"))
        channels = outputs
    return made


def _look(images, weights):
    for weight in weights:
        images = np.maximum(convolved(images, weight), 0)
    flat = images.reshape(len(images), -1, images.shape[-1])
    return np.concatenate([flat.mean(axis=1), flat.std(axis=1)], axis=1)


def convolved(images, weight):
    """Images (n, *sides, channels) convolved with stride 2, with a margin of one zero: sides are halved, rounded up.

    Examples
    --------
    >>> ones = np.ones((1, 4, 4, 1), "float32")
    >>> convolved(ones, np.ones((9, 1), "float32"))[0, :, :, 0].tolist()
    [[4.0, 6.0], [6.0, 9.0]]
    """
    dims = images.ndim - 2
    padded = np.pad(images, [(0, 0), *[(1, 1)] * dims, (0, 0)])
    windows = sliding_window_view(padded, (3,) * dims, axis=tuple(range(1, dims + 1)))
    windows = windows[(slice(None), *[slice(None, None, 2)] * dims)]
    shape = windows.shape[: dims + 1]
    return (windows.reshape(-1, len(weight)) @ weight).reshape(*shape, -1)


def features_of(data, rows):
    """Random features of some images of each part, kept with `data`, so that each image is looked at once.

    Parameters
    ----------
    data : ImageData
    rows : dict of str to ndarray of int

    Returns
    -------
    dict of str to ndarray of float32, shape (n, 256)
    """
    kept = vars(data).setdefault("random_features", {})
    found = {}
    for name, places in rows.items():
        if name not in kept:
            kept[name] = np.full((data.sizes[name], 2 * CHANNELS[-1]), np.nan, "float32")
        new = places[np.isnan(kept[name][places, 0])]
        if len(new):
            kept[name][new] = random_features(data.pixels(name, new, MOST))
        found[name] = kept[name][places]
    return found


def identity(data):
    """What must be the same for two scores to be comparable, as facts of a finding."""
    return {"features": NAME, "features_seed": SEED, "features_form": data.form}
