"""Killed runs end as if nothing had happened; runs are functions of their arguments; wrong calls are told so."""

import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from training_to_kill import EPOCHS, MOMENTS, numbers, pictures, small_model, train, values

from dlsheet.backend import keras, set_seed
from dlsheet.training import compile_classifier, fit
from dlsheet.training.progress import is_watched

AUGMENT = {"rotation_range": 20}
NO_SIGKILL = not hasattr(signal, "SIGKILL")
same = np.testing.assert_array_equal


def assert_same_values(ours, expected):
    for our, their in zip(ours, expected, strict=True):
        same(our, their)


def assert_same_run(ours, expected):
    """Two results of `train`: the same bits everywhere."""
    (our_run, our_values), (run, expected_values) = ours, expected
    assert our_run.history == run.history
    assert our_run.best_epoch == run.best_epoch
    assert_same_values(our_values, expected_values)
    assert_same_values(values(our_run.best_model), values(run.best_model))


def files(run_dir):
    """What lies in a folder, name by name."""
    return {path.name: path.read_bytes() for path in Path(run_dir).iterdir()}


def fit_as_before(model, data, run_dir, **changes):
    """fit, called as `train` does but for the changes."""
    arguments = {"epochs": EPOCHS, "batch_size": 10, "seed": 7, "validation_data": (data.x_test, data.y_test)}
    return fit(model, data, run_dir=run_dir, **(arguments | changes))


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """The folder and the outcome of a run that nobody killed."""
    run_dir = tmp_path_factory.mktemp("uninterrupted")
    return run_dir, train(run_dir)


@pytest.fixture
def copy_of_run(uninterrupted, tmp_path):
    return shutil.copytree(uninterrupted[0], tmp_path / "copy")


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """For each moment the folder of a run whose process was killed then; and of one killed while augmenting."""

    def train_and_die(moment, *augment):
        run_dir = tmp_path_factory.mktemp("killed")
        script = Path(__file__).with_name("training_to_kill.py")
        process = subprocess.run([sys.executable, script, moment, run_dir, *augment])
        assert process.returncode == -signal.SIGKILL, f"{moment}: never came"
        return run_dir

    with ThreadPoolExecutor(2) as pool:
        runs = {moment: pool.submit(train_and_die, moment) for moment in MOMENTS}
        runs["augmenting"] = pool.submit(train_and_die, "in the middle of an epoch", "augment")
    return {moment: run.result() for moment, run in runs.items()}


@pytest.mark.skipif(NO_SIGKILL, reason="this system has no SIGKILL")
@pytest.mark.parametrize("moment", MOMENTS)
def test_run_killed_at_any_moment_ends_with_the_bits_of_an_uninterrupted_one(moment, killed, uninterrupted):
    run_dir = killed[moment]
    assert_same_run(train(run_dir), uninterrupted[1])
    assert {path.name for path in run_dir.iterdir()} == {"best.keras", "state.npz", "lock"}


@pytest.mark.skipif(NO_SIGKILL, reason="this system has no SIGKILL")
def test_run_killed_while_augmenting_ends_with_the_bits_of_an_uninterrupted_one(killed, tmp_path):
    assert_same_run(train(killed["augmenting"], AUGMENT), train(tmp_path / "uninterrupted", AUGMENT))


def test_run_with_more_epochs_goes_on_as_a_longer_run_would(uninterrupted, tmp_path):
    train(tmp_path / "run", epochs=1)
    assert_same_run(train(tmp_path / "run", epochs=EPOCHS), uninterrupted[1])


def test_finished_run_is_returned_without_training(uninterrupted, copy_of_run, monkeypatch):
    monkeypatch.setattr(keras.Model, "fit", None)
    before = files(copy_of_run)
    assert_same_run(train(copy_of_run), uninterrupted[1])
    assert files(copy_of_run) == before


