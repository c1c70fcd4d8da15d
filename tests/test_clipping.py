"""scratch.optimizers.clip_by_value and clip_by_norm against Keras's optimizers and TensorFlow."""

import numpy as np
import pytest

from dlsheet.scratch.optimizers import clip_by_norm, clip_by_value

CLIPPERS = (clip_by_value, clip_by_norm)
LIMITS = (1e-3, 0.5, 1.0, 7.0, 1e6)  # far below, near, and far above the norms below

both = pytest.mark.parametrize("clip", CLIPPERS)


def gradients(seed):
    """A list of arrays of several shapes and scales, one of them all 0."""
    rng = np.random.default_rng(seed)
    return [scale * rng.normal(size=shape) for shape, scale in (((3, 4), 1), ((4,), 10), ((1,), 0.1), ((2, 2), 0))]


def norm(grads):
    return np.sqrt(sum(np.sum(np.square(grad)) for grad in grads))


def equal(ours, theirs, **tolerance):
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs):
        np.testing.assert_allclose(a, b, **tolerance)


@pytest.fixture(autouse=True)
def no_numpy_warning():
    with np.errstate(all="raise", under="ignore"):
        yield


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("seed", range(3))
def test_both_equal_tensorflow_in_float64(seed, limit):
    import tensorflow as tf

    grads = gradients(seed)
    equal(clip_by_value(grads, limit), [tf.clip_by_value(g, -limit, limit) for g in grads], rtol=1e-12)
    equal(clip_by_norm(grads, limit), tf.clip_by_global_norm(grads, limit)[0], rtol=1e-12)


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize(("clip", "option"), ((clip_by_value, "clipvalue"), (clip_by_norm, "global_clipnorm")))
def test_both_equal_the_step_of_keras(clip, option, limit):
    """To 1e-6 only: Keras's optimizers work in float32."""
    from dlsheet.backend import keras

    grads = [grad.astype(np.float32) for grad in gradients(4)]
    variables = [keras.Variable(np.zeros_like(grad)) for grad in grads]
    keras.optimizers.SGD(learning_rate=1.0, **{option: limit}).apply(list(map(keras.ops.array, grads)), variables)
    equal(clip(grads, limit), [-variable.numpy() for variable in variables], rtol=1e-6, atol=1e-12)


def test_clipping_each_array_by_itself_is_another_thing():
    """Keras's clipnorm: it keeps no common direction."""
    from dlsheet.backend import keras

    grads = [np.array([3.0, 4.0]), np.array([12.0])]
    variables = [keras.Variable(np.zeros_like(grad)) for grad in grads]
    keras.optimizers.SGD(learning_rate=1.0, clipnorm=1.0).apply(list(map(keras.ops.array, grads)), variables)
    equal(variables, [[-0.6, -0.8], [-1.0]], rtol=1e-6)
    equal(clip_by_norm(grads, 1.0), [[3 / 13, 4 / 13], [12 / 13]], rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_norm_keeps_the_direction_and_the_values_do_not(seed):
    grads = gradients(seed)
    flat, by_norm, by_value = (
        np.concatenate([g.ravel() for g in each]) for each in (grads, clip_by_norm(grads, 1.0), clip_by_value(grads, 1))
    )
    cosine = [flat @ other / (norm([flat]) * norm([other])) for other in (by_norm, by_value)]
    assert cosine[0] == pytest.approx(1, abs=1e-12) and cosine[1] < 0.99
    assert norm([by_norm]) == pytest.approx(1, abs=1e-12) and np.abs(by_value).max() == 1


@both
def test_what_is_short_enough_stays_to_the_bit(clip):
    grads = [np.array([0.3, -0.1]), np.array([[0.2]])]
    for limit in (norm(grads) * (1 + 1e-12), 1e300):
        for before, after in zip(grads, clip(grads, limit)):
            assert np.array_equal(before, after) and before is not after


@both
def test_a_gradient_of_zeros_stays(clip):
    equal(clip([np.zeros(3), np.zeros((2, 2))], 1.0), [np.zeros(3), np.zeros((2, 2))])


@both
def test_without_gradients_there_is_nothing_to_clip(clip):
    assert clip([], 1.0) == []
    equal(clip([np.zeros((0, 3)), np.array([5.0])], 1.0), [np.zeros((0, 3)), [1.0]])


@both
@pytest.mark.parametrize("dtype", (np.float32, np.float64))
def test_the_precision_stays(clip, dtype):
    assert [grad.dtype for grad in clip([np.array([3, 4], dtype), np.zeros(2, dtype)], 1.0)] == [dtype, dtype]


@pytest.mark.parametrize("dtype", (np.float32, np.float64))
def test_the_largest_numbers_are_shortened_right(dtype):
    """TensorFlow's norm overflows here and gives NaN."""
    largest = np.finfo(dtype).max
    grads = [np.array([largest, 0.0], dtype), np.array([-largest], dtype)]
    equal(clip_by_norm(grads, 1.0), [[np.sqrt(0.5), 0], [-np.sqrt(0.5)]], rtol=1e-6)
    equal(clip_by_value(grads, 1.0), [[1, 0], [-1]])
    equal(clip_by_norm([np.array([1e300])], 1e-300), [[1e-300]], rtol=1e-12)


@pytest.mark.parametrize("tiny", (1e-300, 5e-324))
def test_the_smallest_numbers_stay(tiny):
    for clip in CLIPPERS:
        equal(clip([np.array([tiny, 0.0])], np.float64(1e300)), [[tiny, 0.0]], rtol=0)


def test_infinity_is_cut_to_the_limit_by_value():
    equal(clip_by_value([np.array([np.inf, -np.inf, 0.5])], 2.0), [[2, -2, 0.5]])


@pytest.mark.parametrize(
    ("clip", "value", "says"),
    [
        (clip_by_value, np.nan, "hold NaN"),
        (clip_by_norm, np.nan, "hold NaN or infinity"),
        (clip_by_norm, np.inf, "hold NaN or infinity"),
    ],
)
def test_gradients_without_a_size_or_direction_are_refused(clip, value, says):
    with pytest.raises(ValueError, match=says):
        clip([np.ones(2), np.array([1.0, value])], 1.0)


@both
@pytest.mark.parametrize("limit", (0, -1.0, np.inf, np.nan, "1", None))
def test_the_limit_must_be_a_number_above_0(clip, limit):
    with pytest.raises(ValueError, match="limit=.*expected a number above 0"):
        clip([np.ones(2)], limit)
