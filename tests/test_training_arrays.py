"""What a model may be trained on: every form of labels that its loss takes, and a plain word about anything else."""

import numpy as np
import pytest

from dlsheet.backend import keras
from dlsheet.training.arrays import hold_out, training_arrays

layers = keras.layers
X = np.random.default_rng(0).random((6, 4))
LABELS = np.array([0, 1, 2, 2, 1, 0])
ONE_HOT = np.eye(3)[LABELS]


def model(loss, shape=(4,), units=3):
    inputs = keras.Input(shape)
    model = keras.Model(inputs, layers.Dense(units)(inputs))
    model.compile("sgd", loss)
    return model


@pytest.mark.parametrize("loss", ["categorical_crossentropy", keras.losses.CategoricalCrossentropy(name="mine")])
@pytest.mark.parametrize("y", [LABELS, LABELS.tolist(), LABELS.astype(float), ONE_HOT, ONE_HOT.astype(bool)])
def test_a_categorical_loss_gets_one_hot_labels(loss, y):
    np.testing.assert_array_equal(training_arrays(model(loss), X, y)[1], ONE_HOT)


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", keras.losses.SparseCategoricalCrossentropy()])
@pytest.mark.parametrize("y", [LABELS, ONE_HOT])
def test_a_sparse_loss_gets_whole_numbers(loss, y):
    np.testing.assert_array_equal(training_arrays(model(loss), X, y)[1], LABELS)


def test_every_step_of_a_sequence_may_have_a_label():
    x, steps = np.tile(X, (6, 1, 1)), np.tile(LABELS, (6, 1))
    for loss, expected in [("sparse_categorical_crossentropy", steps), ("categorical_crossentropy", np.eye(3)[steps])]:
        np.testing.assert_array_equal(training_arrays(model([loss], shape=(None, 4)), x, steps)[1], expected)


@pytest.mark.parametrize("y", [X[:, 0], X[:, :1]])
def test_measured_values_may_lack_the_last_axis(y):
    np.testing.assert_array_equal(training_arrays(model("mse", units=1), X, y)[1], y.astype("float32"))


def test_floats_get_keras_s_type_and_whole_numbers_keep_theirs():
    assert training_arrays(model("mse", units=1), X, LABELS)[0].dtype == "float32"
    assert training_arrays(model("mse", units=1), (X * 255).astype("uint8"), LABELS)[0].dtype == "uint8"


def with_nan(array):
    array = array.astype(float)
    array[3] = np.nan
    return array


@pytest.mark.parametrize(
    "loss, x, y, message",
    [
        ("categorical_crossentropy", X[:0], LABELS[:0], "x_train has 0 rows and y_train 0"),
        ("categorical_crossentropy", X, LABELS[:5], "x_train has 6 rows and y_train 5"),
        ("categorical_crossentropy", X[:, :3], LABELS, r"rows of shape \(3,\): the model takes \(4,\)"),
        ("categorical_crossentropy", X[..., None], LABELS, r"rows of shape \(4, 1\)"),
        ("categorical_crossentropy", np.array(["Ann"] * 6), LABELS, "x_train holds <U3: expected numbers"),
        ("categorical_crossentropy", with_nan(X), LABELS, "x_train has 4 values that are NaN or infinite, .* row 3"),
        ("categorical_crossentropy", X, LABELS + 1, "labels from 1 to 3: the model tells 3 classes apart, 0 to 2"),
        ("categorical_crossentropy", X, LABELS - 1, "labels from -1 to 1"),
        ("categorical_crossentropy", X, LABELS / 2, "not whole numbers"),
        ("categorical_crossentropy", X, with_nan(LABELS), "not whole numbers"),
        ("categorical_crossentropy", X, np.array(list("abccba")), "<U1"),
        ("categorical_crossentropy", X, 1 - ONE_HOT, "not one-hot"),
        ("categorical_crossentropy", X, ONE_HOT / 2, "not one-hot"),
        ("categorical_crossentropy", X, np.array([list("abc")] * 6), "not one-hot"),
        ("categorical_crossentropy", X, np.eye(4)[LABELS], r"\(6, 4\): expected .* \(n\) or one-hot rows \(n, 3\)"),
        ("categorical_crossentropy", X, LABELS[:, None], "Flatten"),
        ("mse", X, LABELS, r"y_train has the shape \(6,\): the model gives \(n, 3\)"),
        ("mse", X, with_nan(ONE_HOT), "y_train has 3 values that are NaN"),
        ("mse", X, np.array([list("abc")] * 6), "y_train holds <U1"),
        ("binary_crossentropy", X, 2 * ONE_HOT, "binary labels are 0 or 1"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(loss, x, y, message):
    with pytest.raises(ValueError, match=message):
        training_arrays(model(loss), x, y)


@pytest.mark.parametrize(
    "x, y, name", [([[1, 2], [3]] * 3, LABELS, "x_train"), (X, [[1, 0, 0], [1, 0]] * 3, "y_train")]
)
def test_ragged_sequences_are_refused(x, y, name):
    with pytest.raises(ValueError, match=f"{name} has rows of unequal length. Pad them"):
        training_arrays(model("categorical_crossentropy"), x, y)


def reader_of_numbers(dtype):
    """A model whose Embedding knows the numbers 0 to 4."""
    numbers = keras.Input((4,), dtype=dtype)
    model = keras.Model(numbers, layers.Dense(3)(layers.Flatten()(layers.Embedding(5, 2)(numbers))))
    model.compile("sgd", "categorical_crossentropy")
    return model


@pytest.mark.parametrize("dtype", ["int32", "float32"])
@pytest.mark.parametrize(
    "number, message",
    [
        (1.7, "x_train holds numbers that are not whole"),
        (5, "x_train holds numbers from 0 to 5: the model's Embedding knows 0 to 4"),
        (-1, "x_train holds numbers from -1 to 0"),
        (np.nan, "NaN"),
    ],
)
def test_letters_and_words_that_an_embedding_does_not_know_are_refused(dtype, number, message):
    numbers = np.zeros((6, 4), dtype=type(number))
    numbers[3, 2] = number
    with pytest.raises(ValueError, match=message):
        training_arrays(reader_of_numbers(dtype), numbers, LABELS)


def test_letters_that_an_embedding_knows_are_taken():
    numbers = np.arange(24).reshape(6, 4) % 5
    for taken in (numbers, numbers.astype(float)):
        np.testing.assert_array_equal(training_arrays(reader_of_numbers("int32"), taken, LABELS)[0], numbers)


@pytest.mark.parametrize("rows", [2, 5, 9, 10, 200])
def test_held_out_rows_are_a_tenth_of_every_class_and_at_least_one(rows):
    labels = np.random.default_rng(1).integers(0, 3, rows)
    x, y, x_held, y_held, _ = hold_out(np.arange(rows), labels, seed=0)
    assert sorted([*x, *x_held]) == list(range(rows))
    np.testing.assert_array_equal(y_held, labels[x_held])
    np.testing.assert_array_equal(y, labels[x])
    assert abs(len(x_held) - rows / 10) < 1
    assert np.abs(np.bincount(y_held, minlength=3) - np.bincount(labels, minlength=3) / 10).max() < 1


def test_held_out_rows_are_drawn_with_the_seed():
    draws = [hold_out(np.arange(100), np.zeros(100), seed)[2].tolist() for seed in (0, 0, 1)]
    assert draws[0] == draws[1] != draws[2]


def test_one_row_cannot_be_split():
    with pytest.raises(ValueError, match="at least 2"):
        hold_out(X[:1], LABELS[:1], seed=0)
