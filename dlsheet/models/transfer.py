"""A trained network under a new head. Ledger: transfer.principle, transfer.keras."""

from difflib import get_close_matches

from dlsheet.arguments import whole_number
from dlsheet.backend import keras

layers = keras.layers


def transfer_classifier(
    base, n_classes, learn_from=None, pixel_range=(-1.0, 1.0), dropout=0.2, update_batch_norm=False
):
    """A new classifier on the feature maps of a trained network.

    base: a keras.Model from images to feature maps, such as keras.applications.MobileNet(include_top=False); which of
        its layers are trainable is set here.
    learn_from: None freezes the whole base (feature extraction); a layer's name lets that layer and all behind it learn
        (fine-tuning), "all" every one.
    pixel_range: what the base was trained on; the model's own images lie in [0, 1]. MobileNet: (-1, 1).
    update_batch_norm: False freezes batch normalization everywhere, which also keeps it in inference mode. Calling
        base(x, training=False) does not: the outer model's fit overrides it (keras-team/keras#20285).
    dropout: share of the features left out while the head trains.
    Returns an uncompiled model from images in [0, 1] to probabilities (n, n_classes). The weights of base are shared,
    not copied. Raises ValueError for a base without feature maps, an unknown layer, or values that cannot work.
    """
    n_classes = whole_number("n_classes", n_classes, smallest=2)
    if len(base.output_shape) != 4:
        raise ValueError(
            f"{base.name} gives {base.output_shape}: expected feature maps (n, height, width, channels). "
            "Build it with include_top=False and without pooling."
        )
    low, high = pixel_range
    _let_learn(base, learn_from, update_batch_norm)
    image = keras.Input(base.input_shape[1:], name="image")
    x = layers.Rescaling(high - low, low, name="to_pixel_range")(image)
    x = base(x)
    x = layers.GlobalAveragePooling2D(name="features")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    probabilities = layers.Dense(n_classes, activation="softmax", name="probabilities")(x)
    return keras.Model(image, probabilities, name="transfer_classifier")


def _let_learn(base, learn_from, update_batch_norm):
    """Make the layers from `learn_from` on trainable, batch normalization only if asked, and no others."""
    names = [layer.name for layer in base.layers]
    if learn_from not in (None, "all", *names):
        near = get_close_matches(str(learn_from), names, n=3) or names[-3:]
        raise ValueError(
            f"{base.name} has no layer {learn_from!r}. Did you mean {' or '.join(near)}? Or None, or 'all'."
        )
    first = {None: len(names), "all": 0}.get(learn_from)
    first = names.index(learn_from) if first is None else first
    for position, layer in enumerate(base.layers):
        frozen_norm = isinstance(layer, layers.BatchNormalization) and not update_batch_norm
        layer.trainable = position >= first and not frozen_norm
