"""The benchmarks run and print what they promise; what they measure depends on the machine."""

from dlsheet import bench


def test_augmentation_prints_a_ratio_for_each_candidate(monkeypatch, capsys):
    monkeypatch.setattr(bench, "BATCH", 2)
    bench.augmentation()
    table = capsys.readouterr().out.splitlines()
    assert [line[:22].strip() for line in table[1:-1]] == [
        "ImageDataGenerator",
        "Keras's random layers",
        "fast engine",
        "no augmentation",
    ]
    assert table[1].count("1.0") == 2


def test_convolution_prints_a_ratio_for_each_function(monkeypatch, capsys):
    monkeypatch.setattr(bench, "BATCH", 2)
    bench.convolution()
    table = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in table[1:-1]] == ["conv2d", "conv2d_backward", "max_pool2d"]
    assert all(float(line.split()[-1]) > 0 for line in table[1:-1])
