"""The arrays that a model trains on: checked before any work starts, labels in the form that its loss asks for."""

import numpy as np

from dlsheet.backend import keras


def training_arrays(model, x, y, name="train"):
    """x and y as `model` and its loss want them.

    model: compiled, one input, one output. x: (n, …) numbers in the shape that the model takes.
    y: for a categorical loss whole numbers 0 to n_classes - 1 or one-hot rows, either of which becomes the one that
    the loss asks for; for another loss, values in the shape of the model's output.
    Returns (x, y) as NumPy arrays. Raises ValueError for anything else; `name` stands in its message.
    """
    x, y = _array(x, f"x_{name}"), _array(y, f"y_{name}")
    if x.dtype.kind not in "biuf":
        raise ValueError(f"x_{name} holds {x.dtype}: expected numbers. Encode it first, a text as one-hot letters say.")
    if x.ndim == 0 or y.ndim == 0:
        raise ValueError(f"x_{name} has the shape {x.shape} and y_{name} {y.shape}: expected (n, …) and (n, …).")
    if len(x) == 0 or len(x) != len(y):
        raise ValueError(f"x_{name} has {len(x)} rows and y_{name} {len(y)}: expected as many of each, at least one.")
    if not _fits(x.shape[1:], model.input_shape[1:]):
        raise ValueError(
            f"x_{name} has rows of shape {x.shape[1:]}: the model takes {model.input_shape[1:]}. "
            "Reshape the data or build the model for them."
        )
    if x.dtype.kind == "f":
        x = _floats(x, f"x_{name}")
    _check_whole(model, x, f"x_{name}")
    loss = _loss_name(model)
    if loss.startswith(("categorical", "sparsecategorical")):
        labels = _labels(y, model.output_shape[1:], f"y_{name}")
        return x, labels if loss.startswith("sparse") else keras.utils.to_categorical(labels, model.output_shape[-1])
    return x, _values(y, model.output_shape[1:], loss, f"y_{name}")


def row_weights(y, class_weight, sample_weight):
    """(n,) float32: how much each row counts in the loss; None where neither is given.

    y: labels as training_arrays gives them. class_weight: {class's number: its weight}. sample_weight: (n,).
    Raises ValueError for a class without a weight, and for weights that are negative, not finite or not one a row.
    """
    if class_weight is None and sample_weight is None:
        return None
    weights = np.ones(len(y)) if sample_weight is None else _array(sample_weight, "sample_weight")
    if weights.shape != (len(y),) or weights.dtype.kind not in "biuf":
        raise ValueError(f"sample_weight has the shape {weights.shape}: expected one number for each of {len(y)} rows.")
    if class_weight is not None:
        labels = y if y.ndim == 1 else y.argmax(axis=-1)
        if not isinstance(class_weight, dict) or labels.ndim != 1 or (labels != np.floor(labels)).any():
            raise ValueError(
                f"class_weight={class_weight!r}: expected {{class's number: its weight}}, for labels (n,)."
            )
        missing = sorted(set(np.unique(labels).astype(int).tolist()) - set(class_weight))
        if missing:
            raise ValueError(f"class_weight has none for {', '.join(map(str, missing))}: give one for each class.")
        weights = weights * np.array([class_weight[int(label)] for label in labels], float)
    if not np.isfinite(weights).all() or weights.min() < 0:
        raise ValueError(f"The weights go from {weights.min():g} to {weights.max():g}: expected finite ones from 0 on.")
    return weights.astype(keras.config.floatx())


def hold_out(x, y, seed, weights=None):
    """Split off a tenth of the rows, at least one, as many of each class as its share.

    x, y: as training_arrays gives them, at least two rows. The draw depends on seed alone.
    Returns (x, y, x_held, y_held, weights), the weights of the rows that stay, if there are any.
    """
    if len(x) < 2:
        raise ValueError("x_train has 1 row: expected at least 2, to hold one out. Pass more rows or validation_data.")
    rows = np.random.default_rng(seed).permutation(len(x))
    classes = y if y.ndim == 1 else y.reshape(len(y), -1).argmax(axis=1)
    by_class = rows[np.argsort(classes[rows], kind="stable")]
    held = np.zeros(len(x), dtype=bool)
    held[by_class[min(5, len(x) - 1) :: 10]] = True  # every tenth row of the rows in the order of their classes
    return x[~held], y[~held], x[held], y[held], None if weights is None else weights[~held]


