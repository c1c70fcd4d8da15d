"""Progress bars for training: for who watches, and never in what a notebook stores."""

import os
import sys

from tqdm import tqdm

from dlsheet.backend import keras


class ProgressBar(keras.callbacks.Callback):
    """For Model.fit(…, verbose=0, callbacks=[ProgressBar()]): a step an epoch, shown after two seconds."""

    def on_train_begin(self, logs=None):
        self.bar = progress_bar(0, self.params["epochs"])

    def on_epoch_end(self, epoch, logs=None):
        self.bar.set_postfix(logs)
        self.bar.update()

    def on_train_end(self, logs=None):
        self.bar.close()


def progress_bar(done, epochs):
    """A bar of `epochs` steps, `done` of them taken; it vanishes when it is closed."""
    return tqdm(
        total=epochs, initial=done, unit="epoch", delay=2, disable=not is_watched(), leave=False, file=sys.stdout
    )


def is_watched():
    """Whether a progress bar has a reader: at a terminal or in a live Jupyter session.

    It must not get into outputs that are stored or compared: nbval's kernels, and those of `dlsheet run`, have
    PYTEST_CURRENT_TEST.
    """
    if "PYTEST_CURRENT_TEST" in os.environ:
        return False
    return sys.stdout.isatty() or "JPY_SESSION_NAME" in os.environ
