"""Answers to the exercises of notebook 13, convolution and pooling."""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import maximum_filter

from answers import right, wrong
from dlsheet.backend import keras

layers, ops = keras.layers, keras.ops


@right
def feature_map_shape(height, width, kernel, filters, stride, padding):
    return [math.floor((side - kernel + 2 * padding) / stride) + 1 for side in (height, width)] + [filters]


@right
def feature_map_shape(height, width, kernel, filters, stride, padding):
    rows = len(range(-padding, height + padding - kernel + 1, stride))
    columns = len(range(-padding, width + padding - kernel + 1, stride))
    return np.array([rows, columns, filters])


@right
def feature_map_shape(height, width, kernel, filters, stride, padding):
    return (
        math.ceil((height + 2 * padding - kernel + 1) / stride),
        (width + 2 * padding - kernel) // stride + 1,
        filters,
    )


@right
def feature_map_shape(height, width, kernel, filters, stride, padding):
    padded = layers.ZeroPadding2D(padding).compute_output_shape((None, height, width, 3))
    return layers.Conv2D(filters, kernel, strides=stride).compute_output_shape(padded)[1:]


@wrong("stride is missing")
def feature_map_shape(height, width, kernel, filters, stride, padding):
    return height - kernel + 2 * padding + 1, width - kernel + 2 * padding + 1, filters


@wrong("padding is missing")
def feature_map_shape(height, width, kernel, filters, stride, padding):
    return (height - kernel) // stride + 1, (width - kernel) // stride + 1, filters


@wrong("One place is missing")
def feature_map_shape(height, width, kernel, filters, stride, padding):
    return (height - kernel + 2 * padding) // stride, (width - kernel + 2 * padding) // stride, filters


@wrong("rounded up")
def feature_map_shape(height, width, kernel, filters, stride, padding):
    return (
        math.ceil((height - kernel + 2 * padding) / stride) + 1,
        math.ceil((width - kernel + 2 * padding) / stride) + 1,
        filters,
    )


@wrong("round the division down")
def feature_map_shape(height, width, kernel, filters, stride, padding):
    return (height - kernel + 2 * padding) / stride + 1, (width - kernel + 2 * padding) / stride + 1, filters


@wrong("changed places")
def feature_map_shape(height, width, kernel, filters, stride, padding):
    return (width - kernel + 2 * padding) // stride + 1, (height - kernel + 2 * padding) // stride + 1, filters


@wrong("in another order")
def feature_map_shape(height, width, kernel, filters, stride, padding):
    return filters, (height - kernel + 2 * padding) // stride + 1, (width - kernel + 2 * padding) // stride + 1


@wrong("padding once")
def feature_map_shape(height, width, kernel, filters, stride, padding):
    return (height - kernel + padding) // stride + 1, (width - kernel + padding) // stride + 1, filters


@wrong("divided the 1")
def feature_map_shape(height, width, kernel, filters, stride, padding):
    return (height - kernel + 2 * padding + 1) // stride, (width - kernel + 2 * padding + 1) // stride, filters


@right
def grouped_parameters(kernel, depth, filters, groups):
    return groups * (kernel**2 * depth / groups + 1) * (filters / groups)


