"""The checks that every builder makes before it builds."""

from operator import index


def positive_int(name, value):
    """`value` as an int of at least 1; ValueError otherwise."""
    try:
        value = index(value)
    except TypeError:
        raise ValueError(f"{name}={value!r}: expected a whole number of at least 1.") from None
    if value < 1:
        raise ValueError(f"{name}={value}: expected a whole number of at least 1.")
    return value


def image_shape(input_shape, smallest, why):
    """`input_shape` as (height, width, channels), each side at least `smallest`; ValueError otherwise."""
    shape = tuple(input_shape)
    if len(shape) != 3:
        raise ValueError(f"input_shape={shape}: expected (height, width, channels), such as (32, 32, 3).")
    height, width, channels = (positive_int("input_shape", size) for size in shape)
    if min(height, width) < smallest:
        raise ValueError(f"input_shape={shape}: expected at least {smallest}×{smallest} pixels, because {why}.")
    return height, width, channels
