"""The checks of arguments that more than one part of the package makes."""

from operator import index


def whole_number(name, value, smallest=1):
    """`value` as an int of at least `smallest`; ValueError otherwise."""
    try:
        enough = not isinstance(value, bool) and index(value) >= smallest
    except TypeError:
        enough = False
    if not enough:
        raise ValueError(f"{name}={value!r}: expected a whole number of at least {smallest}.")
    return index(value)


def whole_numbers(name, values, count):
    """`values` as a tuple of `count` positive ints; ValueError otherwise."""
    if not isinstance(values, list | tuple) or len(values) != count:
        raise ValueError(f"{name}={values!r}: expected {count} whole numbers.")
    return tuple(whole_number(name, value) for value in values)


def strings(name, values):
    """`values`, a list or array of one str or more, as a list; ValueError otherwise."""
    if isinstance(values, str):
        raise ValueError(f"{name} must be a list of str; got one str. Write [{values!r}].")
    try:
        values = list(values)
    except TypeError:
        raise ValueError(f"{name} must be a list or an array; got {values!r}.") from None
    if not values:
        raise ValueError(f"{name} is empty: give one or more.")
    for i, value in enumerate(values):
        if not isinstance(value, str):
            raise ValueError(f"{name}[{i}] must be a str; got {value!r}.")
    return values


def image_shape(input_shape, smallest, why):
    """`input_shape` as (height, width, channels), each side at least `smallest`; ValueError otherwise."""
    if not isinstance(input_shape, list | tuple) or len(input_shape) != 3:
        raise ValueError(f"input_shape={input_shape!r}: expected (height, width, channels), such as (32, 32, 3).")
    height, width, channels = whole_numbers("input_shape", input_shape, 3)
    if min(height, width) < smallest:
        raise ValueError(f"input_shape={input_shape}: expected at least {smallest}×{smallest} pixels, because {why}.")
    return height, width, channels


def narrowed(width):
    """A function from a number of filters to its share `width`, at least 1; ValueError unless 0 < width <= 1."""
    if isinstance(width, bool) or not isinstance(width, int | float) or not 0 < width <= 1:
        raise ValueError(f"width={width!r}: expected a share of the filters, above 0 and at most 1.")
    return lambda count: max(1, round(count * width))
