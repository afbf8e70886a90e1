"""Plans, early stopping, the time budget and what an interruption leaves."""

import re
import time
import warnings
from dataclasses import replace
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from augment.codecs.layout import Block, Layout
from augment.models import Autoregressive
from augment.training import (
    EPOCH_STEPS,
    GAINED,
    KeepBest,
    Progress,
    Rows,
    StopInTime,
    check_callbacks,
    plan,
    train,
    validation_rows,
)


def tiny(n=400, seed=0, columns="ab", width=16):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 3, (n, len(columns))).astype("int32")
    layout = Layout(tuple(Block(name, i, 3, np.full(3, 1 / 3)) for i, name in enumerate(columns)), n_samples=n)
    return Autoregressive(width=width, depth=1, dropout=0.0).build(layout), x


@pytest.mark.parametrize("n", [2, 63, 64, 65, 1000, 30_000, 10**6])
def test_a_plan_sees_every_row_and_has_whole_executions(n):
    chosen = plan(n)
    assert chosen.batch_size <= n
    assert chosen.steps_per_epoch % chosen.steps_per_execution == 0
    assert chosen.steps_per_epoch * chosen.batch_size >= min(n, EPOCH_STEPS[1] * chosen.batch_size)
    assert chosen.epochs >= 1


def test_epochs_and_batch_size_are_those_asked_for():
    assert plan(20_000, share=0.5).epochs == round(plan(20_000).epochs / 2)
    chosen = plan(1600, epochs=7, batch_size=50)
    assert (chosen.epochs, chosen.batch_size, chosen.steps_per_epoch) == (7, 50, 32)


def test_an_epoch_holds_every_row_in_batches_of_one_size():
    rows = Rows(np.arange(10), plan(10, epochs=1, batch_size=4), np.random.default_rng(0))
    batches = [rows[i][0] for i in range(len(rows))]
    assert {len(batch) for batch in batches} == {4}
    assert set(np.concatenate(batches)) == set(range(10))


def test_validation_rows_come_equally_often():
    rows = validation_rows(np.arange(30), 64, np.random.default_rng(0))
    assert len(rows) == 1024
    counts = np.bincount(rows)
    assert counts.max() - counts.min() <= 1


@pytest.mark.once
@pytest.mark.slow
def test_training_stops_when_nothing_improves_and_keeps_the_best_weights():
    """Both columns are noise: the validation loss can only rise after its start."""
    model, x = tiny()
    chosen = replace(plan(len(x), epochs=80, batch_size=32), tolerance=0.0)
    history = train(model, x, tiny(200, seed=9)[1], chosen, verbose=0, rng=np.random.default_rng(0))
    assert len(history["loss"]) < 80
    rows = validation_rows(tiny(200, seed=9)[1], 32, np.random.default_rng(0))  # those that training looked at
    final = model.evaluate(rows, batch_size=32, verbose=0)
    assert final == pytest.approx(min(history["val_loss"]), abs=1e-4)


@pytest.mark.once
@pytest.mark.slow
def test_by_default_a_run_that_overfits_stops_with_weights_near_the_best():
    """Six columns of noise, which 60 rows teach by heart: the validation loss goes far above its start."""
    model, x = tiny(60, columns="abcdef", width=64)
    validation = tiny(500, seed=9, columns="abcdef")[1]
    chosen = plan(len(x), epochs=200, batch_size=32)
    history = train(model, x, validation, chosen, verbose=0, rng=np.random.default_rng(0))
    assert len(history["loss"]) < 200
    lowest, rows = min(history["val_loss"]), validation_rows(validation, 32, np.random.default_rng(0))
    assert max(history["val_loss"]) > 1.1 * lowest
    assert model.evaluate(rows, batch_size=32, verbose=0) <= (1 + chosen.tolerance) * lowest + 1e-4


@pytest.mark.slow
def test_a_deadline_is_kept():
    model, x = tiny(5000)
    started = time.monotonic()
    train(model, x, x[:200], plan(5000, epochs=10_000), deadline=started + 8, verbose=0, rng=np.random.default_rng(0))
    assert time.monotonic() - started < 11