def test_averaged_weights_are_those_of_the_finished_run_too(tmp_path):
    def averaged():
        model = small_model()
        model.compile(keras.optimizers.SGD(use_ema=True, ema_momentum=0.5), "sparse_categorical_crossentropy")
        fit_as_before(model, numbers(), tmp_path / "run", epochs=1)
        return model.get_weights()

    assert_same_values(averaged(), averaged())


def test_best_model_is_never_replaced_by_a_worse_one(tmp_path):
    data = numbers()
    guesses = replace(data, y_train=np.random.default_rng(1).integers(0, 3, len(data.y_train)))
    runs = []
    for epochs in (8, 16):
        model = small_model(units=64)
        model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
        runs.append(fit_as_before(model, guesses, tmp_path / "run", epochs=epochs))
    before, after = runs
    assert after.best_epoch == np.argmin(after.history["val_loss"]) < 8, "these data do not show what the test is about"
    assert_same_values(values(after.best_model), values(before.best_model))
    val_loss = after.best_model.evaluate(data.x_test, data.y_test, verbose=0)
    assert val_loss == pytest.approx(min(after.history["val_loss"]))


def other_learning_rate(model):
    model.compile(keras.optimizers.Adam(0.01), "categorical_crossentropy", metrics=["accuracy"])
    return model


def changed(array):
    array = array.copy()
    array[-1] = array[0]
    return array


DATA = numbers()
OTHER = {
    "seed": {"seed": 8},
    "batch_size": {"batch_size": 9},
    "steps_per_epoch": {"steps_per_epoch": 3},
    "training data": {"data": replace(DATA, x_train=changed(DATA.x_train))},
    "validation data": {"validation_data": (changed(DATA.x_test), DATA.y_test)},
    "model": {"model": small_model(units=9)},
}


@pytest.mark.parametrize("name", OTHER)
def test_another_run_in_the_same_folder_is_noticed_and_left_alone(name, copy_of_run):
    before = files(copy_of_run)
    arguments = {"model": small_model(), "data": DATA} | OTHER[name]
    with pytest.raises(ValueError, match=f"another {name}.*choose another run_dir"):
        fit_as_before(run_dir=copy_of_run, **arguments)
    assert files(copy_of_run) == before


def test_another_augmentation_in_the_same_folder_is_noticed(tmp_path):
    train(tmp_path, AUGMENT, epochs=1)
    before = files(tmp_path)
    with pytest.raises(ValueError, match="another augmentation.*choose another run_dir"):
        train(tmp_path, {"rotation_range": 21}, epochs=2)
    assert files(tmp_path) == before


def test_a_wrong_range_is_refused_before_the_folder_is_made(tmp_path):
    with pytest.raises(ValueError, match="nosuch"):
        train(tmp_path / "run", {"nosuch": 1})
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("pair", [(DATA.x_test,), (DATA.x_test, DATA.y_test, 0), DATA.x_test, 0.1])
def test_validation_data_that_is_no_pair_is_refused(pair, tmp_path):
    with pytest.raises(ValueError, match="expected a pair"):
        fit_as_before(small_model(), DATA, tmp_path, validation_data=pair)


def test_a_number_too_large_for_float32_is_refused_before_any_work(tmp_path):
    x = DATA.x_train.astype("float64")
    x[3, 0] = 1e300
    with pytest.raises(ValueError, match="first in row 3"):
        fit_as_before(small_model(), replace(DATA, x_train=x), tmp_path)


def test_another_loss_in_the_same_folder_is_noticed(copy_of_run):
    model = small_model()
    model.compile("adam", "categorical_focal_crossentropy", metrics=["accuracy"])
    with pytest.raises(ValueError, match="another model"):
        fit_as_before(model, DATA, copy_of_run)


