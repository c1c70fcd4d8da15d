"""The sheet's CNN on CIFAR-10 with both augmentation engines: accuracy and seconds."""

import tempfile
import time

import numpy as np
from tqdm import tqdm

from dlsheet.augmentation import augmented_batches
from dlsheet.backend import keras, set_seed
from dlsheet.datasets import load
from dlsheet.models import two_branch_cnn
from dlsheet.training import fit

ENGINES = {"keras": "ImageDataGenerator", "fast": "fast engine"}
SEEDS, EPOCHS, STEPS, BATCH = 3, 15, 100, 128  # the last three are the sheet's
ROWS = 10_000  # the first of the five official batches


def measure():
    """Print accuracy and training seconds of each engine over three seeds.

    A run trains the sheet's CNN as on the sheet, 15 epochs of 100 batches of 128 images augmented with the sheet's
    ranges, on the first 10,000 photographs of CIFAR-10; a tenth of them chooses the epoch. It is tested on the 10,000
    test photographs, as they are and augmented by ImageDataGenerator. The engines take turns, from equal weights.
    Half an hour on two cores. Ledger: keras_cnn.augmentation, keras_cnn.training.
    """
    data = load("cifar10", limit=ROWS)
    y_test = keras.utils.to_categorical(data.y_test, len(data.class_names))
    augmented = list(augmented_batches(data.x_test, y_test, BATCH, "keras", seed=0))
    runs = {engine: [] for engine in ENGINES}
    for seed in tqdm(range(SEEDS), desc="seeds", leave=False):
        for engine in ENGINES:
            set_seed(seed)
            model = two_branch_cnn()
            with tempfile.TemporaryDirectory() as folder:
                start = time.perf_counter()
                best = fit(
                    model,
                    data,
                    epochs=EPOCHS,
                    batch_size=BATCH,
                    run_dir=folder,
                    seed=seed,
                    steps_per_epoch=STEPS,
                    augment={},
                    engine=engine,
                ).best_model
                seconds = time.perf_counter() - start
            hits = [np.argmax(best.predict_on_batch(x), 1) == np.argmax(y, 1) for x, y in augmented]
            clean = best.evaluate(data.x_test, y_test, verbose=0, return_dict=True)["accuracy"]
            runs[engine].append((clean, np.concatenate(hits).mean(), seconds))

    print(f"{'':20}{'clean':>22}{'augmented':>22}{'seconds':>9}{'ratio':>7}")
    slow = np.median(runs["keras"], axis=0)[2]
    for engine, name in ENGINES.items():
        clean, changed, seconds = np.transpose(runs[engine])
        median = np.median(seconds)
        print(f"{name:20}{_spread(clean):>22}{_spread(changed):>22}{median:9.0f}{slow / median:7.1f}")
    print(f"accuracy on the test images, mean of {SEEDS} seeds (worst to best); ratio: how many times as fast")


def _spread(scores):
    return f"{np.mean(scores):.3f} ({min(scores):.3f}–{max(scores):.3f})"
