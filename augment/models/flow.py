"""Flow matching: a network says in which direction noise moves to become rows, and samplers follow it."""

import keras
import numpy as np
from keras import ops

from augment.models.backbones import dense
from augment.models.base import GenerativeModel, Recipe
from augment.models.gradients import jit_compile

CHUNK_ROWS = 4096
WAVES = 8  # sines and cosines of the time
LAST = 0.98  # time at which categories are drawn


class Flow(Recipe):
    def __init__(
        self, width=256, depth=3, n_steps=16, sampler="heun", guidance_scale=1.0, learning_rate=0.002, weight_decay=0.01
    ):
        self.width = width
        self.depth = depth
        self.n_steps = n_steps
        self.sampler = sampler
        self.guidance_scale = guidance_scale
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay

    def build(self, layout):
        network = dense(n_inputs(layout), layout.width, self.width, self.depth, name="network")
        model = FlowModel(layout, network, self.n_steps, self.sampler, self.guidance_scale)
        model.build((None, layout.width))
        optimizer = keras.optimizers.AdamW(
            self.learning_rate, self.weight_decay, beta_2=0.99, use_ema=True, ema_momentum=0.998
        )
        model.compile(optimizer=optimizer, jit_compile=jit_compile())
        return model


def n_inputs(layout):
    return layout.width + layout.n_columns + 2 * WAVES + 1


class FlowModel(GenerativeModel):
    takes_known = True

    def __init__(self, layout, network, n_steps, sampler, guidance_scale):
        super().__init__()
        self.layout, self.network = layout, network
        self.n_steps, self.sampler, self.guidance_scale = n_steps, sampler, guidance_scale
        self.one_hots = OneHots(layout)
        self.seed_generator = keras.random.SeedGenerator()

    def build(self, input_shape):
        self.built = True

    def call(self, x, training=False):
        n, d = ops.shape(x)[0], self.layout.n_columns
        seed = self.seed_generator if training else 0
        uniform = keras.random.uniform((n, d + 2), seed=seed)
        time = (ops.arange(n, dtype="float32")[:, None] + uniform[:, :1]) / ops.cast(n, "float32")
        share = 2 * uniform[:, 1:2] - 1  # in half of the rows nothing is known
        known = ops.cast(uniform[:, 2:] < share, "float32")
        noise = keras.random.normal((n, self.layout.width), seed=seed if training else 1)
        there = self.spread(known)
        mixed = there * x + (1 - there) * ((1 - time) * noise + time * x)
        guess = self.network(self.inputs(mixed, time, known), training=training)
        unknown = 1 - there
        number = ops.square(guess - (x - noise)) * unknown * self.one_hots.is_number
        log_p = self.one_hots.log_softmax(guess)
        return ops.sum(number, axis=1) - ops.sum(log_p * x * unknown * (1 - self.one_hots.is_number), axis=1)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.mean(y_pred)

    def spread(self, known):
        """Known columns (n, n_columns) -> known floats (n, width)."""
        padded = ops.concatenate([known, ops.zeros_like(known[:, :1])], axis=1)
        return ops.take(padded, self.layout.columns, axis=1)

    def inputs(self, mixed, time, known):
        angle = time * (np.pi * np.arange(1, WAVES + 1, dtype="float32"))
        return ops.concatenate([mixed, known, time, ops.sin(angle), ops.cos(angle)], axis=1)

    def velocity(self, mixed, time, known):
        t = ops.full((ops.shape(mixed)[0], 1), time, dtype="float32")
        guess = self.network(self.inputs(mixed, t, known), training=False)
        share = ops.exp(self.one_hots.log_softmax(guess))
        number = self.one_hots.is_number
        return number * guess + (1 - number) * (share - mixed) / max(1 - time, 1e-3), share

    def noise(self, n, rng):
        normal = rng.standard_normal((n, self.layout.width), dtype="float32")
        return np.concatenate([normal, rng.random((n, len(self.layout.blocks)), dtype="float32")], axis=1)

    def transport(self, noise, condition=None):
        parts = []
        for start in range(0, len(noise), CHUNK_ROWS):
            rows = slice(start, start + CHUNK_ROWS)
            parts.append(self._flow(noise[rows], None if condition is None else condition.take(rows)))
        return np.concatenate(parts)

    def _flow(self, noise, condition):
        n, width = len(noise), self.layout.width
        known = np.zeros((n, self.layout.n_columns), "float32")
        x, uniform = noise[:, :width], noise[:, width:]
        values = np.zeros_like(x)
        if condition is not None:
            known, values = condition.known.astype("float32"), condition.values
        there = ops.convert_to_numpy(self.spread(known))
        x = there * values + (1 - there) * x
        times = np.linspace(0, LAST, self.n_steps + 1)
        for t, after in zip(times[:-1], times[1:], strict=True):
            v, _ = self.velocity(x, float(t), known)
            ahead = x + (after - t) * (1 - there) * v
            if self.sampler == "heun":
                w, _ = self.velocity(ahead, float(after), known)
                ahead = x + (after - t) * (1 - there) * (v + w) / 2
            x = ahead
        v, share = self.velocity(x, LAST, known)
        x = ops.convert_to_numpy(x + (1 - LAST) * (1 - there) * v)
        drawn = self.one_hots.draw(ops.convert_to_numpy(share), uniform, x)
        return np.where(there > 0, values, drawn)


class OneHots:
    def __init__(self, layout):
        from augment.models.vector_heads import VectorHeads

        self.layout = layout
        self.heads = VectorHeads(layout, bins=1)
        self.is_number = np.zeros(layout.width, "float32")
        for block in layout.blocks:
            if block.kind == "number":
                self.is_number[block.start] = 1

    def log_softmax(self, guess):
        return self.heads.log_probabilities(guess)

    def hard(self, soft):
        """A 1 at the largest place of each one-hot."""
        top = self.heads.block_max(soft)
        return ops.cast(soft >= top, soft.dtype)

    def draw(self, share, uniform, x):
        out = np.array(x)
        rows = np.arange(len(x))
        for number, block in enumerate(self.layout.blocks):
            if block.kind == "one_hot":
                upper = np.cumsum(share[:, block.places], axis=1)
                place = np.minimum((upper <= uniform[:, [number]] * upper[:, -1:]).sum(axis=1), block.width - 1)
                out[:, block.places] = 0
                out[rows, block.start + place] = 1
        return out
