"""How long and on what a model trains: steps chosen from the data's size, early stopping, a time budget, progress."""

import importlib.util
import math
import sys
import time
import warnings
from dataclasses import dataclass

import keras
import numpy as np

from augment.models.gradients import steps_at_once

EPOCH_STEPS = 16, 512  # an epoch is a pass over the rows, but so many steps at least and at most
EXECUTION_STEPS = 16  # steps that run compiled in one call
CHECKS = 40  # about so many looks at the validation part in a full run
TOLERANCE = 0.05  # see `Plan`; raised the C2ST score of MAGIC from .81 to .98
GAINED = 0.2  # the same for a model that starts well, as a share of how far the loss fell since the first look
PATIENCE = 8  # looks at the validation part without a better one before training stops
WAITS = 0.5  # the same for a model that starts well, as a share of a full run: at first it may learn nothing for long
SETS_RATE = keras.callbacks.LearningRateScheduler, keras.callbacks.ReduceLROnPlateau
AVERAGED = 10  # averages of weights forget e-fold in a tenth of the run at the latest, or a short one kept its start
LONG_PATIENCE = 40  # ... where a model judges itself: an adversarial game takes long turns for the worse; half a run


@dataclass(frozen=True)
class Plan:
    """How a fit will go, chosen before it starts.

    Parameters
    ----------
    batch_size : int
        Rows in a step; every step has the same shape, the last of an epoch is filled up with rows of its beginning.
    steps_per_epoch, epochs : int
        Steps in an epoch and epochs at most.
    steps_per_execution : int
        Steps that run compiled in one call; divides `steps_per_epoch`.
    check_every : int
        Epochs between two looks at the validation part.
    tolerance : float
        By how much, as a share, the validation loss may exceed its lowest value and the weights still count as good:
        samples get better to the end, while held-out rows already get a little less likely.
    """

    batch_size: int
    steps_per_epoch: int
    epochs: int
    steps_per_execution: int
    check_every: int
    tolerance: float

    @property
    def steps(self):
        """Optimizer steps of a full run."""
        return self.steps_per_epoch * self.epochs