@right
def grouped_parameters(kernel, depth, filters, groups):
    if depth == groups and filters == groups:
        return kernel * kernel * depth + depth
    return np.prod([kernel, kernel, depth // groups, filters]) + filters


@right
def grouped_parameters(kernel, depth, filters, groups):
    layer = layers.Conv2D(filters, kernel, groups=groups)
    layer.build((None, 32, 32, depth))
    return layer.count_params()


@wrong("biases are missing")
def grouped_parameters(kernel, depth, filters, groups):
    return kernel * kernel * depth / groups * filters


@wrong("all the channels")
def grouped_parameters(kernel, depth, filters, groups):
    return (kernel * kernel * depth + 1) * filters


@wrong("bias a group")
def grouped_parameters(kernel, depth, filters, groups):
    return kernel * kernel * depth // groups * filters + groups


@wrong("A kernel is a square")
def grouped_parameters(kernel, depth, filters, groups):
    return (kernel * depth // groups + 1) * filters


@wrong("divided the biases")
def grouped_parameters(kernel, depth, filters, groups):
    return (kernel * kernel * depth + 1) * filters / groups


@wrong("divided twice")
def grouped_parameters(kernel, depth, filters, groups):
    return kernel**2 * (depth / groups) * (filters / groups) + filters


@wrong("one group alone")
def grouped_parameters(kernel, depth, filters, groups):
    return (kernel**2 * (depth // groups) + 1) * (filters // groups)


@wrong("single channel")
def grouped_parameters(kernel, depth, filters, groups):
    return (kernel**2 + 1) * filters


@wrong("as many channels as there are groups")
def grouped_parameters(kernel, depth, filters, groups):
    return (kernel**2 * groups + 1) * filters


@right
def pool_largest(picture, size):
    pooled = []
    for i in range(picture.shape[0] // size):
        row = []
        for j in range(picture.shape[1] // size):
            row.append(max(max(line[j * size : (j + 1) * size]) for line in picture[i * size : (i + 1) * size]))
        pooled.append(row)
    return pooled


@right
def pool_largest(picture, size):
    return ops.max_pool(np.float32(picture)[None, :, :, None], size, size, "valid")[0, :, :, 0]


@right
def pool_largest(picture, size):
    return sliding_window_view(picture, (size, size))[::size, ::size].max((-1, -2))


@right
def pool_largest(picture, size):
    h, w = picture.shape
    largest = maximum_filter(picture, size, origin=-(size // 2))
    return largest[: h - size + 1 : size, : w - size + 1 : size]


@wrong("overlap")
def pool_largest(picture, size):
    h, w = picture.shape
    return np.array(
        [[picture[i : i + size, j : j + size].max() for j in range(w - size + 1)] for i in range(h - size + 1)]
    )


@wrong("move by one pixel")
def pool_largest(picture, size):
    h, w = picture.shape[0] // size, picture.shape[1] // size
    return [[picture[i : i + size, j : j + size].max() for j in range(w)] for i in range(h)]


@wrong("Cut the picture first")
def pool_largest(picture, size):
    h, w = picture.shape
    return picture.reshape(h // size, size, w // size, size).max(axis=(1, 3))


@wrong("axes 0 and 2")
def pool_largest(picture, size):
    h, w = picture.shape[0] // size, picture.shape[1] // size
    return picture[: h * size, : w * size].reshape(h, size, w, size).max(axis=(0, 2))


@wrong("axes 2 and 3")
def pool_largest(picture, size):
    h, w = picture.shape[0] // size, picture.shape[1] // size
    return picture[: h * size, : w * size].reshape(h, size, w, size).max(axis=(2, 3))


@wrong("goes along the rows")
def pool_largest(picture, size):
    h, w = picture.shape[0] // size, picture.shape[1] // size
    return picture[: h * size, : w * size].reshape(h, w, size, size).max(axis=(2, 3))


@wrong("mean pooling")
def pool_largest(picture, size):
    h, w = picture.shape[0] // size, picture.shape[1] // size
    return picture[: h * size, : w * size].reshape(h, size, w, size).mean(axis=(1, 3))


@wrong("started from zeros")
def pool_largest(picture, size):
    h, w = picture.shape
    pooled = np.zeros((h // size, w // size))
    for i in range(h // size * size):
        for j in range(w // size * size):
            pooled[i // size, j // size] = max(pooled[i // size, j // size], picture[i, j])
    return pooled


@wrong("stick out")
def pool_largest(picture, size):
    h, w = picture.shape
    return [[picture[i : i + size, j : j + size].max() for j in range(0, w, size)] for i in range(0, h, size)]


@wrong("transposed")
def pool_largest(picture, size):
    h, w = picture.shape
    return [
        [picture[i : i + size, j : j + size].max() for i in range(0, h - size + 1, size)]
        for j in range(0, w - size + 1, size)
    ]


@wrong("The last window is missing")
def pool_largest(picture, size):
    h, w = picture.shape
    return [
        [picture[i : i + size, j : j + size].max() for j in range(0, w - size, size)] for i in range(0, h - size, size)
    ]


@wrong("prints and returns nothing")
def pool_largest(picture, size):
    h, w = picture.shape[0] // size, picture.shape[1] // size
    print(picture[: h * size, : w * size].reshape(h, size, w, size).max(axis=(1, 3)))


@right
def receptive_field(kernels, strides):
    return 1 + sum((k - 1) * math.prod(strides[:i]) for i, k in enumerate(kernels))


@right
def receptive_field(kernels, strides):
    size = 1
    for k, s in zip(reversed(kernels), reversed(strides)):
        size = (size - 1) * s + k
    return size


@right
def receptive_field(kernels, strides):
    jumps = np.cumprod(np.r_[1, strides])[:-1]
    return 1 + np.dot(np.array(kernels) - 1, jumps)


@wrong("left the strides out")
def receptive_field(kernels, strides):
    return 1 + sum(k - 1 for k in kernels)


@wrong("own stride moves its window")
def receptive_field(kernels, strides):
    seen, jump = 1, 1
    for k, s in zip(kernels, strides):
        jump *= s
        seen += (k - 1) * jump
    return seen


@wrong("first stride is lost")
def receptive_field(kernels, strides):
    seen, jump = kernels[0], 1
    for k, s in zip(kernels[1:], strides[1:]):
        seen += (k - 1) * jump
        jump *= s
    return seen


@wrong("added the kernels up")
def receptive_field(kernels, strides):
    return sum(kernels)


@wrong("One pixel is missing")
def receptive_field(kernels, strides):
    return sum((k - 1) * math.prod(strides[:i]) for i, k in enumerate(kernels))


@wrong("each whole kernel")
def receptive_field(kernels, strides):
    return 1 + sum(k * math.prod(strides[:i]) for i, k in enumerate(kernels))


@wrong("layer just below alone")
def receptive_field(kernels, strides):
    seen = kernels[0]
    for i in range(1, len(kernels)):
        seen += (kernels[i] - 1) * strides[i - 1]
    return seen


@wrong("from the image's end")
def receptive_field(kernels, strides):
    size = 1
    for k, s in zip(kernels, strides):
        size = (size - 1) * s + k
    return size


@wrong("pixels of a square")
def receptive_field(kernels, strides):
    return (1 + sum((k - 1) * math.prod(strides[:i]) for i, k in enumerate(kernels))) ** 2


@right
def bar_detector():
    return [[-1, 1, 1, -1, 0]] * 5


@right
def bar_detector():
    kernel = np.zeros((5, 5), dtype="float32")
    kernel[:, [1, 2]] = 0.1
    kernel[:, [0, 3]] = -0.1
    return kernel


@right
def bar_detector():
    return np.tile([-2, 3, 3, -2, -2], (5, 1))


@right
def bar_detector():
    kernel = np.zeros((5, 5))
    kernel[2] = [0, -1, 1, 1, -1]
    return kernel


@right
def bar_detector():
    return np.outer([1, 2, 3, 2, 1], [-2, -2, 5, 5, -6])


@wrong("horizontal bars")
def bar_detector():
    return np.tile([[-1], [1], [1], [-1], [0]], (1, 5))


@wrong("bars three wide")
def bar_detector():
    return np.tile([-1.5, 1, 1, 1, -1.5], (5, 1))


@wrong("one pixel wide")
def bar_detector():
    return np.tile([-0.5, -0.5, 2, -0.5, -0.5], (5, 1))


@wrong("one edge")
def bar_detector():
    return np.tile([-1, -1, 0, 1, 1], (5, 1))


@wrong("sum is below 0")
def bar_detector():
    return np.tile([-2, 3, 3, -2, -3], (5, 1))


@wrong("sum is above 0")
def bar_detector():
    return np.tile([-1, 2, 2, -1, -1], (5, 1))


@wrong("punishes nothing")
def bar_detector():
    return np.tile([0, 0, 1, 1, 0], (5, 1))


@wrong("dark bars")
def bar_detector():
    return -np.tile([-2, 3, 3, -2, -2], (5, 1))


@wrong("A row is no kernel yet")
def bar_detector():
    return [-1, 1, 1, -1, 0]


@wrong("four axes")
def bar_detector():
    return np.tile([-1, 1, 1, -1, 0], (5, 1)).reshape(5, 5, 1, 1)


@wrong("4×4")
def bar_detector():
    return np.tile([-1, 1, 1, -1], (4, 1))


@wrong("four columns")
def bar_detector():
    return np.tile([-1, 1, 1, -1], (5, 1))
