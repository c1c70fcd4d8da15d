"""scratch.initializers against Keras's, as distributions: the random numbers themselves are others."""

import numpy as np
import pytest
from scipy.stats import ks_2samp, truncnorm

from dlsheet.scratch import initializers
from dlsheet.scratch.initializers import glorot_uniform, he_normal, he_uniform

PAIRS = ((glorot_uniform, "GlorotUniform"), (he_uniform, "HeUniform"), (he_normal, "HeNormal"))
SHAPES = ((400, 400), (1000, 100), (100, 1000), (3, 40_000))
SEEDS = (0, 1)
SAME = 1e-3 / (len(PAIRS) * len(SHAPES) * len(SEEDS))  # one false alarm in a thousand for all comparisons together

every_initializer = pytest.mark.parametrize("initializer", (glorot_uniform, he_uniform, he_normal))


def variance(initializer, n_in, n_out):
    return 2 / (n_in + n_out) if initializer is glorot_uniform else 2 / n_in


def bound(initializer, n_in, n_out):
    """The largest weight there can be: √3 standard deviations of a uniform, 2 of the normal before it was widened."""
    deviations = 2 / initializers.SPREAD_OF_CUT_NORMAL if initializer is he_normal else np.sqrt(3)
    return deviations * np.sqrt(variance(initializer, n_in, n_out))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("initializer", "name"), PAIRS)
def test_weights_have_the_distribution_of_keras(initializer, name, shape, seed):
    from dlsheet.backend import keras

    theirs = keras.ops.convert_to_numpy(getattr(keras.initializers, name)(seed=seed)(shape))
    ours = initializer(*shape, np.random.default_rng(seed))
    assert ours.shape == theirs.shape
    assert ks_2samp(ours.ravel(), theirs.ravel()).pvalue > SAME
    assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=2e-3)  # both end at the same place


def test_the_comparison_with_keras_tells_the_initialisers_apart():
    """Where n_in and n_out differ by a twentieth, which of the two is under the root shows."""
    draws = [initializer(400, 380, np.random.default_rng(0)).ravel() for initializer, _ in PAIRS]
    other = he_uniform(380, 400, np.random.default_rng(1)).ravel()
    for a, b in ((draws[0], draws[1]), (draws[1], draws[2]), (draws[1], other)):
        assert ks_2samp(a, b).pvalue < SAME


@every_initializer
@pytest.mark.parametrize("shape", SHAPES)
def test_mean_variance_and_bounds_follow_the_formula(initializer, shape):
    weights = initializer(*shape, np.random.default_rng(2))
    deviation = np.sqrt(variance(initializer, *shape))
    assert abs(weights.mean()) < 4 * deviation / np.sqrt(weights.size)
    assert weights.var() == pytest.approx(deviation**2, rel=0.02)
    limit = bound(initializer, *shape)
    assert 0.99 * limit < weights.max() <= limit and -limit <= weights.min() < -0.99 * limit


def test_the_cut_normals_spread_is_scipys():
    assert truncnorm(-2, 2).std() == pytest.approx(initializers.SPREAD_OF_CUT_NORMAL, rel=1e-12)


@every_initializer
def test_one_unit_before_and_after_is_enough(initializer):
    assert initializer(1, 1, np.random.default_rng(0)).shape == (1, 1)


@every_initializer
def test_the_generator_decides_the_weights_and_moves_on(initializer):
    rng = np.random.default_rng(3)
    first, second = initializer(4, 5, rng), initializer(4, 5, rng)
    np.testing.assert_array_equal(first, initializer(4, 5, np.random.default_rng(3)))
    assert not np.array_equal(first, second)


@every_initializer
@pytest.mark.parametrize("size", (0, -1, 2.0, "3", None, np.nan))
def test_sizes_must_be_whole_and_positive(initializer, size):
    for arguments, name in (((size, 4), "n_in"), ((4, size), "n_out")):
        with pytest.raises(ValueError, match=f"{name}=.*expected a whole number of at least 1"):
            initializer(*arguments, np.random.default_rng(0))