def plan(n_samples, *, epochs="auto", batch_size="auto", share=1.0):
    """Choose batch size and epochs for `n_samples` rows.

    Parameters
    ----------
    n_samples : int
        Rows to train on.
    epochs, batch_size : int or "auto", default="auto"
        What the user asked for. "auto" takes batches of 64 rows up to 2,000 rows and of 512 above, and as many epochs
        as make 3,000 optimizer steps for the smallest tables and 4,500 for tables of 10,000 rows and more.
    share : float, default=1
        Multiplies these steps, for a family that needs fewer or more.

    Returns
    -------
    Plan

    Examples
    --------
    >>> plan(1000, epochs=200, batch_size=100)
    Plan(batch_size=100, steps_per_epoch=16, epochs=200, steps_per_execution=16, check_every=5, tolerance=0.05)
    """
    if batch_size == "auto":
        batch_size = 64 if n_samples <= 2000 else 512
    batch_size = min(batch_size, n_samples)
    steps_per_epoch = int(np.clip(math.ceil(n_samples / batch_size), *EPOCH_STEPS))
    steps_per_epoch = math.ceil(steps_per_epoch / EXECUTION_STEPS) * EXECUTION_STEPS
    if epochs == "auto":
        epochs = max(1, round(share * _steps(n_samples) / steps_per_epoch))
    return Plan(batch_size, steps_per_epoch, epochs, EXECUTION_STEPS, max(1, epochs // CHECKS), TOLERANCE)


def _steps(n_samples):
    """Optimizer steps that a table of so many rows is worth."""
    return int(np.interp(math.log(n_samples), [math.log(2000), math.log(10000)], [3000, 4500]))


class Rows(keras.utils.PyDataset):
    """Shuffled batches of encoded rows, all of one shape, in an order that `rng` alone decides."""

    def __init__(self, arrays, plan, rng):
        super().__init__(workers=1)
        self.arrays, self.plan, self.rng = arrays, plan, rng
        self.on_epoch_end()

    def __len__(self):
        return self.plan.steps_per_epoch

    def __getitem__(self, index):
        places = np.arange(index * self.plan.batch_size, (index + 1) * self.plan.batch_size)
        return (self.arrays[self.order[places % len(self.order)]],)

    def on_epoch_end(self):
        self.order = self.rng.permutation(len(self.arrays))


def validation_rows(arrays, batch_size, rng):
    """Whole batches of validation rows, each row as often as it takes to average over many random maskings."""
    n = max(batch_size, min(4096, max(1024, len(arrays))) // batch_size * batch_size)
    return arrays[np.concatenate([rng.permutation(len(arrays)) for _ in range(math.ceil(n / len(arrays)))])[:n]]


class Anneal(keras.callbacks.Callback):
    """Warms the learning rate up over 5 % of the run, then lowers it along a cosine to zero.

    Progress is the share of the steps or of the time limit that has passed, whichever is more, so that a run cut short
    by time still ends with small steps. An optimizer with a schedule of its own is left alone.
    """

    def __init__(self, steps, deadline):
        super().__init__()
        self.steps, self.deadline, self.before = steps, deadline, 0

    def on_train_begin(self, logs=None):
        self.start = time.monotonic()
        self.peak = None
        if not isinstance(inner(self.model.optimizer)._learning_rate, keras.optimizers.schedules.LearningRateSchedule):
            self.peak = float(self.model.optimizer.learning_rate)
            self._set(0)

    def on_train_batch_end(self, batch, logs=None):
        if self.peak:
            self._set(self.before + batch + 1)

    def on_epoch_end(self, epoch, logs=None):
        self.before += self.params["steps"]

    def _set(self, done):
        progress = done / self.steps
        if self.deadline:
            progress = max(progress, (time.monotonic() - self.start) / max(self.deadline - self.start, 1e-9))
        warm = min(1.0, (progress + 1e-3) / 0.05)
        self.model.optimizer.learning_rate = self.peak * warm * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))


class StopInTime(keras.callbacks.Callback):
    """Stops where more steps and the looks that follow them would end after the deadline, by what both took.

    Looks are all that happens between the last step of an epoch and the next epoch.
    """

    def __init__(self, deadline):
        super().__init__()
        self.deadline, self.stepped = deadline, None
        self.steps, self.looks = 0.0, 0.0  # seconds

    def on_epoch_begin(self, epoch, logs=None):
        if self.stepped is not None:
            self.looks = max(self.looks, time.monotonic() - self.stepped)
            self.stepped = time.monotonic()

    def on_train_batch_end(self, batch, logs=None):
        now = time.monotonic()
        if self.stepped is not None:  # the first steps were compiled
            self.steps = now - self.stepped
        self.stepped = now
        looks = 2 if batch + 1 >= self.params["steps"] else 1  # of this epoch, and of the one of the next step
        if now + self.steps + looks * self.looks > self.deadline:
            self.model.stop_training = True


class KeepBest(keras.callbacks.Callback):
    """Keeps the last weights whose validation loss was good, puts them back at the end, and stops when none follow.

    Good is the lowest loss so far, or one that exceeds it by no more than the tolerance: a share of that loss, or, if
    `starts_well`, of what was gained since the first look, which is nothing where there is nothing to learn.

    Stands after `SwapEMAWeights`, so that the weights it sees are the averaged ones that were validated.
    """

    def __init__(self, patience, tolerance, starts_well=False):
        super().__init__()
        self.patience, self.tolerance = patience, tolerance
        self.starts_well, self.first = starts_well, None
        self.best, self.weights, self.since = math.inf, None, 0

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        loss = logs.get("val_error", logs.get("val_loss"))
        if loss is None:
            if self.best == math.inf:  # nothing is validated yet, so that the last weights are the best known
                self._keep()
            return
        self.first = loss if self.first is None else self.first
        if loss < self.best or loss <= self.best + self.tolerance * self._measure():
            self.best, self.since = min(loss, self.best), 0
            self._keep()
            return
        self.since += 1
        if self.since >= self.patience:
            self.model.stop_training = True

    def _measure(self):
        """What the tolerance is a share of."""
        return self.first - self.best if self.starts_well else abs(self.best)

    def _keep(self):
        weights = self.model.get_weights()
        if all(np.isfinite(weight).all() for weight in weights):
            self.weights = weights

    def restore(self):
        """Put the best weights into the model, if any were seen."""
        if self.weights is not None:
            self.model.set_weights(self.weights)


class Validate(keras.callbacks.Callback):
    """Has a model that says itself how far its rows are from the validation rows do so, as `val_error`.

    Stands after `SwapEMAWeights` and before `KeepBest`.
    """

    def __init__(self, rows, every):
        super().__init__()
        self.rows, self.every = rows, every

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every == 0:
            logs["val_error"] = self.model.validation_error(self.rows)


class StopAtNaN(keras.callbacks.Callback):
    """Stops a run whose loss is no number; `step` then says by which step it was none."""

    def __init__(self):
        super().__init__()
        self.before, self.step = 0, None

    def on_train_batch_end(self, batch, logs=None):
        if self.step is None and not math.isfinite(logs["loss"]):
            self.step, self.model.stop_training = self.before + batch + 1, True

    def on_epoch_end(self, epoch, logs=None):
        self.before += self.params["steps"]


class Progress(keras.callbacks.Callback):
    """One line that says how far the run is, its losses and how long it will take."""

    def __init__(self, steps, stream=None):
        super().__init__()
        self.steps, self.stream = steps, stream or sys.stderr
        self.before, self.shown, self.validation, self.compiled = 0, 0.0, None, None

    def on_train_begin(self, logs=None):
        self.start = time.monotonic()

    def on_train_batch_end(self, batch, logs=None):
        now, done = time.monotonic(), self.before + batch + 1
        if self.compiled is None:  # the first steps wait for the compiler and say nothing of those to come
            self.compiled = now, done
        elif now - self.shown >= (0.2 if self.stream.isatty() else 10):
            self.shown = now
            left = (now - self.compiled[0]) * (self.steps - done) / (done - self.compiled[1])
            losses = "  ".join(f"{name} {value:.3f}" for name, value in logs.items())
            self._show(f"{done / self.steps:4.0%}  {losses}{self._validation()}  at most {left:.0f} s left")

    def on_epoch_end(self, epoch, logs=None):
        self.before += self.params["steps"]
        logs = logs or {}
        self.validation = logs.get("val_error", logs.get("val_loss", self.validation))

    def on_train_end(self, logs=None):
        seconds = time.monotonic() - self.start
        self._show(f"trained {self.before:,} steps in {seconds:.0f} s{self._validation()}", last=True)

    def _validation(self):
        return "" if self.validation is None else f"  validation {self.validation:.3f}"

    def _show(self, text, last=False):
        if self.stream.isatty():
            self.stream.write(f"\r\033[K{text}" + ("\n" if last else ""))
        else:
            self.stream.write(text + "\n")
        self.stream.flush()


def inner(optimizer):
    """The optimizer that changes weights: the one inside another that scales the loss, for layers that use float16."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def check_callbacks(callbacks):
    """An error where `callbacks` is no list of Keras callbacks, and for one that would fail in the run."""
    if not isinstance(callbacks, list | tuple | type(None)):
        raise TypeError(f"callbacks must be a list of keras.callbacks.Callback. Received: callbacks={callbacks!r}")
    for callback in callbacks or []:
        if not isinstance(callback, keras.callbacks.Callback):
            raise TypeError(f"callbacks must be a list of keras.callbacks.Callback. Received: {callback!r}")
        if isinstance(callback, keras.callbacks.ModelCheckpoint) and not callback.save_weights_only:
            raise ValueError(
                "ModelCheckpoint cannot save the whole model, whose layout no Keras file holds: give it "
                "save_weights_only=True and a path that ends in .weights.h5."
            )
        if isinstance(callback, keras.callbacks.TensorBoard) and importlib.util.find_spec("tensorboard") is None:
            raise ImportError("The callback TensorBoard needs the package tensorboard: pip install tensorboard.")


def _patience(model, plan):
    """Looks at the validation part without a better one before training stops."""
    if model.starts_well:
        return math.ceil(WAITS * plan.epochs / plan.check_every)
    return LONG_PATIENCE if hasattr(model, "validation_error") else PATIENCE


def train(model, arrays, validation, plan, *, deadline=None, guard=None, callbacks=None, verbose=1, rng):
    """Train a compiled model through plain `keras.Model.fit` and leave its best weights in it.

    Parameters
    ----------
    model : GenerativeModel
        Compiled; if its optimizer averages weights (`use_ema=True`), the averages are validated and kept. They are over
        a tenth of the run at most, whatever its `ema_momentum`.
    arrays : ndarray of shape (n, ...)
        Encoded rows to learn from.
    validation : ndarray of shape (m, ...) or None
        Encoded rows that decide when to stop.
    plan : Plan
        Batch size and epochs.
    deadline : float, default=None
        Value of `time.monotonic()` at which training has to be over.
    guard : StopAtCopies, default=None
        Ends training where the model begins to learn its rows by heart.
    callbacks : list of keras.callbacks.Callback, default=None
        The user's own, called after ours. One that sets the learning rate, `LearningRateScheduler` or
        `ReduceLROnPlateau`, takes the place of `Anneal`.
    verbose : int, default=1
        0 is silent, 1 shows a line of progress on standard error.
    rng : numpy.random.Generator
        Shuffles the rows.

    Returns
    -------
    dict of str to list of float
        The history of Keras: a value for each epoch, and for each look at the validation part `val_loss`, or
        `val_error` for a model that has a `validation_error`.

    Raises
    ------
    ValueError
        If the loss is no number before there are weights worth keeping; after that a RuntimeWarning tells of it.
    """
    judges_itself = hasattr(model, "validation_error")
    tolerance = GAINED if model.starts_well else plan.tolerance
    best, nan = KeepBest(_patience(model, plan), tolerance, model.starts_well), StopAtNaN()
    ours = [nan]
    if not any(isinstance(callback, SETS_RATE) for callback in callbacks or []):
        ours.insert(0, Anneal(plan.steps, deadline))
    optimizer = inner(model.optimizer)
    if getattr(optimizer, "use_ema", False):
        optimizer.ema_momentum = min(optimizer.ema_momentum, max(0.5, 1 - AVERAGED / plan.steps))
        ours.append(keras.callbacks.SwapEMAWeights(swap_on_epoch=True))
    if validation is not None and judges_itself:
        ours.append(Validate(validation, plan.check_every))
    ours += [best] if guard is None else [best, guard]
    if deadline:
        ours.append(StopInTime(deadline))
    if verbose:
        ours.append(Progress(plan.steps))
    history = keras.callbacks.History()
    model.steps_per_execution = steps_at_once(plan.steps_per_execution)
    options = {}
    if validation is not None and not judges_itself:
        rows = validation_rows(validation, plan.batch_size, rng)
        if deadline:  # or the look that follows the last step would wait for the compiler
            model.evaluate(rows, batch_size=plan.batch_size, verbose=0)
        options = {
            "validation_data": (rows,),
            "validation_batch_size": plan.batch_size,
            "validation_freq": plan.check_every,
        }
    if not model.optimizer.built:  # TensorFlow would trace the first step twice: once to make what is built here
        model.optimizer.build(model.trainable_variables)
    try:
        model.fit(
            Rows(arrays, plan, rng),
            epochs=plan.epochs,
            shuffle=False,
            verbose=0,
            callbacks=[*ours, history, *(callbacks or [])],
            **options,
        )
    except KeyboardInterrupt:
        if best.weights is None:
            raise
        if verbose:
            print("\nstopped by the keyboard: the best model so far is kept", file=sys.stderr)
    finally:
        for callback in callbacks or []:  # one that holds a model can be neither cloned nor pickled
            keras.callbacks.Callback.set_model(callback, None)
    best.restore()
    if guard is not None:
        guard.restore()
        if verbose and guard.copies:
            what = "generated rows came nearer to training rows than to held-out ones"
            print(f"stopped: {what}; the model from before is kept", file=sys.stderr)
    if nan.step is not None:
        _tell_of_nan(nan.step, best.weights is not None)
    return history.history


def _tell_of_nan(step, kept):
    what = f"The loss was no number any more by step {step}"
    advice = "Try a lower learning_rate, or look for a division by zero or a logarithm of zero in the loss"
    if not kept:
        raise ValueError(f"{what}, before there was a model worth keeping. {advice}.")
    warnings.warn(f"{what}: the best model before it is kept. {advice}.", RuntimeWarning, stacklevel=6)
