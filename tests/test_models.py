"""The builders: shapes, parameters counted by hand, names, and what they refuse."""

import numpy as np
import pytest

from dlsheet import models
from dlsheet.backend import keras


def test_two_branch_cnn_has_the_parameters_counted_by_hand():
    fine, coarse = (3 * 3 * 3 + 1) * 32, (6 * 6 * 3 + 1) * 32
    flat = 15 * 15 * 32 + 13 * 13 * 32  # 32-3+1 = 30 and 32-6+1 = 27, halved by the pools
    assert models.two_branch_cnn().count_params() == fine + coarse + (flat + 1) * 100 + (100 + 1) * 10


def test_name_classifier_has_the_parameters_counted_by_hand():
    first, second = 64 * (27 + 64 + 1), 32 * (64 + 32 + 1)
    assert models.name_classifier(18, 27, 15).count_params() == first + second + (32 + 1) * 15


def test_activity_classifier_has_the_parameters_counted_by_hand():
    first, second = 64 * (9 + 64 + 1), 32 * (64 + 32 + 1)
    assert models.activity_classifier().count_params() == first + second + (32 + 1) * 6


def rolled_or_unrolled(model):
    """The same model with its loops the other way, with the same weights."""
    config = model.get_config()
    for layer in config["layers"]:
        if "unroll" in layer["config"]:
            layer["config"]["unroll"] = not layer["config"]["unroll"]
    other = keras.Model.from_config(config)
    other.set_weights(model.get_weights())
    return other


@pytest.mark.parametrize("steps", (12, 200))
@pytest.mark.parametrize("cell", ("simple_rnn", "lstm"))
def test_unrolling_changes_no_output(steps, cell):
    model = models.activity_classifier(steps, 3, 4, units=(8, 4), cell=cell)
    x = np.random.default_rng(0).normal(size=(2, steps, 3)).astype("float32")
    other = rolled_or_unrolled(model)
    np.testing.assert_allclose(model.predict(x, verbose=0), other.predict(x, verbose=0), atol=1e-6)


def test_unrolling_and_several_steps_in_one_call_train_to_the_same_weights():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(19, 5, 3)).astype("float32"), np.eye(4)[rng.integers(4, size=19)]
    model = models.activity_classifier(5, 3, 4, units=(8, 4))
    start, trained = model.get_weights(), []
    for candidate, at_once in ((model, 1), (model, 4), (rolled_or_unrolled(model), 1)):
        candidate.set_weights(start)
        candidate.compile("adam", "categorical_crossentropy", steps_per_execution=at_once)
        candidate.fit(x, y, batch_size=2, epochs=2, shuffle=False, verbose=0)  # 10 steps: at last 2 of 4
        assert int(candidate.optimizer.iterations) == 20
        trained.append(candidate.get_weights())
    for one, four, rolled in zip(*trained, strict=True):
        np.testing.assert_array_equal(one, four)
        np.testing.assert_allclose(one, rolled, atol=1e-5)


@pytest.mark.parametrize("cell", ("simple_rnn", "lstm", "gru"))
def test_character_generator_cannot_see_the_letter_it_predicts(cell):
    model = models.character_generator(7, 5, 3, units=8, cell=cell)
    letters, language = np.array([[1, 2, 3, 4, 1, 2, 3]]), np.array([2])
    changed = letters.copy()
    changed[0, 4:] = 2
    before, after = (model.predict({"letters": x, "language": language}, verbose=0) for x in (letters, changed))
    assert before.shape == (1, 7, 5)
    np.testing.assert_allclose(before.sum(axis=2), 1, rtol=1e-5)
    np.testing.assert_array_equal(before[:, :4], after[:, :4])
    assert not np.allclose(before[:, 4:], after[:, 4:])


def test_character_generator_listens_to_the_language():
    model = models.character_generator(7, 5, 3, units=8)
    letters = np.ones((2, 7), int)
    first, second = model.predict({"letters": letters, "language": np.array([0, 2])}, verbose=0)
    assert not np.allclose(first, second)


@pytest.mark.parametrize("cell", ("simple_rnn", "lstm", "gru"))
def test_name_classifier_gives_probabilities(cell):
    model = models.name_classifier(7, 5, 3, units=(8, 4), cell=cell)
    probabilities = model.predict(np.eye(5, dtype="float32")[np.zeros((2, 7), int)], verbose=0)
    assert probabilities.shape == (2, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("build", (models.two_branch_cnn, lambda: models.name_classifier(18, 27, 15)))
def test_builders_return_an_uncompiled_model_whose_layers_are_named(build):
    model = build()
    assert not model.compiled
    assert [layer.name for layer in model.layers] == [layer.name for layer in build().layers]


def test_the_two_branches_see_the_same_image():
    model = models.two_branch_cnn()
    assert model.get_layer("fine_conv").input is model.get_layer("coarse_conv").input


@pytest.mark.parametrize("build", (models.two_branch_cnn, lambda: models.name_classifier(18, 27, 15)))
def test_a_saved_model_gives_the_same_answers(build, tmp_path):
    model = build()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    x = np.random.default_rng(0).random((2, *model.input_shape[1:]), dtype="float32")
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize("size", (7, 8, 33))
def test_the_smallest_image_and_odd_sizes_work(size):
    model = models.two_branch_cnn((size, size + 2, 1), 4)
    assert model.predict(np.zeros((1, size, size + 2, 1), "float32"), verbose=0).shape == (1, 4)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: models.two_branch_cnn((32, 32)), r"expected \(height, width, channels\)"),
        (lambda: models.two_branch_cnn((6, 32, 3)), "at least 7×7"),
        (lambda: models.two_branch_cnn((32, 32, 0)), "at least 1"),
        (lambda: models.two_branch_cnn(n_classes=1), "n_classes=1: expected a whole number of at least 2"),
        (lambda: models.two_branch_cnn(n_classes=2.5), "n_classes=2.5"),
        (lambda: models.name_classifier(18, 27, 15, cell="rnn"), "expected one of simple_rnn, lstm, gru"),
        (lambda: models.name_classifier(0, 27, 15), "maxlen=0"),
        (lambda: models.name_classifier(18, 27, 15, units=(64,)), "expected 2 whole numbers"),
        (lambda: models.name_classifier(18, 27, 15, units=64), "expected 2 whole numbers"),
        (lambda: models.activity_classifier(128.0), "n_steps=128.0"),
        (lambda: models.activity_classifier(cell="transformer"), "expected one of simple_rnn, lstm, gru"),
        (lambda: models.character_generator(7, 1, 3), "alphabet_size=1: expected a whole number of at least 2"),
        (lambda: models.character_generator(0, 5, 3), "maxlen=0"),
        (lambda: models.character_generator(7, 5, 0), "n_languages=0"),
        (lambda: models.character_generator(7, 5, 3, units=8.5), "units=8.5"),
        (lambda: models.character_generator(7, 5, 3, cell="rnn"), "expected one of simple_rnn, lstm, gru"),
        (lambda: models.two_branch_cnn(32), r"expected \(height, width, channels\)"),
    ],
)
def test_builders_refuse_what_cannot_work(call, says):
    with pytest.raises(ValueError, match=says):
        call()
