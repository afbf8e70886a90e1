"""Question: how close are generated series to real ones on Stocks and Sines, by the published protocol, at what cost?

    python benchmarks/sequences_series.py --data ../shared/data [--set stocks] [--models flow,vae,gan] [--seeds 3]
        [--repeats 5] [--time-limit 720] [--epochs N] [--rivals] [--json OUT]

Stocks are windows of 24 steps of stock_data.csv, one every step, in [0, 1] by the range of each channel over all of it.
Sines (--set sines) are 10,000 windows of 24 steps of five waves each, with frequencies and phases uniform in [0, 0.1],
in [0, 1]. The model learns the windows, as many are generated, and the scores of TimeGAN (Yoon et al., NeurIPS 2019,
data_loading.py and metrics/*.py) are computed with networks made anew in each repeat:

* discriminative: distance from one half of the accuracy of a GRU of half as many units as channels, trained in 2,000
  steps of 128 + 128 windows to tell real from generated, on a random fifth of each. Windows overlap across that split.
* predictive: mean absolute error on real windows of a GRU trained on generated ones, 5,000 steps of 128, to foretell
  the last channel a step ahead from the others.
* correlational: the sum over pairs of channels of the absolute difference of correlations, over 10; 5 draws of
  a fifth.

"real" is a fresh draw of the real windows with replacement, the floor. "Gaussian window" is the normal distribution
with the means and covariances of the windows, cut off at [0, 1]. By default a tenth of the windows validates, and
neither it nor what overlaps with it is learned; the published models learn from all, as --validation 0 does. Scores are
means of --repeats networks, ± their standard deviation. Set OMP_NUM_THREADS=1.

Last result (one core of 2 shared with other jobs; TensorFlow 2.21, Keras 3.15; default settings; --repeats 3):

| Stocks | fit CPU-s | sampling CPU-s | discriminative | predictive | correlational |
|---|---|---|---|---|---|
| flow, seed 0 | 140 | 10 | .021 ±.011 | .0368 ±.0000 | .0085 ±.0042 |
| flow, seed 1 | 116 | 9 | .003 ±.002 | .0367 ±.0001 | .0157 ±.0066 |
| flow, seed 2 | 113 | 9 | .014 ±.002 | .0367 ±.0001 | .0107 ±.0060 |
| vae, seed 0, --repeats 2 | 49 | .2 | .026 ±.002 | .0368 ±.0000 | .0062 ±.0036 |
| vae, seed 1, --repeats 2 | 47 | .2 | .018 ±.005 | .0369 ±.0000 | .0083 ±.0053 |
| gan, seed 0, --repeats 2 | 107 | .3 | .023 ±.000 | .0377 ±.0001 | .0042 ±.0040 |
| gan, seed 1, --repeats 2 | 83 | .4 | .030 ±.006 | .0383 ±.0001 | .0041 ±.0009 |
| Gaussian window | | | .179 ±.028 | .0476 ±.0009 | .0161 ±.0073 |
| real | | | .007 ±.005 | .0367 ±.0000 | .0057 ±.0022 |

Published on Stocks are, discriminative and predictive, .145 and .039 of TimeVAE and .102 and .038 of TimeGAN (Yuan and
Qiao, "Diffusion-TS", ICLR 2024, table 1).

Before all weights took part from the first step, with dropout, and half of the times were spread evenly, Stocks had
.018, .025 and .022 (predictive the same, correlational .008 to .028) in 146 to 174 CPU-s, Sines .005, .009 and .005.

| Sines, --repeats 2 | fit CPU-s | sampling CPU-s | discriminative | predictive | correlational |
|---|---|---|---|---|---|
| flow, seed 0 | 404 | 24 | .001 ±.001 | .0928 ±.0001 | .0165 ±.0033 |
| flow, seed 1 | 371 | 23 | .007 ±.005 | .0928 ±.0000 | .0212 ±.0045 |
| flow, seed 2 | 378 | 24 | .004 ±.002 | .0928 ±.0001 | .0149 ±.0039 |
| Gaussian window | | | .072 ±.003 | .0958 ±.0001 | .0231 ±.0051 |
| real | | | .012 ±.005 | .0928 ±.0001 | .0173 ±.0040 |

With --time-limit 160, on busy cores, fits of Sines take 127, 100 and 117 CPU-s, and discriminative is .001, .007 and
.004 as well.

The discriminator has three units and sees little. All prices of Stocks and all sines are on a line; coded by normal
scores, as before, Stocks had discriminative .016, predictive .0376 (.0374 after 240 epochs) and correlational .011, for
small differences between prices came out too wide, and Sines .011. With relations of the scaled prices in place of
lines predictive was .0374, correlational .041.
"""

import argparse
import json
import time
from itertools import product
from pathlib import Path

import numpy as np

LENGTH = 24
BATCH = 128


def stocks(data_dir):
    """The real windows (n, 24, 6), shuffled, and the whole series (time, 6), both in [0, 1]."""
    series = np.loadtxt(Path(data_dir, "sequence", "stock_data.csv"), delimiter=",", skiprows=1)
    series = (series - series.min(axis=0)) / (np.ptp(series, axis=0) + 1e-7)
    windows = np.lib.stride_tricks.sliding_window_view(series, LENGTH, axis=0).transpose(0, 2, 1)
    return np.random.default_rng(0).permutation(windows), series


def sines(data_dir):
    """Windows (10000, 24, 5) of waves in [0, 1], twice: there is no longer series."""
    frequencies, phases = np.random.default_rng(0).uniform(0, 0.1, (2, 10_000, 1, 5))
    windows = (np.sin(frequencies * np.arange(LENGTH)[:, None] + phases) + 1) / 2
    return windows, windows