@pytest.mark.parametrize(("deadline", "n_steps"), [(12, 2), (27, 5), (29, 6), (33, 6), (34, 7), (100, 27)])
def test_the_last_steps_and_looks_end_before_the_deadline(deadline, n_steps, monkeypatch):
    """Steps of two seconds, of which the first take ten, three in an epoch, and looks of four."""
    now, taken = 0.0, 0
    monkeypatch.setattr("augment.training.time.monotonic", lambda: now)
    stop = StopInTime(deadline)
    stop.set_params({"steps": 3})
    stop.set_model(SimpleNamespace(stop_training=False))
    while not stop.model.stop_training:
        stop.on_epoch_begin(taken // 3)
        for step in range(3):
            now, taken = now + (2 if taken else 10), taken + 1
            stop.on_train_batch_end(step)
            if stop.model.stop_training:
                break
        now += 4
    assert taken == n_steps
    assert now <= deadline or taken < 3  # what a look takes only the first one tells


class Interrupt(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 3:
            raise KeyboardInterrupt


@pytest.mark.slow
def test_an_interruption_keeps_the_best_model(capsys, one_step):
    model, x = tiny()
    chosen = plan(len(x), epochs=40, batch_size=32)
    train(model, x, x[:64], chosen, callbacks=[Interrupt()], verbose=1, rng=np.random.default_rng(0))
    assert "best model so far is kept" in capsys.readouterr().err


class InterruptAtOnce(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        raise KeyboardInterrupt


def test_an_interruption_before_any_result_is_an_interruption(one_step):
    model, x = tiny()
    chosen = plan(len(x), epochs=40)
    with pytest.raises(KeyboardInterrupt):
        train(model, x, None, chosen, callbacks=[InterruptAtOnce()], verbose=0, rng=np.random.default_rng(0))


@pytest.mark.slow
def test_same_seed_same_weights():
    def weights():
        from augment.models.base import seeded

        with seeded(1):
            model, x = tiny()
        train(model, x, None, plan(len(x), epochs=2, batch_size=32), verbose=0, rng=np.random.default_rng(1))
        return model.get_weights()

    first, second = weights(), weights()
    assert all((a == b).all() for a, b in zip(first, second, strict=True))


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the other backends trace in other ways")
def test_the_first_step_is_traced_once(monkeypatch):
    model, x = tiny()
    traced, compute_loss = [], model.compute_loss
    monkeypatch.setattr(
        model, "compute_loss", lambda *rows, **options: traced.append(1) or compute_loss(*rows, **options)
    )
    train(model, x, None, plan(len(x), epochs=2, batch_size=32), verbose=0, rng=np.random.default_rng(1))
    assert len(traced) == 1


class Breaks(keras.callbacks.Callback):
    """Makes a weight infinite in the given epoch, so that every loss after it is no number."""

    def __init__(self, epoch):
        super().__init__()
        self.broken = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.broken:
            weights = self.model.get_weights()
            self.model.set_weights([np.full(weight.shape, np.inf) for weight in weights])


@pytest.mark.slow
def test_a_loss_that_is_no_number_stops_the_run_and_the_best_weights_are_kept(one_step):
    model, x = tiny()
    chosen = plan(len(x), epochs=40, batch_size=32)
    with warnings.catch_warnings(record=True) as caught:  # pytest.warns would pass on what Keras warns of
        warnings.simplefilter("always", RuntimeWarning)
        history = train(model, x, x[:64], chosen, callbacks=[Breaks(5)], verbose=0, rng=np.random.default_rng(0))
    told = str(caught[-1].message)
    assert re.search(r"no number any more by step \d+: the best model .* lower learning_rate", told)
    assert len(history["loss"]) == 6
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_a_loss_that_is_no_number_from_the_start_is_an_error(one_step):
    model, x = tiny()
    chosen = plan(len(x), epochs=40, batch_size=32)
    with pytest.raises(ValueError, match="before there was a model worth keeping"):
        train(model, x, None, chosen, callbacks=[Breaks(0)], verbose=0, rng=np.random.default_rng(0))


class Judge(Autoregressive):
    """Its models say themselves how good they are: best after three looks."""

    def build(self, layout):
        model = super().build(layout)
        errors = iter([3.0, 2.0, 1.0, *[9.0] * 99])
        model.validation_error = lambda x: next(errors)
        return model


@pytest.mark.slow
def test_a_model_that_judges_itself_decides_when_to_stop(monkeypatch, one_step):
    monkeypatch.setattr("augment.training.LONG_PATIENCE", 3)
    built, x = tiny()
    model = Judge(width=16, depth=1).build(built.layout)
    chosen = plan(len(x), epochs=20, batch_size=32)
    history = train(model, x, tiny(100)[1], chosen, verbose=0, rng=np.random.default_rng(0))
    assert history["val_error"][:4] == [3.0, 2.0, 1.0, 9.0]
    assert len(history["val_error"]) == 3 + 3
    assert "val_loss" not in history


def test_a_schedule_of_ones_own_is_left_alone(one_step):
    built, x = tiny()
    schedule = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.5)
    model = Autoregressive(width=16, depth=1, learning_rate=schedule).build(built.layout)
    train(model, x, None, plan(len(x), epochs=2, batch_size=32), verbose=0, rng=np.random.default_rng(0))
    steps = int(model.optimizer.iterations)
    assert float(model.optimizer.learning_rate) == pytest.approx(float(schedule(steps)), rel=1e-4)


@pytest.mark.parametrize(
    ("callback", "rates"),
    [
        (keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2), [0.004, 0.002, 0.001]),
        (keras.callbacks.ReduceLROnPlateau("loss", factor=0.1, patience=1, min_delta=1e9), [0.008, 0.0008, 0.00008]),
    ],
)
def test_a_callback_that_sets_the_learning_rate_takes_the_place_of_ours(callback, rates, one_step):
    built, x = tiny()
    model = Autoregressive(width=16, depth=1, learning_rate=0.008).build(built.layout)
    seen = []
    spy = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: seen.append(float(model.optimizer.learning_rate)))
    chosen = plan(len(x), epochs=3, batch_size=32)
    train(model, x, None, chosen, callbacks=[callback, spy], verbose=0, rng=np.random.default_rng(0))
    assert seen == pytest.approx(rates)


