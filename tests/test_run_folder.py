"""A run's folder: damaged and foreign files are named and left alone, leftovers go, only one run at a time gets in."""

import io
import os
import pickle

import numpy as np
import pytest

from dlsheet.backend import keras
from dlsheet.training.run_folder import array_digest, model_digest, open_run_folder

layers = keras.layers
SETTINGS = {"seed": 1}
HISTORY = {"loss": [0.25], "val_loss": [0.5]}
VALUES = [np.arange(6.0).reshape(2, 3), np.array([7, 8]), np.array(9)]


@pytest.fixture
def run_dir(tmp_path):
    """The folder of a run with one epoch behind it."""
    path = tmp_path / "a run {of 1}"
    with open_run_folder(path) as folder:
        folder.new_best.write_bytes(b"the best model")
        folder.write(SETTINGS, HISTORY, VALUES)
    return path


def read(path, settings=SETTINGS):
    with open_run_folder(path) as folder:
        return folder.read(settings)


def assert_is_the_run(history, values):
    assert history == HISTORY
    for value, expected in zip(values, VALUES, strict=True):
        np.testing.assert_array_equal(value, expected)
        assert value.dtype == expected.dtype


def files(path):
    return {file.name: file.read_bytes() for file in path.iterdir() if file.is_file()}


def assert_refused(path, message, settings=SETTINGS):
    before = files(path)
    with pytest.raises(ValueError, match=message):
        read(path, settings)
    assert files(path) == before | {"lock": b""}


def test_what_was_written_is_read(run_dir):
    assert_is_the_run(*read(run_dir))
    assert (run_dir / "best.keras").read_bytes() == b"the best model"


def test_a_new_folder_holds_no_run(tmp_path):
    assert read(tmp_path / "with" / "parents") == ({}, None)


def test_leftovers_of_a_killed_write_are_removed(run_dir):
    (run_dir / "state.new.npz").write_bytes(b"half a st")
    (run_dir / "best.new.keras").write_bytes(b"half a mod")
    assert_is_the_run(*read(run_dir))
    assert set(files(run_dir)) == {"state.npz", "best.keras", "lock"}


def test_a_best_model_killed_before_its_renaming_is_renamed(run_dir):
    (run_dir / "best.keras").rename(run_dir / "best.new.keras")
    (run_dir / "best.keras").write_bytes(b"the best model before")
    assert_is_the_run(*read(run_dir))
    assert (run_dir / "best.keras").read_bytes() == b"the best model"


def test_a_state_with_any_byte_changed_is_refused_or_reads_the_same(run_dir):
    state = run_dir / "state.npz"
    whole = state.read_bytes()
    refused = 0
    for place in range(0, len(whole), 11):
        state.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            assert_is_the_run(*read(run_dir))
        except ValueError as error:
            assert "state.npz is damaged" in str(error)
            refused += 1
    assert refused > 50


def archive(**members):
    file = io.BytesIO()
    np.savez(file, **members)
    return file.getvalue()


def saved(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a text",
        saved(np.arange(3)),
        saved(np.array([{}], dtype=object), allow_pickle=True),
        pickle.dumps({"settings": SETTINGS}),
        archive(weights=np.arange(3)),
        archive(arr_0=np.array([{}], dtype=object)),
        archive(arr_0="{}"),
    ],
    ids=["empty", "text", "one array", "object array", "pickle", "other arrays", "arrays of objects", "other record"],
)
def test_a_state_of_another_kind_is_refused_and_left_alone(content, run_dir):
    (run_dir / "state.npz").write_bytes(content)
    assert_refused(run_dir, r"state.npz is damaged or not the state of a training run \(.*delete this one")


def test_a_truncated_state_is_refused_and_left_alone(run_dir):
    state = run_dir / "state.npz"
    state.write_bytes(state.read_bytes()[:-30])
    assert_refused(run_dir, "state.npz is damaged")


@pytest.mark.parametrize("content", [b"", b"the best mod", b"another model!"])
def test_a_best_model_that_the_run_did_not_write_is_refused_and_left_alone(content, run_dir):
    (run_dir / "best.keras").write_bytes(content)
    assert_refused(run_dir, "best.keras is not the file that this run wrote")


def test_a_missing_best_model_is_noticed(run_dir):
    (run_dir / "best.keras").unlink()
    assert_refused(run_dir, "best.keras .* missing")