def test_a_run_goes_on_with_another_learning_rate_and_says_so(copy_of_run):
    model = other_learning_rate(small_model())
    with pytest.warns(UserWarning, match="had the learning rate 0.001 in its 4 epochs, and goes on with 0.01"):
        run = fit_as_before(model, DATA, copy_of_run, epochs=EPOCHS + 1)
    assert len(run.history["loss"]) == EPOCHS + 1
    assert float(model.optimizer.learning_rate) == pytest.approx(0.01)


def test_fewer_epochs_than_were_trained_are_refused(copy_of_run):
    with pytest.raises(ValueError, match="epochs=3, but the run in .* already has 4"):
        fit_as_before(small_model(), DATA, copy_of_run, epochs=3)


class Captured(Exception):
    """Raised in the place of Model.fit."""


@pytest.fixture
def capture(monkeypatch, tmp_path):
    """A function that calls fit and gives the batches and options that Model.fit would have got."""
    seen = []

    def fake_fit(model, batches, **options):
        seen.append(([(np.array(x), np.array(y)) for x, y in batches], options))
        raise Captured

    def call(data=DATA, **changes):
        with monkeypatch.context() as patch, pytest.raises(Captured):
            patch.setattr(keras.Model, "fit", fake_fit)
            fit_as_before(small_model(data.x_train.shape[1:]), data, tmp_path, **changes)
        return seen.pop()

    return call


def rows_of(batches):
    return np.concatenate([x for x, _ in batches])


def test_a_run_interrupted_in_its_first_epoch_keeps_the_weights_it_started_with(capture, uninterrupted, tmp_path):
    set_seed(1)
    capture()
    model = small_model()
    fit_as_before(model, DATA, tmp_path)
    assert_same_values(values(model), uninterrupted[1][1])


def test_a_run_without_a_finished_epoch_makes_way_for_another(capture, tmp_path):
    capture()
    assert fit_as_before(small_model(), DATA, tmp_path, seed=8, epochs=1).best_epoch == 0


STILL = dict.fromkeys(("rotation_range", "width_shift_range", "height_shift_range", "shear_range", "zoom_range"), 0)


@pytest.mark.parametrize("augment", [None, STILL | {"horizontal_flip": False}])
def test_every_epoch_gives_each_row_once_in_another_order(augment, capture):
    data = pictures()
    batches, _ = capture(data, augment=augment)
    epochs = [rows_of(batches[start : start + 5]) for start in range(0, 5 * EPOCHS, 5)]
    labels = [np.concatenate([y for _, y in batches[start : start + 5]]) for start in range(0, 5 * EPOCHS, 5)]
    for x, y in zip(epochs, labels):
        order = [np.abs(data.x_train - row).sum(axis=(1, 2, 3)).argmin() for row in x]
        assert sorted(order) == list(range(48))
        np.testing.assert_allclose(x, data.x_train[order], atol=1e-5)
        same(y.argmax(axis=1), data.y_train[order])
    assert not any(np.array_equal(epochs[0], other) for other in epochs[1:])


def test_steps_per_epoch_may_be_less_or_more_than_a_pass(capture):
    batches, options = capture(steps_per_epoch=12, epochs=2)
    assert len(batches) == 24 and options["steps_per_epoch"] == 12
    first, second = batches[:12], batches[12:]
    assert [len(x) for x, _ in first] == [10, 10, 10, 10, 8] * 2 + [10, 10]
    assert len(np.unique(rows_of(first[:5]), axis=0)) == 48
    assert not np.array_equal(rows_of(first[:5]), rows_of(first[5:10]))
    assert not np.array_equal(rows_of(first), rows_of(second))
    assert len(capture(steps_per_epoch=2, epochs=3)[0]) == 6


def test_the_seed_decides_the_batches(capture):
    once, again, other = (rows_of(capture(seed=seed)[0]) for seed in (7, 7, 8))
    same(once, again)
    assert not np.array_equal(once, other)


