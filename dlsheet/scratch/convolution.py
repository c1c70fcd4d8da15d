"""Convolution and max pooling, forward and backward, on images (m, height, width, channels).

What deep learning calls convolution slides the kernel without turning it over: a cross-correlation. All windows of the
images become the rows of one matrix, and one matrix product does the rest. Layouts are Keras's: images NHWC, kernels
(height, width, channels, filters). Ledger: cnn.*.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dlsheet.arguments import whole_number
from dlsheet.scratch.arrays import finite


def output_size(size, kernel, stride=1, padding=0):
    """⌊(W - F + 2P) / S⌋ + 1: how many places a kernel finds along one side of an image.

    size: W, pixels along that side. kernel: F. stride: S. padding: P, zeros added at both ends.
    Raises ValueError for sizes that are not whole numbers, or a kernel larger than the padded image.
    Ledger: cnn.output_size.
    """
    size, kernel, stride = whole_number("size", size), whole_number("kernel", kernel), whole_number("stride", stride)
    padded = size + 2 * whole_number("padding", padding, smallest=0)
    if kernel > padded:
        raise ValueError(f"kernel={kernel} does not fit into {padded} pixels: use a smaller one, or more padding.")
    return (padded - kernel) // stride + 1


def parameter_count(kernel, depth, filters):
    """F · F · D · K weights and K biases of a convolution layer with K filters of F×F over D channels.

    Raises ValueError for sizes that are not whole numbers of at least 1. Ledger: cnn.parameters.
    """
    kernel, depth, filters = (
        whole_number(name, value) for name, value in (("kernel", kernel), ("depth", depth), ("filters", filters))
    )
    return kernel * kernel * depth * filters + filters


def conv2d(x, kernels, bias, stride=1, padding=0):
    """Every filter's answer at every place: Σ window · kernel + bias.

    x: (m, height, width, channels). kernels: (kernel height, kernel width, channels, filters). bias: (filters,).
    stride: step between places, a whole number. padding: rows and columns of zeros added on every side.
    Returns (m, output height, output width, filters), sizes as in output_size.
    Raises ValueError for shapes that do not match, NaN, or a kernel larger than the padded image.
    """
    x, kernels, bias = checked(x, kernels, bias)
    rows = patches(x, kernels, stride, padding)
    m, height, width, _ = rows.shape
    return (rows.reshape(m * height * width, -1) @ matrix(kernels) + bias).reshape(m, height, width, -1)


def conv2d_backward(dz, x, kernels, stride=1, padding=0):
    """(∂J/∂x, ∂J/∂kernels, ∂J/∂bias) from dz = ∂J/∂output of conv2d(x, kernels, bias, stride, padding).

    dz: (m, output height, output width, filters). Raises ValueError as conv2d, or for a dz of another shape.
    """
    x, kernels, _ = checked(x, kernels, np.zeros(np.shape(kernels)[-1:]))
    rows = patches(x, kernels, stride, padding)
    m, height, width, _ = rows.shape
    dz = same_shape("dz", dz, (m, height, width, kernels.shape[3]))

    flat = dz.reshape(m * height * width, -1)
    dkernels = (rows.reshape(len(flat), -1).T @ flat).reshape(kernels.shape)
    dwindows = (matrix(kernels) @ flat.T).reshape(*kernels.shape[:3], m, height, width)
    dx = np.zeros(pad(x, padding).transpose(3, 0, 1, 2).shape, dtype=dwindows.dtype)  # channels first: longer runs
    for i, j in np.ndindex(kernels.shape[:2]):  # windows overlap, so each offset is added by itself
        dx[:, :, i : i + stride * height : stride, j : j + stride * width : stride] += dwindows[i, j]
    dx = dx[:, :, padding : padding + x.shape[1], padding : padding + x.shape[2]].transpose(1, 2, 3, 0)
    return dx, dkernels, flat.sum(axis=0)


def max_pool2d(x, size, stride=None):
    """The largest value of every size×size window, channel by channel.

    x: (m, height, width, channels). stride: step between windows; None takes `size`, so that they do not overlap.
    Returns (m, output height, output width, channels); rows and columns that fill no window are left out.
    Raises ValueError for another shape, NaN, or a window larger than the image. Ledger: cnn.pooling.
    """
    slices = offsets(images("x", x), size, stride)
    return np.maximum.reduce(list(slices))


def max_pool2d_backward(da, x, size, stride=None):
    """∂J/∂x from da = ∂J/∂output of max_pool2d: the largest pixel of a window, the first of equals, gets it all.

    Raises ValueError as max_pool2d, or for a da of another shape.
    """
    x = images("x", x)
    largest = max_pool2d(x, size, stride)
    da = same_shape("da", da, largest.shape)
    dx = np.zeros(x.shape, dtype=da.dtype)
    given = np.zeros(da.shape, dtype=bool)
    for source, target in zip(offsets(x, size, stride), offsets(dx, size, stride)):
        winner = (source == largest) & ~given
        target += da * winner  # a view into dx
        given |= winner
    return dx


# What the functions above share: windows, and checked shapes.


def patches(x, kernels, stride, padding):
    """Every window of the padded images, flattened in the kernels' order: (m, output height, output width, F·F·D)."""
    kernel_height, kernel_width = kernels.shape[:2]
    height = output_size(x.shape[1], kernel_height, stride, padding)
    width = output_size(x.shape[2], kernel_width, stride, padding)
    windows = sliding_window_view(pad(x, padding), (kernel_height, kernel_width), axis=(1, 2))[:, ::stride, ::stride]
    return windows.transpose(0, 1, 2, 4, 5, 3).reshape(len(x), height, width, -1)


def pad(x, padding):
    return np.pad(x, [(0, 0), (padding, padding), (padding, padding), (0, 0)]) if padding else x


def matrix(kernels):
    """The kernels as columns, (F·F·D, filters)."""
    return kernels.reshape(-1, kernels.shape[3])


def offsets(x, size, stride):
    """Views of x, one for each place in a window: the first pixel of all windows, the second, …"""
    stride = size if stride is None else stride
    height, width = output_size(x.shape[1], size, stride), output_size(x.shape[2], size, stride)
    for i, j in np.ndindex(size, size):
        yield x[:, i : i + stride * (height - 1) + 1 : stride, j : j + stride * (width - 1) + 1 : stride]


def images(name, x):
    """`x` as finite (m, height, width, channels), or ValueError."""
    x = finite(name, x)
    if x.ndim != 4:
        raise ValueError(
            f"{name} has shape {x.shape}: expected (m, height, width, channels). "
            "Grey images need a last axis of 1, one image a first axis of 1."
        )
    return x


def checked(x, kernels, bias):
    """Images, kernels and biases that fit together, or ValueError."""
    x, kernels, bias = images("x", x), finite("kernels", kernels), finite("bias", bias)
    if kernels.ndim != 4 or kernels.shape[2] != x.shape[3]:
        raise ValueError(
            f"kernels has shape {kernels.shape}: expected (height, width, {x.shape[3]}, filters), "
            f"since x has {x.shape[3]} channels."
        )
    return x, kernels, same_shape("bias", bias, kernels.shape[3:])


def same_shape(name, values, shape):
    values = finite(name, values)
    if values.shape != shape:
        raise ValueError(f"{name} has shape {values.shape}: expected {shape}.")
    return values
