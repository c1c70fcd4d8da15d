"""scratch.convolution against Keras and its automatic differentiation."""

import warnings

import numpy as np
import pytest

from dlsheet.backend import keras
from dlsheet.scratch.convolution import (
    conv2d,
    conv2d_backward,
    max_pool2d,
    max_pool2d_backward,
    output_size,
    parameter_count,
)

ops = keras.ops
# (height, width), (kernel height, kernel width), stride, padding
GRIDS = [
    ((7, 7), (3, 3), 1, 0),
    ((7, 5), (3, 3), 1, 1),
    ((9, 6), (2, 4), 1, 2),
    ((11, 8), (3, 2), 2, 1),
    ((10, 13), (5, 5), 3, 2),
    ((4, 6), (1, 1), 2, 0),
    ((5, 4), (5, 4), 1, 0),
]


def random_layer(size, kernel, rng, channels=3, filters=4):
    x = rng.normal(size=(2, *size, channels))
    return x, rng.normal(size=(*kernel, channels, filters)), rng.normal(size=filters)


def keras_conv2d(x, kernels, bias, stride, padding):
    padded = ops.pad(x, [(0, 0), (padding, padding), (padding, padding), (0, 0)])
    return ops.conv(padded, kernels, strides=stride, padding="valid") + bias


def keras_gradients(function, inputs, upstream):
    """∂ Σ(upstream · function) / ∂inputs, by automatic differentiation."""
    import tensorflow

    variables = [tensorflow.Variable(value) for value in inputs]
    with tensorflow.GradientTape() as tape:
        total = tensorflow.reduce_sum(function(*variables) * upstream)
    return [gradient.numpy() for gradient in tape.gradient(total, variables)]


@pytest.mark.parametrize(("size", "kernel", "stride", "padding"), GRIDS)
def test_conv2d_equals_keras(size, kernel, stride, padding):
    layer = random_layer(size, kernel, np.random.default_rng(0))
    reference = ops.convert_to_numpy(keras_conv2d(*map(ops.convert_to_tensor, layer), stride, padding))
    np.testing.assert_allclose(conv2d(*layer, stride, padding), reference, atol=1e-10)


@pytest.mark.parametrize(("size", "kernel", "stride", "padding"), GRIDS)
def test_conv2d_backward_equals_automatic_differentiation(size, kernel, stride, padding):
    rng = np.random.default_rng(1)
    x, kernels, bias = random_layer(size, kernel, rng)
    dz = rng.normal(size=conv2d(x, kernels, bias, stride, padding).shape)
    reference = keras_gradients(lambda *layer: keras_conv2d(*layer, stride, padding), (x, kernels, bias), dz)
    for ours, theirs in zip(conv2d_backward(dz, x, kernels, stride, padding), reference):
        np.testing.assert_allclose(ours, theirs, atol=1e-10)


@pytest.mark.parametrize("size", (1, 2, 3))
@pytest.mark.parametrize("stride", (None, 1, 2, 3))
@pytest.mark.parametrize("ties", (False, True))
def test_max_pooling_equals_keras_forward_and_backward(size, stride, ties):
    rng = np.random.default_rng(2)
    x = rng.integers(0, 3, (2, 7, 10, 3)).astype(float) if ties else rng.normal(size=(2, 7, 10, 3))

    def pool(values):
        return ops.max_pool(values, size, strides=stride or size, padding="valid")

    ours = max_pool2d(x, size, stride)
    np.testing.assert_array_equal(ours, ops.convert_to_numpy(pool(ops.convert_to_tensor(x))))
    da = rng.normal(size=ours.shape)
    (reference,) = keras_gradients(pool, (x,), da)
    np.testing.assert_allclose(max_pool2d_backward(da, x, size, stride), reference, atol=1e-12)


@pytest.mark.parametrize("kernel", (1, 2, 3, 5))
@pytest.mark.parametrize("stride", (1, 2, 3))
@pytest.mark.parametrize("padding", (0, 1, 2))
@pytest.mark.parametrize("size", (5, 8, 11))
def test_sizes_and_parameters_equal_keras(size, kernel, stride, padding):
    padded = keras.layers.ZeroPadding2D(padding)
    layer = keras.layers.Conv2D(4, kernel, strides=stride)
    shape = layer.compute_output_shape(padded.compute_output_shape((None, size, size + 2, 3)))
    assert shape[1:3] == (output_size(size, kernel, stride, padding), output_size(size + 2, kernel, stride, padding))
    layer.build((None, size + 2 * padding, size + 2 * padding, 3))
    assert layer.count_params() == parameter_count(kernel, 3, 4)


def test_float32_stays_float32():
    layer = [array.astype("float32") for array in random_layer((6, 6), (3, 3), np.random.default_rng(3))]
    z = conv2d(*layer)
    results = [z, max_pool2d(z, 2), *conv2d_backward(z, *layer[:2]), max_pool2d_backward(z[:, ::2, ::2], z, 2)]
    assert {array.dtype for array in results} == {np.dtype("float32")}


def test_huge_values_raise_no_warning():
    x = np.full((1, 4, 4, 1), 1e300)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert conv2d(x, np.ones((2, 2, 1, 1)), np.zeros(1)).max() == 4e300
        assert max_pool2d(-x, 2).max() == -1e300


X, KERNELS, BIAS = np.zeros((1, 4, 4, 2)), np.zeros((3, 3, 2, 5)), np.zeros(5)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: conv2d(X[0], KERNELS, BIAS), r"x has shape \(4, 4, 2\): expected \(m, height"),
        (lambda: conv2d(X, np.zeros((3, 3, 1, 5)), BIAS), r"expected \(height, width, 2, filters\)"),
        (lambda: conv2d(X, KERNELS, np.zeros(4)), r"bias has shape \(4,\): expected \(5,\)"),
        (lambda: conv2d(X * np.nan, KERNELS, BIAS), "x holds NaN"),
        (lambda: conv2d(X, np.zeros((5, 5, 2, 5)), BIAS), "kernel=5 does not fit into 4 pixels"),
        (lambda: conv2d(X, KERNELS, BIAS, stride=0), "stride=0: expected a whole number"),
        (lambda: conv2d(X, KERNELS, BIAS, padding=-1), "padding=-1: expected a whole number"),
        (lambda: conv2d_backward(np.zeros((1, 3, 2, 5)), X, KERNELS), r"dz has shape .* expected \(1, 2, 2, 5\)"),
        (lambda: max_pool2d(X, 5), "kernel=5 does not fit"),
        (lambda: max_pool2d_backward(X, X, 2), r"da has shape .* expected \(1, 2, 2, 2\)"),
        (lambda: output_size(5, 2.5), "kernel=2.5: expected a whole number"),
        (lambda: parameter_count(3, 0, 4), "depth=0: expected a whole number"),
    ],
)
def test_bad_input_is_refused_with_what_was_expected(call, says):
    with pytest.raises(ValueError, match=says):
        call()
