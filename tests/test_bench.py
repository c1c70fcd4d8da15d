"""The benchmarks run and print what they promise; what they measure depends on the machine."""

import numpy as np

from dlsheet.bench import augmentation, cifar10, convolution, network, rnn
from dlsheet.datasets import load
from dlsheet.datasets.dataset import Dataset


def test_augmentation_prints_a_ratio_for_each_candidate(monkeypatch, capsys):
    monkeypatch.setattr(augmentation, "BATCH", 2)
    augmentation.measure()
    table = capsys.readouterr().out.splitlines()
    assert [line[:22].strip() for line in table[1:-1]] == [
        "ImageDataGenerator",
        "Keras's random layers",
        "fast engine",
        "no augmentation",
    ]
    assert table[1].count("1.0") == 2


def test_convolution_prints_a_ratio_for_each_function(monkeypatch, capsys):
    monkeypatch.setattr(convolution, "BATCH", 2)
    convolution.measure()
    table = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in table[1:-1]] == ["conv2d", "conv2d_backward", "max_pool2d"]
    assert all(float(line.split()[-1]) > 0 for line in table[1:-1])


def test_network_prints_a_ratio_for_each_way_and_ours_is_the_faster_at_the_digits_size(monkeypatch, capsys):
    monkeypatch.setattr(network, "NETWORKS", [((64, 64, 10), 32)])
    monkeypatch.setattr(network, "STEPS", 10)
    network.measure()
    table = capsys.readouterr().out.splitlines()
    assert table[1] == "64-64-10, batch 32: 0.6 million operations in matrix products"
    ratios = {line[:28].strip(): float(line[38:46]) for line in table[3:9]}
    assert list(ratios) == [
        "scratch.network, fit",
        "Keras, train_on_batch",
        "Keras, fit",
        "Keras, fit in one graph",
        "Keras, fit in one XLA graph",
        "its products alone, NumPy",
    ]
    assert ratios["scratch.network, fit"] == 1
    assert ratios["Keras, train_on_batch"] > 1 and ratios["Keras, fit"] > 1


def test_the_products_of_a_step_leave_out_the_gradient_of_the_data():
    assert network._products((4, 3, 2), 5) == [(5, 4, 3), (4, 5, 3), (5, 3, 2), (3, 5, 2), (5, 2, 3)]


def test_rnn_prints_ratios_and_accuracies_of_both_tasks(monkeypatch, capsys):
    monkeypatch.setattr(rnn, "SEEDS", 1)
    monkeypatch.setattr(rnn, "EPOCHS", {"names": 2, "activity": 2})
    monkeypatch.setattr(rnn, "ROWS", {"names": 100, "activity": 100})
    monkeypatch.setattr(rnn, "activity_classifier", lambda *sizes: rnn.name_classifier(*sizes, cell="gru"))
    monkeypatch.setattr(rnn, "load", lambda name: load(name, limit=60))
    rnn.measure()
    rows = capsys.readouterr().out.splitlines()[2:-1]
    assert [row[:24].strip() for row in rows] == [
        "names, the sheet's",
        "names, ours",
        "activity, the sheet's",
        "activity, ours",
    ]
    assert [row.split("s ")[-1].split()[:2] for row in rows[::2]] == [["1.00", "1.00"]] * 2


def test_cifar10_prints_both_engines(monkeypatch, capsys):
    rng = np.random.default_rng(0)
    x, y = rng.random((40, 32, 32, 3), dtype="float32"), np.arange(40) % 10
    few = Dataset(x, y, x, y, class_names=tuple("0123456789"), name="noise", origin="random", real=False)
    for name, value in {"load": lambda *_, **__: few, "SEEDS": 1, "EPOCHS": 1, "STEPS": 1, "BATCH": 20}.items():
        monkeypatch.setattr(cifar10, name, value)
    cifar10.measure()
    rows = capsys.readouterr().out.splitlines()[1:-1]
    assert [row[:20].strip() for row in rows] == ["ImageDataGenerator", "fast engine"]
    assert rows[0].split()[-1] == "1.0"
