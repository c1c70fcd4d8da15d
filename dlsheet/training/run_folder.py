"""The folder of a training run: two files that stay whole and in step when the process is killed at any moment.

state.npz   all that the next epoch depends on, and the history so far. The run is where this file says.
best.keras  the model of the best epoch. The state holds its SHA-256 digest.
lock        empty; keeps a second run out.

The first two are written beside, under another name, and renamed when they are complete. An epoch counts from the
moment at which its state is renamed. A best model is written before that and renamed after it; the next call finishes
a renaming that a kill prevented.
"""

import hashlib
import json
import os
import re
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from dlsheet.backend import keras


@contextmanager
def open_run_folder(path):
    """A RunFolder at `path`, made if need be, which no other process opens meanwhile.

    Raises ValueError where `path` is a file or in use, PermissionError where nothing can be written.
    """
    if not str(path):
        raise ValueError("run_dir is empty: expected a folder for this run, such as 'runs/names'.")
    folder = RunFolder(Path(path).expanduser())
    if folder.path.is_file():
        raise ValueError(f"run_dir={str(path)!r} is a file: expected a folder, or a name for a new one.")
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        lock = _lock(folder.path / "lock")
    except (OSError, sqlite3.Error) as error:
        if getattr(error, "sqlite_errorname", None) == "SQLITE_BUSY":
            raise ValueError(
                f"run_dir={str(path)!r} is in use by another run. Wait until that has ended, or choose another run_dir."
            ) from error
        raise PermissionError(f"run_dir={str(path)!r} cannot be written to ({error}). Choose another one.") from error
    with closing(lock):
        yield folder


def _lock(path):
    """SQLite's lock on an empty file: it works on every system and ends with the process, a killed one's too."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("BEGIN EXCLUSIVE")
    return connection


class RunFolder:
    """The files of a run, and the only place that reads, writes or renames them."""

    def __init__(self, path):
        self.path = path
        self.state, self.new_state = path / "state.npz", path / "state.new.npz"
        self.best, self.new_best = path / "best.keras", path / "best.new.keras"
        self.best_digest = None

    def read(self, settings):
        """The run so far: its history and the values of its variables; {} and None where no epoch has ended yet.

        settings: what makes the run this one, a dict that JSON can hold. Puts in order what a killed run left.
        Raises ValueError, and leaves the files alone, where they are damaged or belong to another run.
        """
        state = self._load() if self.state.exists() else None
        if not state and self.new_best.exists():
            raise ValueError(f"{self.new_best} belongs to no run here. Move it away, or choose another run_dir.")
        if state and state["settings"] != settings:
            self._refuse_other_run(state, settings)
            state = None
        self.best_digest = state["best"] if state else None
        if self.best_digest and _file_digest(self.new_best) == self.best_digest:
            os.replace(self.new_best, self.best)
        if _file_digest(self.best) != self.best_digest:
            raise ValueError(
                f"{self.best} is not the file that this run wrote: it is missing, damaged or another run's. "
                "Put the right one back, choose another run_dir, or delete this one to begin again."
            )
        self.new_state.unlink(missing_ok=True)
        self.new_best.unlink(missing_ok=True)
        return (state["history"], state["values"]) if state else ({}, None)

    def write(self, settings, history, variables):
        """Make this the run's state, and new_best, where it lies, the best model."""
        improved = self.new_best.exists()
        if improved:
            self.best_digest = _file_digest(self.new_best)
            _to_disk(self.new_best)
        state = json.dumps({"settings": settings, "history": history, "best": self.best_digest})
        np.savez(self.new_state, state, *map(_numbers, variables))
        _to_disk(self.new_state)
        os.replace(self.new_state, self.state)
        if improved:
            os.replace(self.new_best, self.best)

    def _load(self):
        try:
            with np.load(self.state, allow_pickle=False) as file:
                text, *values = (file[f"arr_{i}"] for i in range(len(file.files)))
            state = json.loads(str(text))
            return {key: state[key] for key in ("settings", "history", "best")} | {"values": values}
        except Exception as error:  # NumPy, zipfile and json raise many kinds on damaged files
            raise ValueError(
                f"{self.state} is damaged or not the state of a training run ({error}). "
                "Choose another run_dir, or delete this one to begin again."
            ) from error

    def _refuse_other_run(self, state, settings):
        """ValueError, unless no epoch of that run has ended, so that nothing is lost when another takes its place."""
        if state["history"]:
            differing = [name for name, value in settings.items() if state["settings"].get(name) != value]
            raise ValueError(
                f"{self.path} holds a run with another {' and another '.join(differing)}. "
                "To go on with that run, call fit as before; for a new one choose another run_dir, or delete this one."
            )


def model_digest(model):
    """What tells a compiled model from another: layers and compile settings, but not weights, seeds or learning rate.

    Keras numbers the names that it makes up through the whole process (dense, dense_1, …), so that the same model
    built twice has other ones: names are numbered anew here, in the order in which they come.
    """
    plain = json.loads(json.dumps(keras.saving.serialize_keras_object(model)))
    return hashlib.sha256(json.dumps(_renamed(plain, {}), sort_keys=True).encode()).hexdigest()


def _renamed(node, names, is_name=False):
    """A model's settings with its objects' names numbered, without seeds and a fixed learning rate.

    Only where a name stands is one replaced: "dropout" is also a setting of an LSTM, "softmax" an activation.
    """
    if isinstance(node, dict):
        return {
            key: None
            if key == "seed" or (key == "learning_rate" and isinstance(value, float))
            else _renamed(value, names, is_name=key in ("name", "keras_history", "input_layers", "output_layers"))
            for key, value in sorted(node.items())
        }
    if isinstance(node, list):
        return [_renamed(each, names, is_name) for each in node]
    if is_name and isinstance(node, str):
        return names.setdefault(node, f"{re.sub('_[0-9]+$', '', node)}#{len(names)}")
    return node


def _numbers(variable):
    """A variable as an array that NumPy's own files can hold: bfloat16 as float32, which holds all of its values."""
    values = keras.ops.convert_to_numpy(variable)
    return values.astype("float32") if values.dtype.kind == "V" else values


def array_digest(*arrays):
    """SHA-256 of the arrays' types, shapes and every byte (0.4 s for 50,000 images of 32×32×3 floats)."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape} ".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _file_digest(path):
    """SHA-256 of a file, None where there is none."""
    if not path.exists():
        return None
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _to_disk(path):
    with open(path, "rb+") as file:
        os.fsync(file.fileno())
