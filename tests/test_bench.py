"""The benchmarks run and print what they promise; what they measure depends on the machine."""

from dlsheet.bench import augmentation, convolution, network


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