@pytest.mark.parametrize(
    ("callbacks", "error", "message"),
    [
        (keras.callbacks.History(), TypeError, "callbacks must be a list.*callbacks=<"),
        ([keras.callbacks.History], TypeError, "callbacks must be a list"),
        ([keras.callbacks.ModelCheckpoint("model.keras")], ValueError, "save_weights_only=True"),
    ],
)
def test_what_is_no_callback_for_us_is_refused(callbacks, error, message):
    with pytest.raises(error, match=message):
        check_callbacks(callbacks)


@pytest.mark.slow  # TensorBoard takes long to import
def test_tensorboard_is_told_the_losses_of_both_parts(tmp_path, one_step):
    pytest.importorskip("tensorboard")
    model, x = tiny()
    callback = keras.callbacks.TensorBoard(tmp_path)
    train(model, x, x, plan(len(x), epochs=2), callbacks=[callback], verbose=0, rng=np.random.default_rng(0))
    for part in ("train", "validation"):
        (events,) = (tmp_path / part).glob("events*")
        assert b"epoch_loss" in events.read_bytes()


def test_tensorboard_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install tensorboard"):
        check_callbacks([keras.callbacks.TensorBoard("logs")])


def test_a_guard_that_found_copies_puts_weights_back_and_is_told_of(capsys, one_step):
    class Found(keras.callbacks.Callback):
        copies, restored = True, False

        def restore(self):
            self.restored = True

    model, x = tiny()
    guard = Found()
    train(model, x, x[:64], plan(len(x), epochs=1, batch_size=32), guard=guard, verbose=1, rng=np.random.default_rng(0))
    assert guard.restored and guard.model is model
    assert "stopped: generated rows came nearer to training rows than to held-out ones" in capsys.readouterr().err


def test_progress_shows_every_loss(capsys):
    progress = Progress(1000)
    progress.set_params({"steps": 16})
    progress.on_train_begin()
    for batch in range(2):
        progress.on_train_batch_end(batch, {"d_loss": 0.25, "g_loss": 0.5, "loss": 0.75})
    assert "d_loss 0.250  g_loss 0.500  loss 0.750" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("starts_well", "losses", "kept"),
    [
        (True, [1.5, 1.51, 1.55], 0),  # nothing was gained, and nothing may be lost
        (True, [1.5, 1.0, 1.05, 1.2], 2),
        (False, [1.5, 1.51, 1.55, 1.7], 2),
    ],
)
def test_a_model_that_starts_well_may_lose_a_share_of_what_it_gained(starts_well, losses, kept):
    weights = []
    keeper = KeepBest(8, GAINED if starts_well else 0.05, starts_well)
    keeper.set_model(SimpleNamespace(get_weights=lambda: weights, set_weights=lambda kept: None))
    for number, loss in enumerate(losses):
        weights = [np.array(number)]
        keeper.on_epoch_end(number, {"val_loss": loss})
    assert keeper.weights == [kept]


@pytest.mark.slow
@pytest.mark.parametrize(("starts_well", "looks"), [(True, 1 + 10), (False, 1 + 8)])
def test_a_model_that_starts_well_is_given_half_a_run_to_get_better(starts_well, looks, monkeypatch, one_step):
    model, x = tiny()
    model.starts_well = starts_well
    losses = iter([1.0, *[9.0] * 99])
    monkeypatch.setattr(model, "evaluate", lambda *rows, **options: {"loss": next(losses)})
    chosen = plan(len(x), epochs=20, batch_size=32)
    history = train(model, x, x[:64], chosen, verbose=0, rng=np.random.default_rng(0))
    assert len(history["val_loss"]) == looks