def test_a_tenth_of_each_class_is_held_out_for_validation_by_default(capture):
    batches, options = capture(validation_data=None, epochs=1)
    x_val, y_val = options["validation_data"]
    used = np.concatenate([rows_of(batches), x_val])
    same(np.sort(used, axis=0), np.sort(DATA.x_train.astype("float32"), axis=0))
    assert len(x_val) == 5
    assert np.abs(y_val.sum(axis=0) - np.bincount(DATA.y_train) / 10).max() < 1


def test_with_one_batch_an_epoch_fit_trains_as_keras_does(tmp_path):
    set_seed(1)
    inputs = keras.Input((6,))
    model = compile_classifier(keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(inputs)))
    reference = compile_classifier(keras.models.clone_model(model))
    reference.set_weights(model.get_weights())
    history = fit_as_before(model, DATA, tmp_path, batch_size=48).history
    labels, test_labels = (keras.utils.to_categorical(y) for y in (DATA.y_train, DATA.y_test))
    theirs = reference.fit(
        DATA.x_train, labels, batch_size=48, epochs=EPOCHS, validation_data=(DATA.x_test, test_labels), verbose=0
    ).history
    for name in theirs:
        np.testing.assert_allclose(history[name], theirs[name], rtol=1e-5)


def test_whole_number_and_one_hot_labels_give_the_same_run(uninterrupted, copy_of_run):
    one_hot = replace(DATA, y_train=np.eye(3)[DATA.y_train], y_test=np.eye(3)[DATA.y_test])
    run = fit_as_before(small_model(), one_hot, copy_of_run)
    assert run.history == uninterrupted[1][0].history


def test_pretrained_and_frozen_weights_are_kept(tmp_path):
    base = small_model()
    model = keras.Sequential([base, keras.layers.Dense(3, activation="softmax")])
    base.trainable = False
    before = base.get_weights()
    fit_as_before(model, DATA, tmp_path, epochs=1)
    assert_same_values(base.get_weights(), before)


@pytest.mark.parametrize("loss", ["mse", "binary_crossentropy"])
def test_models_for_measured_values_and_for_yes_or_no_train_too(loss, tmp_path):
    inputs = keras.Input((6,))
    model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(inputs))
    model.compile("adam", loss)
    share = replace(DATA, y_train=DATA.y_train / 2, y_test=DATA.y_test / 2, class_names=())
    assert set(fit_as_before(model, share, tmp_path, epochs=1).history) == {"loss", "val_loss"}


