"""The transformer (Vaswani et al., 2017). Ledger: transformer.architecture, transformer.full."""

from dlsheet.arguments import whole_number
from dlsheet.backend import keras

layers, ops = keras.layers, keras.ops


def transformer(
    source_len, target_len, source_size, target_size, width=64, heads=4, hidden=128, depth=2, norm="pre", dropout=0.0
):
    """Reads one sequence of signs and writes another one, by attention alone; trained with teacher forcing.

    source_len, target_len: signs at most; source_size, target_size: how many different numbers, 0 and the sign for the
    start included; width: of the vector that stands for a sign, an even number that `heads` divides; heads: of each
    attention; hidden: units of each feed-forward network; depth: blocks that read, and as many that write.
    norm: "pre" normalises before each sub-layer, x + f(norm(x)), and once at the end; "post" after it, norm(x + f(x)),
    as the paper does. dropout: share of each sub-layer's outputs, and of the first vectors, that training drops.

    Returns an uncompiled model from {"source": (n, source_len), "target_in": (n, target_len)}, whole numbers, to
    probabilities (n, target_len, target_size). In the source 0 is "no sign": nobody looks there, and zeros behind a
    source change nothing. target_in is the target behind a sign for the start, its last sign left out: entry [:, t] of
    the probabilities is about the sign that follows target_in[:, t], and knows nothing of those behind it.
    Its layers "encoder" and "decoder" are models too, so that a source need be read only once: the probabilities are
    decoder([*encoder(source), target_in]). In the decoder the output of each layer "block_…_cross_attention" is a
    pair; the second entry are the weights, (n, heads, target_len, source_len).
    Raises ValueError for a size that is no positive whole number, a width that does not fit, another norm or dropout.
    Ledger: transformer.architecture, transformer.full.
    """
    lengths = whole_number("source_len", source_len), whole_number("target_len", target_len)
    sizes = whole_number("source_size", source_size, 2), whole_number("target_size", target_size, 2)
    settings = _settings(width, heads, hidden, depth, norm, dropout)
    source = keras.Input((lengths[0],), dtype="int32", name="source")
    target_in = keras.Input((lengths[1],), dtype="int32", name="target_in")
    read = _encoder(lengths[0], sizes[0], settings)(source)
    probabilities = _decoder(*lengths, sizes[1], settings)([*read, target_in])
    return keras.Model({"source": source, "target_in": target_in}, probabilities, name="transformer")


def transformer_classifier(
    maxlen, alphabet_size, n_classes, width=64, heads=4, hidden=128, depth=2, norm="pre", dropout=0.0
):
    """The transformer's reading half, the mean of what it read, and a softmax.

    maxlen: signs at most; alphabet_size: how many different numbers, 0 included; the rest as in `transformer`.
    Returns an uncompiled model from whole numbers (n, maxlen) to probabilities (n, n_classes). 0 is "no sign": nobody
    looks there, and zeros behind an example change nothing. An example without a sign counts as a vector of zeros.
    Raises ValueError as `transformer` does, and for fewer than two classes.
    Ledger: transformer.architecture.
    """
    maxlen, alphabet_size = whole_number("maxlen", maxlen), whole_number("alphabet_size", alphabet_size, 2)
    n_classes = whole_number("n_classes", n_classes, smallest=2)
    signs = keras.Input((maxlen,), dtype="int32", name="signs")
    read = _encoder(maxlen, alphabet_size, _settings(width, heads, hidden, depth, norm, dropout))
    x, is_sign = read(signs)
    is_sign = ops.expand_dims(ops.cast(is_sign, x.dtype), -1)
    x = ops.sum(x * is_sign, axis=1) / ops.maximum(ops.sum(is_sign, axis=1), 1)  # 0 for an example without a sign
    probabilities = layers.Dense(n_classes, activation="softmax", name="class")(x)
    return keras.Model(signs, probabilities, name="transformer_classifier")


@keras.saving.register_keras_serializable(package="dlsheet")
class PositionalEncoding(layers.Layer):
    """x √d + p for vectors x (n, length, d): p holds the sines and cosines of each place, as in the paper."""

    def call(self, x):
        length, width = x.shape[1:]
        frequencies = 10_000.0 ** -(ops.arange(0, width, 2, dtype="float32") / width)
        angles = ops.outer(ops.arange(length, dtype="float32"), frequencies)
        places = ops.reshape(ops.stack([ops.sin(angles), ops.cos(angles)], axis=-1), (length, width))
        return x * width**0.5 + ops.cast(places, x.dtype)


