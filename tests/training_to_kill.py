"""A tiny training run, and a process that is killed in it: python training_to_kill.py MOMENT RUN_DIR.

The hooks that kill are put into the libraries here; the package has none.
"""

import os
import signal
import sys
from pathlib import Path

import numpy as np

from dlsheet.backend import keras, set_seed
from dlsheet.datasets.dataset import Dataset
from dlsheet.training import fit

EPOCHS = 4
DEADLY_EPOCH = 2  # every epoch of these runs is the best so far: there is a best.keras to write in it
layers = keras.layers


def numbers():
    """60 rows of 6 numbers in 3 classes that can be told apart; the last 12 to validate on."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 60)
    x = rng.normal(size=(60, 6)) + np.eye(6)[y]
    return Dataset(x[:48], y[:48], x[48:], y[48:], ("a", "b", "c"), "numbers", "drawn", real=False)


def pictures():
    """60 grey images of 8×8 pixels, their class told by which third is bright."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 60)
    x = rng.random((60, 8, 8, 1)) + np.eye(3)[y].repeat((3, 3, 2), axis=1)[:, :, None, None]
    return Dataset(x[:48], y[:48], x[48:], y[48:], ("a", "b", "c"), "pictures", "drawn", real=False)


def small_model(shape=(6,), units=8):
    """With Dropout and BatchNormalization, whose state training changes beside the weights."""
    inputs = keras.Input(shape)
    x = layers.Dense(units, activation="relu")(layers.Flatten()(inputs))
    x = layers.Dropout(0.3)(layers.BatchNormalization()(x))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(x))


def train(run_dir, augment=None, epochs=EPOCHS):
    """(run, the values of all that training changed), after training or after going on with it."""
    set_seed(1)
    data = numbers() if augment is None else pictures()
    model = small_model(data.x_train.shape[1:])
    run = fit(
        model,
        data,
        epochs=epochs,
        batch_size=10,
        run_dir=run_dir,
        seed=7,
        validation_data=(data.x_test, data.y_test),
        augment=augment,
    )
    return run, values(model)


def values(model):
    """Every number that training changes."""
    return [np.array(variable) for variable in model.variables + model.optimizer.variables]


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def die_halfway(path):
    """Leave the first half of a file and die."""
    whole = Path(path).read_bytes()
    Path(path).write_bytes(whole[: len(whole) // 2])
    die()


def replace(module, name, hook):
    """Put hook(original) in the place of module.name."""
    setattr(module, name, hook(getattr(module, name)))


def die_in_training(when):
    """Die in Model.fit, in the callback method that `when` names."""

    class Killer(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch
            if when == "epoch" and epoch == DEADLY_EPOCH:
                die()

        def on_train_batch_end(self, batch, logs=None):
            if when == "batch" and (self.epoch, batch) == (DEADLY_EPOCH, 2):
                die()

    def hook(fit):
        return lambda *args, callbacks, **options: fit(*args, callbacks=[*callbacks, Killer()], **options)

    replace(keras.Model, "fit", hook)


def die_while_writing(module, name, calls_before, argument):
    """Die in a later call of module.name, when half of the file at `argument` is written."""

    def hook(write):
        calls = []

        def write_half(*args, **options):
            write(*args, **options)
            calls.append(args[argument])
            if len(calls) > calls_before:
                die_halfway(args[argument])

        return write_half

    replace(module, name, hook)


def die_between_renames():
    """Die when the deadly epoch's state has its name and its best model has not."""

    def hook(rename):
        calls = []

        def rename_and_die(source, target):
            rename(source, target)
            calls.extend([target] if target.name == "state.npz" else [])
            if len(calls) > DEADLY_EPOCH + 1:
                die()

        return rename_and_die

    replace(os, "replace", hook)


MOMENTS = {
    "between two epochs": lambda: die_in_training("epoch"),
    "in the middle of an epoch": lambda: die_in_training("batch"),
    "in the middle of writing state.npz": lambda: die_while_writing(np, "savez", DEADLY_EPOCH + 1, argument=0),
    "in the middle of writing best.keras": lambda: die_while_writing(keras.Model, "save", DEADLY_EPOCH, argument=1),
    "between the two renames": die_between_renames,
}

if __name__ == "__main__":
    moment, run_dir, *augmented = sys.argv[1:]
    MOMENTS[moment]()
    train(run_dir, augment={"rotation_range": 20} if augmented else None)
