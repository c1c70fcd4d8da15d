"""Sequence to sequence, without and with attention. Ledger: attention.seq2seq, attention.mechanism."""

from dlsheet.arguments import whole_number
from dlsheet.backend import keras
from dlsheet.models.recurrent import unrolls

layers, ops = keras.layers, keras.ops

ATTENTION = (None, "additive", "dot")


def seq2seq(source_len, target_len, source_size, target_size, units=64, attention="additive"):
    """Reads one sequence of signs and writes another one, sign by sign; trained with teacher forcing.

    source_len, target_len: signs at most; source_size, target_size: how many different numbers, 0 and the sign for the
    start included; units: of the GRU that writes, an even number; the one that reads has half of them each way.
    attention: how the writer looks back at what was read. None: it does not, and starts from one vector that sums the
    source up. "additive": scores v · tanh(W s + U h) for a state s of the writer and h of the reader (Bahdanau, Cho,
    Bengio, 2015). "dot": scores s · h (Luong, Pham, Manning, 2015, whose order of layers both follow here).

    Returns an uncompiled model from {"source": (n, source_len), "target_in": (n, target_len)}, whole numbers, to
    probabilities (n, target_len, target_size). In the source 0 is "no sign", and changes nothing wherever it stands.
    target_in is the target behind a sign for the start, its last sign left out: entry [:, t] of the probabilities is
    about the sign that follows target_in[:, t], and knows nothing of those behind it.
    Its layers "encoder" and "decoder" are models too, so that a source need be read only once: the probabilities are
    decoder([*encoder(source), target_in]). The output of the decoder's layer "attention" is a pair; the second entry
    are the weights, (n, target_len, source_len).
    Raises ValueError for a size that is no positive whole number, an odd number of units, an unknown attention.
    Ledger: attention.seq2seq, attention.mechanism.
    """
    lengths = whole_number("source_len", source_len), whole_number("target_len", target_len)
    sizes = whole_number("source_size", source_size, 2), whole_number("target_size", target_size, 2)
    units = whole_number("units", units)
    if units % 2:
        raise ValueError(f"units={units}: expected an even number, half of it for each direction of reading.")
    if attention not in ATTENTION:
        raise ValueError(f"attention={attention!r}: expected one of {', '.join(map(repr, ATTENTION))}.")
    source = keras.Input((lengths[0],), dtype="int32", name="source")
    target_in = keras.Input((lengths[1],), dtype="int32", name="target_in")
    read = _encoder(lengths[0], sizes[0], units, attention)(source)
    read = read if attention else [read]
    probabilities = _decoder(*lengths, sizes[1], units, attention)([*read, target_in])
    return keras.Model({"source": source, "target_in": target_in}, probabilities, name="seq2seq")


def _encoder(source_len, source_size, units, attention):
    """From signs to a summary (n, units); with attention also all states (n, source_len, units) and where signs are."""
    source = keras.Input((source_len,), dtype="int32", name="source")
    x = layers.Embedding(source_size, 32, mask_zero=True, name="source_vectors")(source)
    # cuDNN's GRU takes no padding but behind the signs
    recurrent = layers.GRU(units // 2, return_sequences=attention is not None, return_state=True, use_cudnn=False)
    states, forward, backward = layers.Bidirectional(recurrent, name="read")(x)
    summary = layers.Concatenate(name="sum_up")([forward, backward])
    outputs = [summary, states, ops.not_equal(source, 0)] if attention else summary
    return keras.Model(source, outputs, name="encoder")


def _decoder(source_len, target_len, target_size, units, attention):
    """From what the encoder gives, and the target so far, to the probabilities of each next sign."""
    summary = keras.Input((units,), name="summary")
    target_in = keras.Input((target_len,), dtype="int32", name="target_in")
    x = layers.Embedding(target_size, 32, name="target_vectors")(target_in)
    write = layers.GRU(units, return_sequences=True, unroll=unrolls("gru", target_len), name="write")
    x = write(x, initial_state=summary)
    inputs = [summary, target_in]
    if attention:
        states = keras.Input((source_len, units), name="states")
        is_sign = keras.Input((source_len,), dtype="bool", name="is_sign")
        inputs = [summary, states, is_sign, target_in]
        context, _ = _attend(x, states, is_sign, units, attention)
        x = layers.Concatenate(name="state_and_context")([x, context])
        x = layers.Dense(units, activation="tanh", name="combine")(x)
    probabilities = layers.Dense(target_size, activation="softmax", name="next_sign")(x)
    return keras.Model(inputs, probabilities, name="decoder")


def _attend(query, states, is_sign, units, attention):
    """The weighted means of the states, (n, target_len, units), and the weights."""
    if attention == "dot":
        attend, key = layers.Attention(name="attention"), states
    else:
        attend = layers.AdditiveAttention(name="attention")
        query = layers.Dense(units, use_bias=False, name="query")(query)
        key = layers.Dense(units, use_bias=False, name="key")(states)
    return attend([query, states, key], mask=[None, is_sign], return_attention_scores=True)