SETS = {"stocks": stocks, "sines": sines}


def gaussian_windows(real, n, rng):
    """The Gaussian baseline."""
    flat = real.reshape(len(real), -1)
    drawn = rng.multivariate_normal(flat.mean(axis=0), np.cov(flat, rowvar=False), n, method="eigh")
    return drawn.clip(0, 1).reshape(n, *real.shape[1:])


def batches(x, steps, rng):
    """So many batches of rows (steps, 128, ...), each drawn without replacement."""
    return np.stack([x[rng.permutation(len(x))[:BATCH]] for _ in range(steps)])


def trained(network, loss, x, y, steps):
    """`network` after one step on each of the batches x and y, all (steps * batch, ...)."""
    import keras

    network.compile(keras.optimizers.Adam(1e-3), loss, steps_per_execution=50)
    network.fit(x, y, batch_size=len(x) // steps, shuffle=False, verbose=0)
    return network


def discriminative(real, new, seed, steps=2000):
    """Distance from one half of a discriminator's accuracy."""
    import keras

    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    parts = [
        (x[order[: len(x) * 4 // 5]], x[order[len(x) * 4 // 5 :]])
        for x, order in ((x, rng.permutation(len(x))) for x in (real, new))
    ]
    x = np.concatenate([batches(part[0], steps, rng) for part in parts], axis=1).astype("float32")
    y = np.tile(np.repeat([1.0, 0.0], BATCH), steps).astype("float32")
    layers = [keras.Input(real.shape[1:]), keras.layers.GRU(max(real.shape[2] // 2, 2)), keras.layers.Dense(1)]
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    network = trained(keras.Sequential(layers), loss, x.reshape(-1, *real.shape[1:]), y[:, None], steps)
    said = [network.predict(part[1].astype("float32"), batch_size=1024, verbose=0).ravel() > 0 for part in parts]
    return abs(np.mean(np.concatenate([said[0], ~said[1]])) - 0.5)


def predictive(real, new, seed, steps=5000):
    """Error on real windows of a predictor that learned on new ones."""
    import keras

    keras.utils.set_random_seed(seed)
    x = batches(new, steps, np.random.default_rng(seed)).astype("float32").reshape(-1, *new.shape[1:])
    layers = [
        keras.Input((LENGTH - 1, real.shape[2] - 1)),
        keras.layers.GRU(max(real.shape[2] // 2, 2), return_sequences=True),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
    network = trained(keras.Sequential(layers), "mean_absolute_error", x[:, :-1, :-1], x[:, 1:, -1:], steps)
    said = network.predict(real[:, :-1, :-1].astype("float32"), batch_size=1024, verbose=0)
    return np.abs(said - real[:, 1:, -1:]).mean()


def correlational(real, new, seed):
    """Difference of the correlations of channels."""
    rng = np.random.default_rng(seed)
    found = []
    for x in (real, new):
        steps = x[rng.integers(len(x), size=len(x) // 5)].reshape(-1, x.shape[2])
        found.append(np.corrcoef(steps, rowvar=False))
    return np.abs(np.tril(found[0] - found[1])).sum() / 10


def scores(real, new, repeats, parts=("discriminative", "predictive", "correlational")):
    """Mean and standard deviation of each score over the repeats."""
    result = {}
    for name in parts:
        values = [globals()[name](real, new, seed) for seed in range(5 if name == "correlational" else repeats)]
        result[name] = [float(np.mean(values)), float(np.std(values))]
    return result


def fit_and_generate(series, model, seed, arguments):
    """New windows, and CPU seconds of fit and of sampling."""
    from augment import SequenceSynthesizer

    settings = {
        "window": LENGTH if series.ndim == 2 else None,
        "validation_fraction": arguments.validation,
        "epochs": arguments.epochs or "auto",
        "time_limit": arguments.time_limit,
    }
    start = time.process_time()
    synthesizer = SequenceSynthesizer(model, kind="series", random_state=seed, **settings).fit(series)
    fitted = time.process_time()
    new = synthesizer.generate()
    return new, fitted - start, time.process_time() - fitted


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", default="../shared/data")
    parser.add_argument("--set", choices=SETS, default="stocks")
    parser.add_argument("--models", default="flow")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--time-limit", type=float)
    parser.add_argument("--validation", type=float, default=0.1)
    parser.add_argument("--rivals", action="store_true", help="score the floor and the Gaussian window too")
    parser.add_argument("--scores", default="discriminative,predictive,correlational")
    parser.add_argument("--json")
    arguments = parser.parse_args()
    real, series = SETS[arguments.set](arguments.data)
    rng, parts, records = np.random.default_rng(1), arguments.scores.split(","), []
    made = {}
    if arguments.rivals:
        made = {
            "real": real[rng.integers(len(real), size=len(real))],
            "Gaussian window": gaussian_windows(real, len(real), rng),
        }
    for name, new in made.items():
        records.append({"what": name} | scores(real, new, arguments.repeats, parts))
        print(json.dumps(records[-1]), flush=True)
    for model, seed in product(arguments.models.split(","), range(arguments.seeds)):
        new, fit, sampling = fit_and_generate(series, model, seed, arguments)
        record = {"what": model, "seed": seed, "fit": fit, "sampling": sampling}
        print(json.dumps(record), flush=True)
        records.append(record | scores(real, new, arguments.repeats, parts))
        print(json.dumps(records[-1]), flush=True)
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(records, indent=1))


if __name__ == "__main__":
    main()