def _array(values, name):
    try:
        return np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} has rows of unequal length. Pad them, as one_hot_letters does with names.") from None


def _check_whole(model, x, name):
    """ValueError where a model that takes whole numbers gets others, or numbers that its Embedding does not know.

    Left to themselves, Keras cuts 1.7 down to 1, and an Embedding takes -1 for its last row.
    """
    embeddings = [layer for layer in model.layers if isinstance(layer, keras.layers.Embedding)]
    known = [layer.input_dim for layer in embeddings if layer.input is model.inputs[0]]
    if not known and not keras.backend.is_int_dtype(model.inputs[0].dtype):
        return
    if (x != np.floor(x)).any():
        raise ValueError(f"{name} holds numbers that are not whole: the model takes the numbers of letters or words.")
    if known and (x.min() < 0 or x.max() >= min(known)):
        raise ValueError(
            f"{name} holds numbers from {x.min():g} to {x.max():g}: the model's Embedding knows 0 to {min(known) - 1}. "
            "Number the letters or words from 0, or build the model for all of them."
        )


def _labels(y, output_shape, name):
    """Whole-number labels from y, which holds them or is one-hot; ValueError for anything else."""
    n_classes = output_shape[-1]
    if _fits(y.shape[1:], output_shape):
        if not (((y == 0) | (y == 1)).all() and (y.sum(axis=-1) == 1).all()):
            raise ValueError(f"{name} is not one-hot: expected a single 1 in each row and 0 elsewhere.")
        return y.argmax(axis=-1)
    if not _fits(y.shape[1:], output_shape[:-1]):
        raise ValueError(
            f"{name} has the shape {y.shape}: expected whole numbers {_batch(output_shape[:-1])} or one-hot rows "
            f"{_batch(output_shape)}. Flatten the labels, or build the model for their number of classes."
        )
    if y.dtype.kind not in "biuf" or (y != np.floor(y)).any():
        raise ValueError(
            f"{name} holds {y.dtype} values that are not whole numbers: expected labels 0 to {n_classes - 1}. "
            "Number the classes; for measured values compile the model with a loss such as 'mse'."
        )
    if y.min() < 0 or y.max() >= n_classes:
        raise ValueError(
            f"{name} holds labels from {y.min():g} to {y.max():g}: the model tells {n_classes} classes apart, "
            f"0 to {n_classes - 1}. Number the classes from 0, or build the model for all of them."
        )
    return y.astype("int32")


def _values(y, output_shape, loss, name):
    """y as floats in the shape of the model's output, which may have a last axis of 1 more; ValueError otherwise."""
    if y.dtype.kind not in "biuf":
        raise ValueError(f"{name} holds {y.dtype}: expected numbers.")
    if not (_fits(y.shape[1:], output_shape) or _fits((*y.shape[1:], 1), output_shape)):
        raise ValueError(
            f"{name} has the shape {y.shape}: the model gives {_batch(output_shape)}. "
            "Reshape it, or build the model for it."
        )
    if loss.startswith("binary") and (y.min() < 0 or y.max() > 1):
        raise ValueError(f"{name} holds values from {y.min():g} to {y.max():g}: binary labels are 0 or 1. Recode them.")
    return _floats(y, name)


def _loss_name(model):
    """The loss's name in lower case without underscores, whether it was given as a name, a function or an object."""
    loss = keras.losses.get(keras.tree.flatten(model.loss)[0])
    return getattr(loss, "__name__", type(loss).__name__).replace("_", "").lower()


def _floats(values, name):
    """The values in Keras's float type; ValueError where one is NaN or infinite, or too large for that type."""
    with np.errstate(over="ignore"):
        values = values.astype(keras.config.floatx(), copy=False)
    bad = ~np.isfinite(values)
    if bad.any():
        raise ValueError(
            f"{name} has {bad.sum()} values that are NaN or infinite, the first in row {np.argwhere(bad)[0][0]}: "
            f"expected finite numbers that {keras.config.floatx()} can hold. Drop, fill or scale them."
        )
    return values


def _fits(shape, expected):
    """Whether a shape is the expected one, in which None stands for any size."""
    return len(shape) == len(expected) and all(want in (None, size) for size, want in zip(shape, expected))


def _batch(shape):
    return f"({', '.join(['n', *map(str, shape)])})"