def test_a_loss_that_is_no_number_stops_the_run_and_keeps_what_was_good(tmp_path):
    def model():
        inputs = keras.Input((6,))
        model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
        model.compile(keras.optimizers.SGD(1e6), "mse")
        return model

    for _ in range(2):
        with pytest.raises(FloatingPointError, match="Epoch . ended with loss .* Lower the learning rate"):
            fit_as_before(model(), DATA, tmp_path, epochs=20)
        assert "state.npz" in files(tmp_path)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"epochs": 0}, "epochs=0: expected a whole number of at least 1"),
        ({"epochs": 2.5}, "epochs=2.5"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"seed": -1}, "seed=-1"),
        ({"seed": None}, "seed=None"),
        ({"seed": 2**32}, r"2\*\*32"),
        ({"steps_per_epoch": 0}, "steps_per_epoch=0"),
        ({"augment": True}, "augment=True: expected a dict"),
        ({"augment": AUGMENT}, "height, width, channels"),
        ({"validation_data": (DATA.x_test, DATA.y_test[:-1])}, "x_val has 12 rows and y_val 11"),
        ({"model": keras.Sequential([keras.layers.Dense(3)])}, "begun with keras.Input"),
    ],
)
def test_wrong_arguments_are_refused(changes, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        fit_as_before(**({"model": small_model(), "data": DATA, "run_dir": tmp_path / "run"} | changes))


def test_a_model_that_safe_mode_would_not_load_is_refused_before_it_trains(tmp_path):
    inputs = keras.Input((6,))
    model = keras.Model(inputs, keras.layers.Dense(3)(keras.layers.Lambda(lambda x: 2 * x)(inputs)))
    with pytest.raises(ValueError, match="safe mode. Replace Lambda layers"):
        fit_as_before(model, DATA, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_best_keras_is_loaded_in_safe_mode(tmp_path, monkeypatch):
    unsafe = keras.Sequential([keras.Input((6,)), keras.layers.Lambda(lambda x: 2 * x)])
    save = keras.Model.save
    monkeypatch.setattr(keras.Model, "save", lambda model, path, **options: save(unsafe, path, **options))
    with pytest.raises(ValueError, match="Lambda.*safe_mode"):
        fit_as_before(small_model(), DATA, tmp_path, epochs=1)


def test_steps_that_steps_per_execution_does_not_divide_are_refused(tmp_path):
    model = small_model()
    model.compile("adam", "categorical_crossentropy", steps_per_execution=2)
    with pytest.raises(ValueError, match="5 steps, which steps_per_execution=2 does not divide"):
        fit_as_before(model, DATA, tmp_path)


@pytest.mark.parametrize(
    "environment, shown",
    [
        ({"JPY_SESSION_NAME": "19.ipynb"}, True),
        ({}, False),
        ({"JPY_SESSION_NAME": "19.ipynb", "PYTEST_CURRENT_TEST": "19.ipynb::Cell 3"}, False),
    ],
)
def test_progress_is_shown_to_a_reader_only(environment, shown, monkeypatch):
    for name in ("JPY_SESSION_NAME", "PYTEST_CURRENT_TEST"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert is_watched() == shown


def test_training_prints_nothing_where_nobody_watches(tmp_path, capfd):
    fit_as_before(small_model(), DATA, tmp_path, epochs=1)
    assert capfd.readouterr() == ("", "")


def test_history_has_keras_s_names_and_a_value_an_epoch(uninterrupted):
    history = uninterrupted[1][0].history
    assert {name: len(column) for name, column in history.items()} == dict.fromkeys(
        ["loss", "accuracy", "val_loss", "val_accuracy"], EPOCHS
    )


def weighted(tmp_path, **weights):
    """The weights after a run without shuffled chances: one batch a step, all rows."""
    set_seed(0)
    model = small_model()
    fit_as_before(model, DATA, tmp_path / repr(sorted(weights))[:40], batch_size=len(DATA.x_train), epochs=2, **weights)
    return values(model)


def test_weights_of_classes_and_rows_are_those_of_keras(tmp_path):
    labels = DATA.y_train if DATA.y_train.ndim == 1 else DATA.y_train.argmax(axis=1)
    heavy = {int(label): 1.0 + label for label in np.unique(labels)}
    by_class = weighted(tmp_path, class_weight=heavy)
    by_row = weighted(tmp_path, sample_weight=1.0 + labels)
    assert_same_values(by_class, by_row)
    assert any(not np.array_equal(a, b) for a, b in zip(by_class, weighted(tmp_path)))

    ours, theirs = (keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, activation="softmax")]) for _ in "ab")
    theirs.set_weights(ours.get_weights())
    theirs.compile("sgd", "categorical_crossentropy")
    one_hot = keras.utils.to_categorical(labels)
    theirs.fit(DATA.x_train, one_hot, batch_size=len(labels), epochs=1, class_weight=heavy, verbose=0)
    ours.compile("sgd", "categorical_crossentropy")
    fit_as_before(ours, DATA, tmp_path / "sgd", batch_size=len(labels), epochs=1, class_weight=heavy)
    for our, their in zip(ours.get_weights(), theirs.get_weights()):
        np.testing.assert_allclose(our, their, atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"class_weight": {0: 1.0}}, "class_weight has none for 1"),
        ({"class_weight": [1, 2]}, "expected {class's number: its weight}"),
        ({"sample_weight": [1.0]}, r"sample_weight has the shape \(1,\): expected one number for each of"),
        ({"sample_weight": -np.ones(len(DATA.x_train))}, "expected finite ones from 0 on"),
        ({"engine": "nosuch"}, "engine='nosuch': expected 'fast' or 'keras'"),
        ({"run_dir": ""}, "run_dir is empty"),
    ],
)
def test_what_does_not_fit_is_refused_before_any_work(tmp_path, changes, says):
    with pytest.raises(ValueError, match=says):
        fit_as_before(small_model(), DATA, **{"run_dir": tmp_path} | changes)


