"""Train a model so that a killed run goes on where it was. Ledger: keras_cnn.training, names.training."""

import itertools
import math
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np

from dlsheet.arguments import whole_number
from dlsheet.backend import keras, set_seed
from dlsheet.training.arrays import hold_out, row_weights, training_arrays
from dlsheet.training.progress import progress_bar
from dlsheet.training.run_folder import array_digest, model_digest, open_run_folder

SCALING = ("rescale", "preprocessing_function", "samplewise", "featurewise", "zca")  # beginnings of parameters' names


@dataclass
class Run:
    """What fit returns.

    history: a dict of lists, one value an epoch, as Keras's History.history: loss, accuracy, val_loss, val_accuracy.
    best_model: the model after the epoch with the smallest val_loss; best_epoch: that epoch, counted from 0.
    """

    history: dict
    best_model: keras.Model
    best_epoch: int


def compile_classifier(model):
    """Compile a model that gives class probabilities as the sheet does, and return it. Ledger: keras_cnn.model.

    The losses of auxiliary heads (outputs whose names begin with "auxiliary") count 0.3, as in GoogLeNet's paper.
    """
    output, weights = getattr(model, "output", None), None  # a Sequential has none before its first call
    if isinstance(output, dict):
        weights = {name: 0.3 if name.startswith("auxiliary") else 1.0 for name in output}
    loss = "categorical_crossentropy"
    model.compile(
        loss=dict.fromkeys(weights, loss) if weights else loss,
        loss_weights=weights,
        optimizer="adam",
        metrics=dict.fromkeys(weights, ["accuracy"]) if weights else ["accuracy"],
    )
    return model


def fit(
    model,
    data,
    *,
    epochs,
    batch_size,
    run_dir,
    seed,
    validation_data=None,
    steps_per_epoch=None,
    class_weight=None,
    sample_weight=None,
    augment=None,
    engine="fast",
):
    """Train a model and keep its best epoch; the same call after an interruption goes on where the run was.

    model: a built keras.Model with one input and one output. If it is not compiled, compile_classifier does it.
    data: a Dataset, of which x_train and y_train are used. Labels may be whole numbers or one-hot, whatever the loss.
    epochs: how many in all, those of earlier calls included: with a higher number a finished run goes on.
    batch_size: rows a step. steps_per_epoch: by default one pass over the rows; more means further passes.
    run_dir: a folder for this run alone; best.keras, state.npz and lock are kept in it.
    seed: 0 to 2**32 - 1. It decides the order of the rows, the augmentation and which rows are held out, and goes to
        set_seed: Python's, NumPy's and Keras's own random numbers start anew.
    validation_data: (x, y). By default a tenth of the training rows, each class in its share, so that the test rows
        stay unseen; the sheet's own choice is (data.x_test, data.y_test).
    class_weight: {class's number: how much its rows count in the loss}, as for Model.fit. sample_weight: (n,) how much
        each row counts; with both, their product. Validation rows all count 1.
    augment: ranges for augmentation.augmented_batches, such as {"rotation_range": 20}; {} means the sheet's own, None
        no augmentation. engine: as there. Validation rows are never augmented, so what changes the scale of the
        pixels is refused: it belongs into the model.

    Returns a Run; `model` then has the weights of the last epoch. A run starts from the weights and random states
    that `model` has in the first call, which stores them: to repeat a run, call set_seed before you build the model.
    An interrupted run ends with the same bits as an uninterrupted one on the same machine. Called with a model that
    has another learning rate, a run goes on with that one, and a warning says so.
    Raises ValueError, before any work, for arguments that do not go together and for a run_dir whose files are damaged
    or belong to another run; FloatingPointError when a loss is no longer a finite number.
    Ledger: keras_cnn.training, names.training.
    """
    epochs, batch_size = whole_number("epochs", epochs), whole_number("batch_size", batch_size)
    seed = whole_number("seed", seed, smallest=0)
    if seed >= 2**32:
        raise ValueError(
            f"seed={seed}: expected a whole number below 2**32, which is all that NumPy's global state takes."
        )
    _check_augmentation(augment, engine)
    if not all(hasattr(data, part) for part in ("x_train", "y_train")):
        raise ValueError(f"data is a {type(data).__name__}: expected a Dataset. Make one from your arrays.")
    if validation_data is not None and (not isinstance(validation_data, list | tuple) or len(validation_data) != 2):
        raise ValueError("validation_data: expected a pair (x, y), such as (data.x_test, data.y_test), or None.")
    _prepare(model)
    x, y = training_arrays(model, data.x_train, data.y_train)
    settings = {"model": model_digest(model), "training data": array_digest(x, y), "validation data": "a tenth"}
    weights = row_weights(y, class_weight, sample_weight)
    if weights is not None:
        settings["weights"] = array_digest(weights)
    if validation_data is None:
        x, y, x_val, y_val, weights = hold_out(x, y, seed, weights)
    else:
        x_val, y_val = training_arrays(model, *validation_data, name="val")
        settings["validation data"] = array_digest(x_val, y_val)
    if steps_per_epoch is None:
        steps_per_epoch = math.ceil(len(x) / batch_size)
    steps = _steps(model, steps_per_epoch)
    settings |= {"seed": seed, "batch_size": batch_size, "steps_per_epoch": steps, "backend": keras.backend.backend()}
    settings["augmentation"] = "none" if augment is None else f"{engine}, {sorted(augment.items())}"
    one_pass = _one_pass(x, y, weights, batch_size, augment, engine)

    with open_run_folder(run_dir) as folder:
        history, values = folder.read(settings)
        done = len(history.get("loss", ()))
        if done > epochs:
            raise ValueError(
                f"epochs={epochs}, but the run in {folder.path} already has {done}. "
                f"Pass at least {done}, or choose another run_dir for a shorter run."
            )
        set_seed(seed)
        rate = model.optimizer.get_config()["learning_rate"]
        model.optimizer.build(model.trainable_variables)
        if values is None:
            folder.write(settings, history, _variables(model))
        else:
            for variable, value in zip(_variables(model), values, strict=True):
                variable.assign(value)
            _go_on_with_rate(model.optimizer, rate, folder.path, done)
        if done == epochs:
            model.optimizer.finalize_variable_values(model.trainable_variables)  # as Model.fit does when it ends
        else:
            with progress_bar(done, epochs) as bar, _let_go(model) as source:
                source.append(_stream(one_pass, seed, range(done, epochs), steps))
                model.fit(
                    _from(source),
                    initial_epoch=done,
                    epochs=epochs,
                    steps_per_epoch=steps,
                    validation_data=(x_val, y_val),
                    validation_batch_size=batch_size,
                    callbacks=[_checkpoint(folder, history), _EpochEnd(folder, settings, history, bar)],
                    shuffle=False,
                    verbose=0,
                )
        best_model = keras.models.load_model(folder.best, safe_mode=True)
    return Run(history, best_model, int(np.argmin(history["val_loss"])))