def _encoder(source_len, source_size, settings):
    """From signs to their vectors in context (n, source_len, width), and where signs are."""
    source = keras.Input((source_len,), dtype="int32", name="source")
    is_sign = ops.not_equal(source, 0)
    x = _vectors(source, source_size, "source", settings)
    for number in range(1, settings["depth"] + 1):
        x = _sublayer(x, f"block_{number}_self_attention", settings, mask=is_sign[:, None, :])
        x = _sublayer(x, f"block_{number}_feed_forward", settings)
    return keras.Model(source, [_last(x, settings), is_sign], name="encoder")


def _decoder(source_len, target_len, target_size, settings):
    """From what the encoder gives, and the target so far, to the probabilities of each next sign."""
    states = keras.Input((source_len, settings["width"]), name="states")
    is_sign = keras.Input((source_len,), dtype="bool", name="is_sign")
    target_in = keras.Input((target_len,), dtype="int32", name="target_in")
    x = _vectors(target_in, target_size, "target", settings)
    for number in range(1, settings["depth"] + 1):
        x = _sublayer(x, f"block_{number}_self_attention", settings, causal=True)
        x = _sublayer(x, f"block_{number}_cross_attention", settings, states, is_sign[:, None, :])
        x = _sublayer(x, f"block_{number}_feed_forward", settings)
    probabilities = layers.Dense(target_size, activation="softmax", name="next_sign")(_last(x, settings))
    return keras.Model([states, is_sign, target_in], probabilities, name="decoder")


def _vectors(signs, size, name, settings):
    start = keras.initializers.RandomNormal(stddev=settings["width"] ** -0.5)  # times √d: of the positions' size
    x = layers.Embedding(size, settings["width"], embeddings_initializer=start, name=f"{name}_vectors")(signs)
    x = PositionalEncoding(name=f"{name}_places")(x)
    return _dropped(x, name, settings)


def _sublayer(x, name, settings, states=None, mask=None, causal=False):
    """One sub-layer with its way around it: attention to the states, to x itself without them, or feed-forward."""
    width, pre = settings["width"], settings["norm"] == "pre"
    norm = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm")
    y = norm(x) if pre else x
    if name.endswith("attention"):
        attend = layers.MultiHeadAttention(settings["heads"], width // settings["heads"], name=name)
        y, _ = attend(
            y,
            y if states is None else states,
            attention_mask=mask,
            use_causal_mask=causal,
            return_attention_scores=True,
        )
    else:
        y = layers.Dense(settings["hidden"], activation="relu", name=f"{name}_widen")(y)
        y = layers.Dense(width, name=f"{name}_narrow")(y)
    x = layers.Add(name=f"{name}_add")([x, _dropped(y, name, settings)])
    return x if pre else norm(x)


def _last(x, settings):
    """With the norm in front of each sub-layer, what comes out of the last one is still to be normalised."""
    return layers.LayerNormalization(epsilon=1e-6, name="last_norm")(x) if settings["norm"] == "pre" else x


def _dropped(x, name, settings):
    return layers.Dropout(settings["dropout"], name=f"{name}_dropout")(x) if settings["dropout"] else x


def _settings(width, heads, hidden, depth, norm, dropout):
    """The arguments that both builders share, checked."""
    width, heads = whole_number("width", width, smallest=2), whole_number("heads", heads)
    if width % 2 or width % heads:
        raise ValueError(
            f"width={width}, heads={heads}: expected an even width that the heads divide, such as 64 and 4."
        )
    if norm not in ("pre", "post"):
        raise ValueError(f"norm={norm!r}: expected 'pre' or 'post'.")
    if isinstance(dropout, bool) or not isinstance(dropout, int | float) or not 0 <= dropout < 1:
        raise ValueError(f"dropout={dropout!r}: expected a share, at least 0 and below 1.")
    hidden, depth = whole_number("hidden", hidden), whole_number("depth", depth)
    return {"width": width, "heads": heads, "hidden": hidden, "depth": depth, "norm": norm, "dropout": dropout}
