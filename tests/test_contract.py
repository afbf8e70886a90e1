"""Every family of models, and one that a user made, keeps the contract, ours and that of the libraries beside us."""

import keras
import pytest
from imblearn.utils._tags import InputTags, SamplerTags, Tags
from imblearn.utils.estimator_checks import estimator_checks_generator as sampler_checks
from keras import ops
from resampling import Resampler
from sklearn.utils.estimator_checks import parametrize_with_checks
from small_models import small

from augment import TabularSynthesizer
from augment.checks import synthesizer_checks
from augment.models.backbones import dense
from augment.models.base import GenerativeModel, _families


class Energy(GenerativeModel):
    """A user's own: a network that turns noise into rows, trained on the energy distance between both."""

    def __init__(self, layout):
        super().__init__()
        self.network = dense(8, layout.width, width=32, depth=1)
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, x, training=False):
        return self.network(keras.random.normal((ops.shape(x)[0], 8), seed=self.seed_generator if training else 0))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        def distance(first, second):
            return ops.mean(ops.sqrt(ops.sum((first[:, None] - second) ** 2, axis=2) + 1e-6))

        return 2 * distance(x, y_pred) - distance(y_pred, y_pred)

    def noise(self, n, rng):
        return rng.standard_normal((n, 8), dtype="float32")

    def transport(self, noise, condition=None):
        return ops.convert_to_numpy(self.network(noise))


def energy(layout):
    """The model as a user would give it."""
    return Energy(layout)


EPOCHS = {"autoregressive": 12, "flow": 12, "recurrent": 15}  # they learn sooner than others, which have 25


def tiny(model, **options):
    """A synthesizer with a small network of that family, or with the model that a callable makes."""
    model = small(model) if isinstance(model, str) else model
    return TabularSynthesizer(model, verbose=0, random_state=0, **options)


MODELS = {name: name for name in _families()} | {"energy": energy}


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(
            check,
            id=f"{name}-{check.__name__}",
            marks=[pytest.mark.slow] if check.__name__ == "check_dependence" else [],
        )
        for name, model in MODELS.items()
        for check in synthesizer_checks(tiny(model, epochs=EPOCHS.get(name, 25)))
    ],
)
def test_contract(check, request):
    if check.__name__ != "check_dependence":
        request.getfixturevalue("one_step")
    check()


DEFAULT = "autoregressive"  # one family shows how scikit-learn's oldest checks go with ours


@parametrize_with_checks([tiny(DEFAULT, epochs=1, validation_fraction=0)])
def test_scikit_learn(estimator, check, one_step):
    check(estimator)


@pytest.mark.slow
@parametrize_with_checks(
    [
        tiny(small(name, optimizer="sgd"), epochs=1, validation_fraction=0)  # which is made in no time
        for name in _families()
        if name != DEFAULT
    ]
)
def test_scikit_learn_with_the_other_families(estimator, check, one_step):
    check(estimator)


class Sampler(Resampler):
    """A synthesizer with the tags that imbalanced-learn's checks look for."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inputs = InputTags(allow_nan=True, string=True, dataframe=True)
        return Tags(tags.estimator_type, tags.target_tags, input_tags=inputs, sampler_tags=SamplerTags())


NOT_OURS = {
    "check_target_type": "numbers are no error: their rare ranges are filled",
    "check_samplers_multiclass_ova": "labels are one column: a column for each class is refused with a ValueError",
    "check_sampler_get_feature_names_out": "columns come back as they are: feature_names_in_ tells their names",
    "check_sampler_get_feature_names_out_pandas": "columns come back as they are: feature_names_in_ tells their names",
}


@pytest.mark.parametrize(
    ("estimator", "check"),
    list(sampler_checks(Sampler(random_state=0), expected_failed_checks=NOT_OURS, mark="xfail")),
)
def test_imbalanced_learn(estimator, check):
    check(estimator)