class _EpochEnd(keras.callbacks.Callback):
    """Adds an epoch to the history, which it changes in place, and makes it the run's state."""

    def __init__(self, folder, settings, history, bar):
        super().__init__()
        self.folder, self.settings, self.history, self.bar = folder, settings, history, bar

    def on_epoch_end(self, epoch, logs=None):
        loss, val_loss = logs["loss"], logs["val_loss"]
        if not np.isfinite([loss, val_loss]).all():
            raise FloatingPointError(
                f"Epoch {epoch} ended with loss {loss} and val_loss {val_loss}; {self.folder.path} keeps the epochs "
                "before it. Lower the learning rate or clip the gradients, in another run_dir."
            )
        for name, value in logs.items():
            self.history.setdefault(name, []).append(float(value))
        self.folder.write(self.settings, self.history, _variables(self.model))
        self.bar.set_postfix(loss=loss, val_loss=val_loss)
        self.bar.update()


def _checkpoint(folder, history):
    """Keras's callback, which writes a model better than all before it to where the folder expects a new best one."""
    return keras.callbacks.ModelCheckpoint(
        str(folder.new_best).replace("{", "{{").replace("}", "}}"),  # it formats its path
        save_best_only=True,
        initial_value_threshold=min(history.get("val_loss", ()), default=math.inf),
    )


def _variables(model):
    """All that training changes: weights, random states of layers such as Dropout, the optimizer's variables."""
    return model.variables + model.optimizer.variables


def _stream(one_pass, seed, epochs, steps):
    """`steps` batches for each of the epochs, one after another, each determined by seed, epoch and place alone.

    One stream and one Model.fit for all epochs: the next batches are made while the model trains on the last ones.
    """
    for epoch in epochs:
        seeds = (np.random.SeedSequence([seed, epoch, nth]).generate_state(1)[0] for nth in itertools.count())
        passes = (one_pass(seed=int(pass_seed)) for pass_seed in seeds)
        yield from itertools.islice(itertools.chain.from_iterable(passes), steps)