@pytest.mark.parametrize(
    ("augment", "says"),
    [
        ({"seed": 1}, "range='seed': expected one of"),
        ({"rotation": 1}, "range='rotation': expected one of"),
        ({"samplewise_center": True}, "validation and test images would not get it"),
        ({"rescale": 2.0}, "rescale: validation and test images would not get it"),
        ({"preprocessing_function": np.sqrt}, "would not get it"),
    ],
)
def test_augmentation_that_fit_cannot_do_rightly_is_refused(tmp_path, augment, says):
    with pytest.raises(ValueError, match=says):
        fit_as_before(small_model(), DATA, tmp_path, augment=augment, engine="keras")


def test_a_stateful_layer_is_refused(tmp_path):
    inputs = keras.Input(batch_shape=(10, 3, 2))
    outputs = keras.layers.Dense(2, activation="softmax")(keras.layers.LSTM(2, stateful=True)(inputs))
    with pytest.raises(ValueError, match="is stateful"):
        fit_as_before(keras.Model(inputs, outputs), DATA, tmp_path)


def test_a_home_folder_is_understood(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    fit_as_before(small_model(), DATA, "~/run", epochs=1)
    assert (tmp_path / "run" / "state.npz").is_file()


def test_a_bfloat16_model_goes_on(tmp_path):
    keras.config.set_dtype_policy("bfloat16")
    try:
        histories = [fit_as_before(small_model(), DATA, tmp_path, epochs=epochs).history for epochs in (1, 2)]
    finally:
        keras.config.set_dtype_policy("float32")
    assert histories[1]["loss"][:1] == histories[0]["loss"]


@pytest.mark.parametrize("place", ["compute_loss", "apply"])
def test_a_model_can_be_trained_again_after_an_interrupt_in_its_first_step(tmp_path, monkeypatch, place):
    model = compile_classifier(small_model())
    owner = model if place == "compute_loss" else model.optimizer
    right, calls = getattr(owner, place), []

    def interrupted(*arguments, **named):
        calls.append(1)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return right(*arguments, **named)

    monkeypatch.setattr(owner, place, interrupted)
    with pytest.raises(KeyboardInterrupt):
        fit_as_before(model, DATA, tmp_path / "run", epochs=1)
    assert fit_as_before(model, DATA, tmp_path / "run", epochs=1).history["loss"]


def test_memory_stays_flat_over_calls():
    code = """
import gc, tempfile
import numpy as np, psutil
from dlsheet.backend import keras
from dlsheet.datasets import Dataset
from dlsheet.training import fit
def megabytes(augment):
    x = np.random.default_rng(0).random((3000, 32, 32, 3), dtype="float32")
    y = np.arange(3000) % 2
    data = Dataset(x, y, x[:2], y[:2], ("a", "b"), "noise", "noise", False)
    layers = [keras.Input((32, 32, 3)), keras.layers.GlobalMaxPooling2D(), keras.layers.Dense(2, activation="softmax")]
    fit(keras.Sequential(layers), data, epochs=1, batch_size=500, run_dir=tempfile.mkdtemp(), seed=0, augment=augment)
    gc.collect()
    return psutil.Process().memory_info().rss / 1e6
for augment in (None, {}):
    first, *_, last = [megabytes(augment) for _ in range(5)]
    print(last - first)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    plain, augmented = map(float, done.stdout.split())
    assert plain < 74 and augmented < 74, (plain, augmented)  # the 37 MB of data were kept four times
