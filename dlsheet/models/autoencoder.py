"""Autoencoders. Ledger: autoencoder.encoding."""

import math

from dlsheet.arguments import whole_number, whole_numbers
from dlsheet.backend import keras

layers, ops = keras.layers, keras.ops


def autoencoder(input_shape, latent=2, units=(128, 64), variational=False):
    """An encoder that presses each example into a few numbers, its code, and a decoder that restores it from them.

    input_shape: of one example, such as (8, 8, 1) or (30,); the outputs have the same. latent: numbers in the code.
    units: of the encoder's hidden layers (ReLU), from the input to the code; the decoder has them in reverse. With ()
    both halves are linear. variational: whether the code is a normal distribution, to be drawn from while training.

    Returns an uncompiled model from examples to their reconstructions, which are not limited to a range. Its layers
    "encoder" and "decoder" are models too. The encoder gives the code (n, latent); a variational one gives two arrays,
    the code's mean and the logarithm of its variance, and the layer between the halves is a GaussianCode, which adds
    the KL divergence to the loss. Sum the squared errors over an example and divide by 2σ² then: beside Keras's "mse",
    which is their mean, the divergence counts far too much.
    Raises ValueError for a size that is not a positive whole number and for a variational that is not a boolean.
    Ledger: autoencoder.encoding.
    """
    shape, units = _sizes("input_shape", input_shape), _sizes("units", units)
    latent = whole_number("latent", latent)
    if not shape:
        raise ValueError("input_shape=(): expected at least one size, such as (30,).")
    if not isinstance(variational, bool):
        raise ValueError(f"variational={variational!r}: expected True or False.")
    example = keras.Input(shape, name="example")
    code = _encoder(shape, latent, units, variational)(example)
    if variational:
        code = GaussianCode(name="drawn_code")(code)
    return keras.Model(example, _decoder(shape, latent, units)(code), name="autoencoder")


@keras.saving.register_keras_serializable(package="dlsheet")
class GaussianCode(layers.Layer):
    """Draws codes from normal distributions while training; outside training it gives their means.

    Takes [mean, log_variance], both (n, latent). Adds to the model's loss, in training or not, the KL divergence from
    the standard normal distribution, Σ ½ (mean² + variance - 1 - log_variance), averaged over the examples.
    """

    def __init__(self, **options):
        super().__init__(**options)
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, inputs, training=False):
        mean, log_variance = inputs
        squared, log_var = ops.cast(mean, "float32") ** 2, ops.cast(log_variance, "float32")  # half ones overflow
        divergence = (squared + ops.exp(log_var) - 1 - log_var) / 2
        self.add_loss(ops.mean(ops.sum(divergence, axis=-1)))
        if not training:
            return mean
        noise = keras.random.normal(ops.shape(mean), dtype=self.compute_dtype, seed=self.seed_generator)
        return mean + ops.exp(log_variance / 2) * noise

    def compute_output_shape(self, input_shape):
        return input_shape[0]


def _encoder(shape, latent, units, variational):
    example = keras.Input(shape, name="example")
    x = layers.Flatten(name="flat")(example)
    for number, size in enumerate(units, 1):
        x = layers.Dense(size, activation="relu", name=f"narrow_{number}")(x)
    if variational:
        code = [layers.Dense(latent, name=name)(x) for name in ("mean", "log_variance")]
    else:
        code = layers.Dense(latent, name="code")(x)
    return keras.Model(example, code, name="encoder")


def _decoder(shape, latent, units):
    code = keras.Input((latent,), name="code")
    x = code
    for number, size in enumerate(reversed(units), 1):
        x = layers.Dense(size, activation="relu", name=f"widen_{number}")(x)
    x = layers.Dense(math.prod(shape), name="flat")(x)
    return keras.Model(code, layers.Reshape(shape, name="reconstruction")(x), name="decoder")


def _sizes(name, values):
    """`values` as a tuple of positive ints, of any number; ValueError otherwise."""
    if not isinstance(values, list | tuple):
        raise ValueError(f"{name}={values!r}: expected a tuple of whole numbers.")
    return whole_numbers(name, values, len(values))