def _from(source):
    """The batches of the only iterator in `source`, as long as it is there."""
    while source:
        try:
            yield next(source[0])
        except StopIteration:
            return


@contextmanager
def _let_go(model):
    """A list for the batches' iterator. At the end it is emptied: TensorFlow keeps what it was given to iterate over.

    Where training is broken off, the functions that Keras may be half through tracing are dropped, too: the same
    model can be trained again.
    """
    source = []
    try:
        yield source
    except BaseException:
        model.train_function = model.test_function = None
        raise
    finally:
        source.clear()


def _go_on_with_rate(optimizer, rate, path, done):
    """The learning rate of this call, with a warning where the run had another one so far."""
    if isinstance(rate, dict):  # a schedule, which the steps done decide
        return
    before = float(optimizer.learning_rate)
    if not math.isclose(rate, before, rel_tol=1e-6):
        optimizer.learning_rate = rate
        warnings.warn(
            f"The run in {path} had the learning rate {before:g} in its {done} epochs, and goes on with {rate:g}.",
            stacklevel=3,
        )


def _check_augmentation(augment, engine):
    """ValueError for what is no range, changes the scale of the training images alone, or for an unknown engine."""
    if engine not in ("fast", "keras"):
        raise ValueError(f"engine={engine!r}: expected 'fast' or 'keras'.")
    if augment is None:
        return
    if not isinstance(augment, dict):
        raise ValueError(f"augment={augment!r}: expected a dict of ranges, {{}} for the sheet's own, or None.")
    from dlsheet.augmentation import image_generator

    image_generator(**augment)
    scaling = [name for name in augment if name.startswith(SCALING) and augment[name]]
    if scaling:
        raise ValueError(
            f"augment has {', '.join(scaling)}: validation and test images would not get it. Put it into the model, as "
            "keras.layers.Rescaling or keras.layers.Normalization, or apply it to all the data before."
        )


def _one_pass(x, y, weights, batch_size, augment, engine):
    """A function of a seed that gives the batches (x, y) or (x, y, weights) of one pass over the rows."""
    if augment is None:
        pictures = partial(_shuffled_batches, x, batch_size)
    else:
        from dlsheet.augmentation import augmented_batches

        pictures = partial(augmented_batches, x, np.arange(len(x)), batch_size, engine=engine, **augment)
        pictures(seed=0)  # refuses what does not go with these images, before any work

    def one_pass(seed):
        for batch, rows in pictures(seed=seed):
            yield (batch, y[rows]) if weights is None else (batch, y[rows], weights[rows])

    return one_pass


def _shuffled_batches(x, batch_size, seed):
    """Batches of rows, and their numbers."""
    rows = np.random.default_rng(seed).permutation(len(x))
    for start in range(0, len(rows), batch_size):
        batch = rows[start : start + batch_size]
        yield x[batch], batch


def _prepare(model):
    """Compile the model if nobody has; ValueError for one that cannot be trained, or saved and loaded in safe mode."""
    if len(getattr(model, "inputs", None) or ()) != 1 or len(model.outputs) != 1:
        raise ValueError(
            f"{model!r}: expected a functional or Sequential model with one input and one output, "
            "begun with keras.Input, so that it has weights already."
        )
    stateful = [layer.name for layer in model.layers if getattr(layer, "stateful", False)]
    if stateful:
        raise ValueError(
            f"{', '.join(stateful)} is stateful: it goes on from batch to batch with a state that shuffled rows do not "
            "have, and that a run that goes on would not get back. Build it without stateful=True."
        )
    if not model.compiled:
        compile_classifier(model)
    try:
        keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(model))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{model.name} could be saved, but not loaded again in safe mode. Replace Lambda layers by keras.ops or "
            "a layer of your own; register your own classes and losses with keras.saving.register_keras_serializable."
        ) from error


def _steps(model, steps_per_epoch):
    """Batches an epoch; ValueError unless the model's steps_per_execution divide them."""
    steps = whole_number("steps_per_epoch", steps_per_epoch)
    if steps % model.steps_per_execution:
        raise ValueError(
            f"An epoch has {steps} steps, which steps_per_execution={model.steps_per_execution} does not divide. "
            "Pass a steps_per_epoch that it divides, or compile the model without it."
        )
    return steps