def test_a_best_model_without_a_run_is_left_alone(tmp_path):
    (tmp_path / "best.keras").write_bytes(b"months of work")
    assert_refused(tmp_path, "best.keras is not the file that this run wrote")


def test_another_run_is_named_by_what_differs(run_dir):
    assert_refused(run_dir, "holds a run with another seed. To go on", settings={"seed": 2})


def test_no_second_run_gets_in(run_dir):
    with open_run_folder(run_dir), pytest.raises(ValueError, match="in use by another run. Wait"):
        read(run_dir)
    assert_is_the_run(*read(run_dir))


def test_a_file_is_no_folder(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    with pytest.raises(ValueError, match="is a file: expected a folder"):
        read(path)
    with pytest.raises(PermissionError, match="cannot be written to .* Choose another one"):
        read(path / "run")
    assert path.read_text() == "mine"


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    tmp_path.chmod(0o500)
    if os.access(tmp_path, os.W_OK):
        pytest.skip("this user may write everywhere")
    with pytest.raises(PermissionError, match="Choose another one"):
        read(tmp_path)


def network(units=3, activation="relu", names=("hidden", "out"), seed=None, dtype=None, loss="mse", rate=0.1):
    """A compiled model; with names=(None, None) Keras numbers its layers through the whole process."""
    inputs = keras.Input((4,))
    dense = layers.Dense(units, activation=activation, name=names[0], dtype=dtype)(inputs)
    spun = layers.Bidirectional(layers.LSTM(2))(layers.GaussianNoise(0.1, seed=seed)(dense[:, None]))
    start = keras.initializers.HeNormal(seed)
    model = keras.Model(inputs, layers.Dense(1, name=names[1], kernel_initializer=start)(spun))
    model.compile(keras.optimizers.SGD(rate), loss)
    return model


@pytest.mark.parametrize("names", [("hidden", "out"), (None, None)])
def test_a_model_built_again_is_the_same_model(names):
    assert model_digest(network(names=names)) == model_digest(network(names=names, seed=5))


@pytest.mark.parametrize("change", [{"units": 4}, {"activation": "tanh"}, {"dtype": "float16"}, {"loss": "mae"}])
def test_a_model_changed_in_one_thing_is_another(change):
    assert model_digest(network()) != model_digest(network(**change))


def test_a_model_with_another_learning_rate_is_the_same():
    assert model_digest(network()) == model_digest(network(rate=0.2))


@pytest.mark.parametrize(
    "made_up",
    [
        lambda: layers.Activation("relu"),  # Keras calls it "activation", which is also a setting of Dense
        lambda: layers.Softmax(),  # "softmax" is also an activation
        lambda: layers.Dropout(0.5),  # "dropout" is also a setting of an LSTM
        lambda: layers.Normalization(),
        lambda: layers.Masking(),
    ],
)
def test_a_name_that_is_also_a_setting_makes_no_other_model(made_up):
    def model():
        recurrent = layers.LSTM(2, dropout=0.1, return_sequences=True)
        end = [layers.Flatten(), layers.Dense(2, activation="softmax")]
        built = keras.Sequential([keras.Input((3, 2)), recurrent, made_up(), *end])
        built.compile("adam", "mse")
        return built

    keras.utils.clear_session()  # the first of a process has the bare name
    assert model_digest(model()) == model_digest(model())


def test_a_frozen_model_is_another():
    frozen = network()
    frozen.layers[1].trainable = False
    assert model_digest(network()) != model_digest(frozen)


def test_the_order_of_connections_makes_another_model():
    def joined(swap):
        a, b = keras.Input((2,)), keras.Input((2,))
        left, right = layers.Dense(1)(a), layers.Dense(1)(b)
        model = keras.Model([a, b], layers.subtract([right, left] if swap else [left, right]))
        model.compile("sgd", "mse")
        return model_digest(model)

    assert joined(swap=False) == joined(swap=False) != joined(swap=True)


def test_a_digest_tells_arrays_apart_by_values_shape_and_type():
    zeros = np.zeros((4, 4), "float32")
    changed = zeros.copy()
    changed[3, 3] = 1
    others = [changed, zeros.reshape(2, 8), zeros.astype("int32"), zeros[:3]]
    assert len({array_digest(array) for array in [zeros, *others]}) == 5
    assert array_digest(zeros) == array_digest(np.asfortranarray(zeros)) == array_digest(np.zeros((8, 4), "f")[::2])
