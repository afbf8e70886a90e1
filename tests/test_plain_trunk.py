import numpy as np
import pytest

from augment.models.autoregressive import Trunk
from augment.models.plain_trunk import PlainTrunk, silu


@pytest.mark.parametrize("n", [0, 1, 15, 16, 700, 1024])
def test_plain_arrays_give_what_the_network_gives(n):
    rng = np.random.default_rng(0)
    trunk = Trunk(width=24, depth=3, dropout=0.5)
    trunk.build((None, 24))
    for variable in trunk.trainable_variables:
        variable.assign(rng.normal(1 if "gamma" in variable.path else 0, 0.3, variable.shape))
    first = rng.normal(2, 3, (n, 24)).astype("float32")
    before = first.copy()
    plain = PlainTrunk(trunk)(first)
    assert plain.shape == (n, 24)
    assert (first == before).all()
    np.testing.assert_allclose(plain, np.asarray(trunk(first)), atol=2e-5)


def test_a_rows_result_does_not_depend_on_those_beside_it():
    trunk = Trunk(width=32, depth=2, dropout=0.0)
    trunk.build((None, 32))
    first = np.random.default_rng(0).normal(size=(1200, 32)).astype("float32")
    plain = PlainTrunk(trunk)
    whole = plain(first)
    for rows in (slice(0, 1), slice(500, 530), slice(3, 1100)):
        assert (plain(first[rows]) == whole[rows]).all()


def test_silu_knows_no_bounds():
    given, expected = [-1e4, -1, 0, 1, 1e4], [0, -0.268941, 0, 0.731059, 1e4]
    np.testing.assert_allclose(silu(np.array(given, "float32")), expected, rtol=1e-5)
