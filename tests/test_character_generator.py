"""models.character_generator: a probability for every name, and nothing known of the letters to come."""

import itertools

import numpy as np
import pytest

from dlsheet import models
from dlsheet.backend import keras

STEPS, SIGNS, LANGUAGES = 5, 3, 2  # two letters and the sign for start and end


@pytest.fixture(scope="module", params=("simple_rnn", "lstm", "gru"))
def generator(request):
    model = models.character_generator(STEPS, SIGNS, LANGUAGES, units=6, cell=request.param)
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(size=weight.shape) for weight in model.get_weights()])
    return model


def probabilities(model, letters, language=1):
    inputs = {"letters": np.array(letters), "language": np.full(len(letters), language)}
    return model.predict(inputs, verbose=0)


def test_no_later_letter_changes_an_earlier_probability(generator):
    letters = np.array([[0, 1, 2, 1, 2]])
    for t in range(1, STEPS):
        changed = letters.copy()
        changed[:, t:] = 3 - letters[:, t:]
        before, after = probabilities(generator, letters), probabilities(generator, changed)
        np.testing.assert_allclose(before[:, :t], after[:, :t], atol=1e-6)
        assert not np.allclose(before[:, t:], after[:, t:])


def test_all_names_together_have_probability_one(generator):
    total = 0
    for n_letters in range(STEPS + 1):
        names = np.array(list(itertools.product((1, 2), repeat=n_letters)), dtype=int)
        letters = np.pad(names, ((0, 0), (1, STEPS)))[:, :STEPS]
        targets = np.pad(names, ((0, 0), (0, STEPS)))[:, :STEPS]
        p = np.take_along_axis(probabilities(generator, letters), targets[:, :, np.newaxis], axis=2)[:, :, 0]
        total += p[:, : n_letters + 1].prod(axis=1).sum()  # with STEPS letters there is no step for the end
    assert total == pytest.approx(1, abs=1e-5)


def test_the_number_of_weights_is_the_one_counted_by_hand():
    gru = 3 * (64 * (32 + 16 + 64) + 2 * 64)
    expected = 30 * 32 + 24 * 16 + gru + (64 + 1) * 30
    assert models.character_generator(19, 30, 24, units=64).count_params() == expected


def test_it_is_saved_and_loaded_in_safe_mode(generator, tmp_path):
    generator.save(tmp_path / "generator.keras")
    loaded = keras.models.load_model(tmp_path / "generator.keras", safe_mode=True)
    letters = [[0, 1, 2, 1, 2], [0, 2, 0, 0, 0]]
    np.testing.assert_allclose(probabilities(loaded, letters), probabilities(generator, letters), atol=1e-6)


def test_steps_of_weight_0_do_not_count_in_training():
    model = models.character_generator(STEPS, SIGNS, LANGUAGES, units=4)
    model.compile("sgd", "sparse_categorical_crossentropy")
    inputs = {"letters": np.array([[0, 1, 0, 0, 0]]), "language": np.array([0])}
    weights = np.array([[1.0, 1, 0, 0, 0]])
    losses = [
        model.evaluate(inputs, np.array([[1, 0, behind, behind, behind]]), sample_weight=weights, verbose=0)
        for behind in (0, 2)
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)
