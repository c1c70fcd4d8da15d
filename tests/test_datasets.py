"""The loaders: what they give, what they read, and what they say of damaged files."""

import builtins
import importlib
import io
import os
import pickle
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
from official_layouts import ROWS, WRITERS, write_cifar10, write_imdb, write_names18, write_ucihar
from PIL import Image

from dlsheet.datasets import ALPHABET, Dataset, letter_numbers, list_datasets, load, one_hot_letters, romanise
from dlsheet.datasets.registry import SOURCES

EMBEDDED = [row.name for row in list_datasets() if row.where == "embedded"]
SHARED = Path(os.environ.get("DLSHEET_DATA_DIR") or Path(__file__).parents[2] / "shared" / "data")


@pytest.fixture(params=WRITERS)
def tiny(request, tmp_path):
    """The name of a set to download, whose tiny folder lies in tmp_path."""
    WRITERS[request.param](tmp_path / SOURCES[request.param].folder)
    return request.param


def real(folder):
    """The folder of real data that is not part of the project, or a skip."""
    if not (SHARED / folder).exists():
        pytest.skip(f"{folder} is not in {SHARED}; DLSHEET_DATA_DIR names another folder")
    return SHARED


# What every loader keeps to


@pytest.mark.parametrize("name", EMBEDDED)
def test_an_embedded_set_has_the_rows_that_the_list_says(name):
    data, (row,) = load(name), [row for row in list_datasets() if row.name == name]
    assert len(data.x_train) + len(data.x_test) == row.rows
    assert data.name == name and data.real == row.real and data.origin


@pytest.mark.parametrize("name", ["digits", "breast_cancer", "wine", "names"])
def test_a_fifth_is_for_testing_with_every_class_in_proportion(name):
    data = load(name)
    n_train, n_test = (np.bincount(y, minlength=len(data.class_names)) for y in (data.y_train, data.y_test))
    assert data.y_train.dtype.kind == "i" and n_train.min() > 0
    np.testing.assert_allclose(n_test, (n_train + n_test) / 5, atol=1)


FIRST_DATES = [
    "2044-12-29",
    "1962-01-15",
    "1970-03-18",
    "2000-10-03",
    "1986-01-14",
    "2032-04-01",
    "1979-11-18",
    "2011-09-10",
]


@pytest.mark.parametrize(
    "name, labels",
    [
        ("digits", [7, 6, 3, 7, 7, 3, 2, 8]),
        ("breast_cancer", [0, 0, 0, 1, 0, 1, 0, 1]),
        ("wine", [1, 0, 1, 0, 1, 2, 2, 0]),
        ("diabetes", [321, 215, 127, 64, 175, 275, 179, 232]),
        ("names", [11, 16, 19, 5, 8, 7, 22, 20]),
        ("dates", FIRST_DATES),
    ],
)
def test_the_split_is_the_same_on_every_machine(name, labels):
    assert load(name).y_test[:8].tolist() == labels


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_limit_keeps_the_first_rows_of_an_embedded_set(name):
    data, part = load(name), load(name, limit=5)
    np.testing.assert_array_equal(part.x_train, data.x_train[:5])
    np.testing.assert_array_equal(part.y_test, data.y_test[:5])


def test_a_limit_holds_for_both_parts_of_a_set_to_download(tiny, tmp_path):
    data = load(tiny, tmp_path, limit=7)
    assert len(data.x_train) == len(data.y_train) == len(data.x_test) == len(data.y_test) == 7


def test_a_large_limit_gives_all_rows(tiny, tmp_path):
    np.testing.assert_array_equal(load(tiny, tmp_path, limit=10**6).x_train, load(tiny, tmp_path).x_train)


@pytest.mark.parametrize("limit", [0, -1, 1.5, "10", np.nan])
def test_a_limit_that_is_no_whole_number_above_0_is_refused(limit):
    with pytest.raises(ValueError, match="limit=.*expected a whole number of at least 1"):
        load("digits", limit=limit)


@pytest.mark.parametrize(
    "wrong, right",
    [("cifar", "cifar10"), ("CIFAR-10", "cifar10"), ("Digits", "digits"), ("breast cancer", "breast_cancer")],
)
def test_an_unknown_name_is_refused_with_the_nearest_right_one(wrong, right):
    with pytest.raises(ValueError, match=f"'{wrong}'; did you mean '{right}'"):
        load(wrong)


def test_an_unknown_option_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="digits has no option size; it has image_shape"):
        load("digits", size=32)
    with pytest.raises(ValueError, match="wine has no option image_shape; it has none"):
        load("wine", image_shape=(8, 8, 1))


def test_importing_the_loaders_loads_none_of_the_slow_packages():
    slow = "{'tensorflow', 'keras', 'sklearn', 'scipy', 'requests'}"
    code = f"import sys, dlsheet.datasets; sys.exit(bool({slow} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# Dataset


def dataset(y, x=None, classes=("a", "b"), groups=None):
    x = np.zeros((3, 2)) if x is None else x
    return Dataset(x, np.array(y), x, np.array(y), classes, "mine", "drawn", False, groups_train=groups)


@pytest.mark.parametrize("y", [[0, 1, 1], [[1, 0], [0, 1], [1, 0]]])
def test_labels_are_whole_numbers_or_one_hot(y):
    assert len(dataset(y).y_train) == 3


@pytest.mark.parametrize("y", [[0, 1, 2], [0, -1, 1], [0.0, 1.0, 1.0], [[0], [1], [1]]])
def test_a_label_that_is_no_class_is_refused(y):
    with pytest.raises(ValueError, match="mine: y_train .*expected"):
        dataset(y)


def test_rows_that_do_not_pair_up_are_refused():
    with pytest.raises(ValueError, match="x_train has 3 rows and y_train 2"):
        dataset([0, 1])
    with pytest.raises(ValueError, match="must pair up"):
        dataset([0, 1, 1], groups=np.zeros(2))


def test_map_changes_the_examples_of_both_parts_and_nothing_else():
    data = load("wine")
    twice = data.map(lambda x: 2 * x)
    np.testing.assert_array_equal(twice.x_test, 2 * data.x_test)
    assert twice.y_test is data.y_test and twice.feature_names == data.feature_names


def test_a_data_set_prints_its_name_its_origin_and_whether_it_is_real():
    assert repr(load("digits")).startswith("digits (real): 1437 to train on, 360 to test on, each 8×8×1, 10 classes\n")
    assert "SIMULATED" in repr(dataset([0, 1, 1]))


# The embedded sets


def test_digits_are_those_of_scikit_learn_from_0_to_1():
    from sklearn.datasets import load_digits

    data, bunch = load("digits"), load_digits()
    assert data.x_train.dtype == np.float32 and data.x_train.min() == 0 and data.x_train.max() == 1
    ours = np.concatenate([data.x_train, data.x_test])[..., 0] * 16
    assert sorted(map(bytes, ours.astype(np.uint8))) == sorted(map(bytes, bunch.images.astype(np.uint8)))


@pytest.mark.parametrize("shape", [(32, 32, 3), (28, 28, 1), (33, 29, 2)])
def test_digits_enlarge_as_pillow_enlarges_them(shape):
    small, large = load("digits", limit=20), load("digits", image_shape=shape, limit=20)
    for before, after in zip(small.x_train[..., 0], large.x_train):
        expected = np.array(Image.fromarray(before).resize((shape[1], shape[0]), Image.Resampling.BILINEAR))
        np.testing.assert_allclose(after, np.repeat(expected[..., None], shape[2], axis=2), atol=1e-6)
    assert large.x_test.shape[1:] == shape and large.x_train.min() >= 0 and large.x_train.max() <= 1


@pytest.mark.parametrize("shape", [(7, 8, 1), (8, 8), (8, 8, 0), 32, (32.5, 32, 3)])
def test_a_shape_that_is_no_larger_image_is_refused(shape):
    with pytest.raises(ValueError, match="image_shape"):
        load("digits", image_shape=shape)


@pytest.mark.parametrize("name, columns", [("breast_cancer", 30), ("wine", 13), ("diabetes", 10)])
def test_a_table_names_its_columns(name, columns):
    data = load(name)
    assert data.x_train.dtype == np.float64 and data.x_train.shape[1] == columns == len(data.feature_names)
    assert all(type(each) is str for each in data.feature_names + data.class_names)


def test_diabetes_is_a_regression():
    data = load("diabetes")
    assert data.class_names == () and data.y_train.dtype == np.float64


def test_photos_are_two_colour_pictures_to_look_at():
    data = load("photos")
    assert data.class_names == ("china", "flower") and data.y_train.tolist() == [0, 1]
    assert data.x_train.shape == (2, 427, 640, 3) and data.x_test.shape == (0, 427, 640, 3)
    assert data.x_train.dtype == np.float32 and 0 <= data.x_train.min() < data.x_train.max() <= 1


def test_simulated_activity_says_so_and_tests_on_new_persons():
    data = load("simulated_activity")
    assert repr(data).startswith("simulated_activity (SIMULATED): 1512 to train on, 648 to test on, each 128×9")
    assert not set(data.groups_train) & set(data.groups_test)
    assert np.bincount(data.y_train).tolist() == [252] * 6
    body, total = data.x_train[..., :3], data.x_train[..., 6:]
    gravity = np.linalg.norm(total - body, axis=-1)
    np.testing.assert_allclose(gravity, 1, atol=1e-5)  # g


def test_names_are_of_many_languages_and_stand_in_one_only():
    data = load("names")
    plain = [romanise(name) for name in np.concatenate([data.x_train, data.x_test])]
    assert len(data.class_names) >= 15 and len(plain) >= 5000
    assert len(set(plain)) == len(plain)
    assert {2, 18} == {min(map(len, plain)), max(map(len, plain))}
    assert one_hot_letters(plain, ALPHABET, 18).sum() == sum(map(len, plain))


def test_the_names_are_those_in_the_table_of_their_readme():
    data, readme = load("names"), (Path(__file__).parents[1] / "data" / "README.md").read_text(encoding="utf-8")
    counts = np.bincount(data.y_train) + np.bincount(data.y_test)
    for language, count in zip(data.class_names, counts):
        (row,) = [line for line in readme.splitlines() if line.startswith(f"| {language} |")]
        assert row.endswith(f" {count} |")


def test_the_script_that_built_the_names_builds_them_again(tmp_path, monkeypatch, capsys):
    if pytest.importorskip("faker").VERSION != "40.54.0":
        pytest.skip("another version of Faker than the names were built from")
    pytest.importorskip("anyascii")
    data = Path(__file__).parents[1] / "data"
    monkeypatch.syspath_prepend(data)
    build_names = importlib.import_module("build_names")
    monkeypatch.setattr(build_names, "FOLDER", tmp_path)
    build_names.main()
    kept = sorted((data / "names").glob("*.txt"))
    assert [path.name for path in kept] == sorted(path.name for path in tmp_path.iterdir())
    assert all(path.read_text("utf-8") == (tmp_path / path.name).read_text("utf-8") for path in kept)
    readme = (data / "README.md").read_text("utf-8")
    assert all(line in readme for line in capsys.readouterr().out.splitlines() if line.startswith("|"))


def test_no_date_and_no_text_stands_twice_so_that_what_is_tested_is_new_and_clear():
    data = load("dates")
    for column in (np.concatenate([data.x_train, data.x_test]), np.concatenate([data.y_train, data.y_test])):
        assert len(set(column)) == len(column) == 12_000


def test_dates_hold_every_language_in_proportion_and_no_letter_is_new_in_the_test():
    data = load("dates")
    assert "SIMULATED" in repr(data) and data.class_names == ()
    languages, counts = np.unique(data.groups_test, return_counts=True)
    assert len(languages) == 15 and set(counts) == {160} and set(data.groups_train) == set(languages)
    assert set("".join(data.x_test)) <= set("".join(data.x_train))
    assert {len(iso) for iso in [*data.y_train, *data.y_test]} == {10}
    assert max(map(len, [*data.x_train, *data.x_test])) == 38


@pytest.mark.parametrize(
    "text, iso",
    [
        ("18. listopada 1971.", "1971-10-18"),  # October in Croatian, which has dots,
        ("30 listopada 2043", "2043-11-30"),  # but November in Polish, which has none
        ("20.05.09", "2009-05-20"),
        ("10.02.51", "1951-02-10"),
        ("1994. április 18.", "1994-04-18"),
        ("31 Mart 2008 Pazartesi", "2008-03-31"),
    ],
)
def test_dates_mean_what_their_readers_take_them_for(text, iso):
    data = load("dates")
    x, y = np.concatenate([data.x_train, data.x_test]), np.concatenate([data.y_train, data.y_test])
    assert y[x == text].tolist() == [iso]


def test_figures_alone_have_the_year_in_front_or_dots_and_the_day_in_front():
    data = load("dates")
    for text, iso in zip([*data.x_train, *data.x_test], [*data.y_train, *data.y_test]):
        if not any(letter.isalpha() for letter in text):
            year, month, day = iso.split("-")
            figures = re.findall(r"\d+", text)
            if "." in text and len(figures[0]) < 4:
                figures = figures[::-1]
                assert figures[0] in (year, year[2:])
            else:
                assert figures[0] == year
            assert [int(figure) for figure in figures[1:]] == [int(month), int(day)], text


@pytest.mark.parametrize(
    "line", ["2021-02-30\t30 feb 2021", "2021-3-4\t4 mar 2021", "2021-03-04 4 mar", "2021-03-04\t", "\tx", "x\ty"]
)
def test_a_line_that_is_no_date_is_refused_with_file_and_line(tmp_path, monkeypatch, line):
    (tmp_path / "Greek.txt").write_text(f"2021-03-04\t4 mar 2021\n{line}\n", encoding="utf-8")
    monkeypatch.setattr("dlsheet.datasets.dates.EMBEDDED", tmp_path)
    with pytest.raises(ValueError, match="Greek.txt, line 2 is .*expected 2021-03-04, a tab"):
        load("dates")


def test_without_their_folder_dates_say_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("dlsheet.datasets.dates.EMBEDDED", tmp_path)
    with pytest.raises(FileNotFoundError, match="is part of the project"):
        load("dates")


def test_the_script_that_built_the_dates_builds_them_again(tmp_path, monkeypatch, capsys):
    if pytest.importorskip("babel").__version__ != "2.18.0":
        pytest.skip("another version of Babel than the dates were built from")
    data = Path(__file__).parents[1] / "data"
    monkeypatch.syspath_prepend(data)
    build_dates = importlib.import_module("build_dates")
    monkeypatch.setattr(build_dates, "FOLDER", tmp_path)
    build_dates.main()
    kept = sorted((data / "dates").glob("*.txt"))
    assert [path.name for path in kept] == sorted(path.name for path in tmp_path.iterdir())
    assert all(path.read_text("utf-8") == (tmp_path / path.name).read_text("utf-8") for path in kept)
    readme = (data / "README.md").read_text("utf-8")
    assert all(line in readme for line in capsys.readouterr().out.splitlines())


def test_a_pattern_in_which_day_and_month_could_change_places_is_not_used(monkeypatch):
    pytest.importorskip("babel")
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "data")
    is_clear = importlib.import_module("build_dates").is_clear
    assert all(map(is_clear, ["EEEE, d. MMMM y", "MMM d, y", "y-MM-dd", "y. MM. dd.", "y/MM/dd", "d.M.yy", "d. M. y"]))
    assert not any(map(is_clear, ["dd/MM/y", "M/d/yy", "dd-MM-y", "yy/M/d", "MM.dd.y"]))


def words(text):
    """The words of a text, sorted."""
    return sorted(re.findall("[a-z']+", text.lower()))


def test_reviews_are_balanced_within_each_kind_and_no_text_stands_twice():
    data = load("reviews")
    for y, kinds in ((data.y_train, data.groups_train), (data.y_test, data.groups_test)):
        assert all(y[kinds == kind].mean() == 0.5 for kind in set(kinds)) and len(set(kinds)) == 5
    assert len(data.x_train) == 4000 and len(data.x_test) == 400
    assert len({" ".join(words(text)) for text in data.x_test} | set(data.x_train)) == 4400
    assert not {tuple(words(text)) for text in data.x_train} & {tuple(words(text)) for text in data.x_test}


def test_reviews_are_of_many_words_in_plain_letters():
    data = load("reviews")
    assert len({word for text in data.x_train for word in words(text)}) > 1000
    for text in np.concatenate([data.x_train, data.x_test]):
        assert re.fullmatch("[A-Za-z',.:;? -]+", text) and text == " ".join(text.split())


@pytest.mark.parametrize("kind", ["contrast", "comparison"])
def test_twin_reviews_differ_in_the_order_of_their_words_alone(kind):
    data = load("reviews")
    labels = {}
    for text, y in zip(data.x_train[data.groups_train == kind], data.y_train[data.groups_train == kind]):
        labels.setdefault(tuple(words(text)), []).append(y)
    assert all(np.mean(each) == 0.5 for each in labels.values())


def test_no_test_review_is_by_the_grammar():
    data, grammar = load("reviews"), Path(__file__).parents[1] / "data" / "reviews" / "grammar.txt"
    events = [
        entry for line in grammar.read_text("utf-8").splitlines() if "event: " in line for entry in line.split(" / ")
    ]
    assert len(events) > 100 and not [text for text in data.x_test if any(event in text for event in events)]


def test_the_script_that_built_the_reviews_builds_them_again(tmp_path, monkeypatch, capsys):
    data = Path(__file__).parents[1] / "data"
    monkeypatch.syspath_prepend(data)
    build_reviews = importlib.import_module("build_reviews")
    shutil.copy(data / "reviews" / "grammar.txt", tmp_path)
    monkeypatch.setattr(build_reviews, "FOLDER", tmp_path)
    build_reviews.main()
    assert (tmp_path / "train.tsv").read_text("utf-8") == (data / "reviews" / "train.tsv").read_text("utf-8")
    assert capsys.readouterr().out.strip() in (data / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    "line",
    ["positive\tplain", "good\tplain\tA fine book.", "positive\tdull\tA fine book.", "positive\tplain\t \n\n", ""],
)
def test_a_damaged_review_of_the_project_is_refused_with_its_line(tmp_path, monkeypatch, line):
    monkeypatch.setattr("dlsheet.datasets.reviews.EMBEDDED", tmp_path)
    (tmp_path / "train.tsv").write_text(f"positive\tplain\tA fine book.\n{line}\nnegative\tplain\tA dull one.\n")
    with pytest.raises(ValueError, match="train.tsv, line 2: expected a label, a kind and a text"):
        load("reviews")


# The sets to download, from their unpacked folders


def test_cifar10_gives_photographs_in_height_width_channels(tmp_path):
    folder = tmp_path / "cifar-10-batches-py"
    write_cifar10(folder)
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 256, (5, 3072), dtype=np.uint8)
    (folder / "data_batch_1").write_bytes(pickle.dumps({"data": rows, "labels": [9, 0, 3, 3, 1]}))
    data = load("cifar10", tmp_path, limit=5)
    assert data.x_train.dtype == np.float32 and data.x_train.flags.c_contiguous
    assert data.x_train[2, 31, 7, 1] == np.float32(rows[2, 1024 + 31 * 32 + 7] / 255)
    assert data.y_train.tolist() == [9, 0, 3, 3, 1] and data.class_names[9] == "truck"


def test_a_whole_batch_of_cifar10_needs_its_published_checksum(tmp_path, monkeypatch):
    monkeypatch.setattr("dlsheet.datasets.cifar10.ROWS", ROWS)
    write_cifar10(tmp_path / "cifar-10-batches-py")
    with pytest.raises(ValueError, match="data_batch_1"):
        load("cifar10", tmp_path)


@pytest.mark.parametrize("protocol", range(6))
def test_cifar10_reads_every_pickle_protocol(tmp_path, protocol):
    write_cifar10(tmp_path / "cifar-10-batches-py")
    for path in (tmp_path / "cifar-10-batches-py").iterdir():
        path.write_bytes(pickle.dumps(pickle.loads(path.read_bytes()), protocol=protocol))
    assert (load("cifar10", tmp_path).x_train[-1] * 255).round().max() == 50 + ROWS - 1


def test_one_batch_of_cifar10_loads_up_to_its_rows_and_names_the_missing_ones_beyond(tmp_path):
    write_cifar10(tmp_path / "cifar-10-batches-py", batches=[3])
    assert len(load("cifar10", tmp_path, limit=ROWS).x_train) == ROWS
    for limit in (None, ROWS + 1):
        with pytest.raises(FileNotFoundError, match=f"data_batch_1, .*data_batch_5.* limit of at most {ROWS}"):
            load("cifar10", tmp_path, limit=limit)


def test_cifar10_without_its_test_batch_says_so(tmp_path):
    write_cifar10(tmp_path / "cifar-10-batches-py")
    (tmp_path / "cifar-10-batches-py" / "test_batch").unlink()
    with pytest.raises(FileNotFoundError, match="lacks test_batch"):
        load("cifar10", tmp_path, limit=1)


GOOD = np.zeros((4, 3072), np.uint8)


@pytest.mark.parametrize(
    "batch, complaint",
    [
        ({"data": GOOD[:, :-1], "labels": [0] * 4}, r"\(4, 3071\), expected \(n, 3072\)"),
        ({"data": GOOD, "labels": [0] * 3}, r"4 photographs and labels of the shape \(3,\)"),
        ({"data": GOOD, "labels": [0, 0, 0, 10]}, "label 10: expected 0 to 9"),
        ({"data": GOOD.astype(float), "labels": [0] * 4}, "f8, expected u1"),
        ({"labels": [0] * 4}, "damaged: KeyError"),
        ([1, 2], "damaged"),
    ],
)
def test_a_damaged_batch_is_refused_by_name(tmp_path, batch, complaint):
    write_cifar10(tmp_path / "cifar-10-batches-py")
    (tmp_path / "cifar-10-batches-py" / "data_batch_2").write_bytes(pickle.dumps(batch))
    with pytest.raises(ValueError, match=f"data_batch_2.*{complaint}"):
        load("cifar10", tmp_path)


def test_a_batch_cut_in_the_middle_is_refused(tmp_path):
    write_cifar10(tmp_path / "cifar-10-batches-py")
    path = tmp_path / "cifar-10-batches-py" / "data_batch_1"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="data_batch_1 is no CIFAR-10 batch, or damaged"):
        load("cifar10", tmp_path)


class Hostile:
    """Its pickle runs a command when read by an ordinary unpickler."""

    def __init__(self, call, *args):
        self.call, self.args = call, args

    def __reduce__(self):
        return self.call, self.args


@pytest.mark.parametrize(
    "call, args",
    [(os.mkdir, ["hurt"]), (eval, ["__import__('os').mkdir('hurt')"]), (np.ndarray, [(1,), "O", b"12345678"])],
)
def test_a_hostile_pickle_runs_nothing(tmp_path, monkeypatch, call, args):
    write_cifar10(tmp_path / "cifar-10-batches-py")
    monkeypatch.chdir(tmp_path)
    batch = {"data": Hostile(call, *args), "labels": [0]}
    (tmp_path / "cifar-10-batches-py" / "data_batch_1").write_bytes(pickle.dumps(batch, protocol=2))
    with pytest.raises(ValueError, match="data_batch_1 is no CIFAR-10 batch"):
        load("cifar10", tmp_path)
    assert not (tmp_path / "hurt").exists()


def test_names18_gives_the_names_as_they_stand(tmp_path):
    write_names18(tmp_path / "names")
    data = load("names18", tmp_path)
    assert len(data.x_train) == 72 and len(data.class_names) == 18 and "Greekéa" in {*data.x_train, *data.x_test}
    assert all(name.startswith(data.class_names[y]) for name, y in zip(data.x_test, data.y_test))


def test_names18_spreads_a_limit_over_the_languages(tmp_path):
    write_names18(tmp_path / "names")
    assert len(set(load("names18", tmp_path, limit=30).y_train)) > 10


def test_names18_says_which_language_is_missing(tmp_path):
    write_names18(tmp_path / "names")
    (tmp_path / "names" / "Greek.txt").unlink()
    with pytest.raises(FileNotFoundError, match="lacks Greek"):
        load("names18", tmp_path)


@pytest.mark.parametrize(
    "content, complaint",
    [(b"A\n\nB\n", "line 2 is blank"), (b"A\n\xff\n", "not UTF-8"), (b"", "blank"), (b"A", "1 name")],
)
def test_a_damaged_list_of_names_is_refused_by_name(tmp_path, content, complaint):
    write_names18(tmp_path / "names")
    (tmp_path / "names" / "Greek.txt").write_bytes(content)
    with pytest.raises(ValueError, match=f"Greek.txt.*{complaint}"):
        load("names18", tmp_path)


def test_ucihar_gives_windows_by_channel_with_their_persons(tmp_path):
    write_ucihar(tmp_path / "UCI HAR Dataset")
    data = load("ucihar", tmp_path)
    assert data.x_train.shape == (ROWS, 128, 9) and data.x_train.dtype == np.float32
    np.testing.assert_allclose(data.x_test[5, 100], np.arange(9) + 0.05, rtol=1e-6)
    assert data.y_train[:7].tolist() == [0, 1, 2, 3, 4, 5, 0] and data.class_names[5] == "LAYING"
    assert set(data.groups_train) == {1, 3} and set(data.groups_test) == {2, 4}
    assert data.feature_names[3] == "body_gyro_x"


def test_ucihar_spreads_a_limit_over_the_sorted_file(tmp_path):
    write_ucihar(tmp_path / "UCI HAR Dataset")
    data = load("ucihar", tmp_path, limit=3)
    np.testing.assert_allclose(data.x_train[:, 0, 0], [0, 0.04, 0.08], rtol=1e-6)
    assert data.y_train.tolist() == [0, 4, 2] and data.groups_train.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    "line, complaint",
    [
        (" ".join(["0"] * 127), "has 127 numbers, expected 128"),
        (" ".join(["0"] * 129), "has 129 numbers, expected 128"),
        ("NaN " * 128, "not finite"),
        ("0 " * 127 + "zero", "could not convert"),
    ],
)
def test_a_bad_window_is_refused_with_file_and_line(tmp_path, line, complaint):
    write_ucihar(tmp_path / "UCI HAR Dataset")
    path = tmp_path / "UCI HAR Dataset" / "train" / "Inertial Signals" / "body_gyro_y_train.txt"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:4], line, *lines[5:]]))
    with pytest.raises(ValueError, match=f"body_gyro_y_train.txt, line 5:? .*{complaint}"):
        load("ucihar", tmp_path)


@pytest.mark.parametrize(
    "file, lines", [("y_train.txt", "1\n7\n"), ("subject_train.txt", "1\n31\n"), ("y_train.txt", "1\n\n2")]
)
def test_a_label_out_of_range_is_refused_with_file_and_line(tmp_path, file, lines):
    write_ucihar(tmp_path / "UCI HAR Dataset")
    (tmp_path / "UCI HAR Dataset" / "train" / file).write_text(lines)
    with pytest.raises(ValueError, match=f"{file}, line 2: got .*expected 1 to"):
        load("ucihar", tmp_path)


def test_files_of_unequal_length_are_refused(tmp_path):
    write_ucihar(tmp_path / "UCI HAR Dataset")
    path = tmp_path / "UCI HAR Dataset" / "test" / "Inertial Signals" / "total_acc_z_test.txt"
    path.write_text(path.read_text().rpartition("\n")[0].rpartition("\n")[0])
    with pytest.raises(ValueError, match=f"total_acc_z_test.txt has {ROWS - 1} lines, expected {ROWS}"):
        load("ucihar", tmp_path, limit=2)


def test_imdb_gives_half_of_each_class_in_mixed_order(tmp_path):
    write_imdb(tmp_path / "aclImdb")
    data = load("imdb", tmp_path, limit=10)
    assert data.class_names == ("negative", "positive") and data.y_train.sum() == 5
    assert 0 < data.y_train[:5].sum() < 5
    assert all(text.startswith(f"test {'pos' if y else 'neg'}") for text, y in zip(data.x_test, data.y_test))


@pytest.mark.parametrize("content, complaint", [(b"", "empty"), (b"\xff\xfe", "not UTF-8")])
def test_a_damaged_review_is_refused_by_name(tmp_path, content, complaint):
    write_imdb(tmp_path / "aclImdb")
    (tmp_path / "aclImdb" / "test" / "neg" / "3_7.txt").write_bytes(content)
    with pytest.raises(ValueError, match=f"3_7.txt is {complaint}"):
        load("imdb", tmp_path)


@pytest.mark.parametrize(
    "name, path",
    [
        ("ucihar", "UCI HAR Dataset/test/Inertial Signals/body_acc_x_test.txt"),
        ("ucihar", "UCI HAR Dataset/train/y_train.txt"),
        ("imdb", "aclImdb/train/neg"),
    ],
)
def test_a_missing_file_is_named(tmp_path, name, path):
    WRITERS[name](tmp_path / SOURCES[name].folder)
    (tmp_path / path).rename(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError, match=Path(path).name):
        load(name, tmp_path)


@pytest.mark.parametrize("name, limit, most", [("cifar10", ROWS, 2), ("cifar10", ROWS + 1, 3), ("imdb", 4, 8)])
def test_a_limit_opens_no_more_files_than_it_needs(tmp_path, monkeypatch, name, limit, most):
    WRITERS[name](tmp_path / SOURCES[name].folder)
    opened, true_open = set(), open

    def noting_open(file, *args, **kwargs):
        opened.add(str(file))
        return true_open(file, *args, **kwargs)

    for module in (builtins, io):
        monkeypatch.setattr(module, "open", noting_open)
    load(name, tmp_path, limit=limit)
    assert len([file for file in opened if file.startswith(str(tmp_path))]) == most


# Letters


@pytest.mark.parametrize(
    "name, plain",
    [
        ("Ślusàrski", "slusarski"),
        ("Straße", "strasse"),
        ("Bjørnson-Æbelø", "bjornson-aebelo"),
        ("Łęcki", "lecki"),
        ("Đorđević", "dordevic"),
        ("İnönü", "inonu"),
        ("Yıldırım", "yildirim"),
        ("Nguyễn", "nguyen"),
        ("Þórðarson", "thordarson"),
        ("O’Neill", "o'neill"),
        ("  To The\xa0 First  Page ", "to the first page"),
        ("Maxa/B1", "maxab"),
    ],
)
def test_romanise_writes_a_name_in_the_letters_of_the_alphabet(name, plain):
    assert romanise(name) == plain and set(plain) <= set(ALPHABET)


def test_romanise_changes_nothing_the_second_time():
    for name in load("names").x_test:
        assert romanise(romanise(name)) == romanise(name)


@pytest.mark.parametrize("name", ["Иванов", "Παπαδάκης", None, 3])
def test_romanise_refuses_other_scripts_and_what_is_no_name(name):
    with pytest.raises(ValueError, match="Latin letters|must be a str"):
        romanise(name)


def test_one_hot_letters_says_where_each_letter_stands():
    encoded = one_hot_letters(np.array(["ba", "c"]), "abc", 3)
    assert encoded.dtype == np.float32
    assert encoded.tolist() == [[[0, 1, 0], [1, 0, 0], [0, 0, 0]], [[0, 0, 1], [0, 0, 0], [0, 0, 0]]]


@pytest.mark.parametrize(
    "names, complaint",
    [
        (["ab", "abca"], r"names\[1\], 'abca', has 4 letters, more than maxlen=3"),
        (["ab", ""], r"names\[1\] is empty"),
        (["abx", "a"], r"names\[0\], 'abx', has \['x'\], not in the alphabet"),
        ([], "names is empty"),
        ("ab", r"Write \['ab'\]"),
        (["a", 3], r"names\[1\] must be a str; got 3"),
        (["a", np.nan], r"names\[1\] must be a str; got nan"),
        ([["a", "b"], ["c"]], r"names\[0\] must be a str; got \['a', 'b'\]"),
        (None, "must be a list or an array; got None"),
        (3, "must be a list or an array; got 3"),
        ([None], "must be a str"),
    ],
)
def test_one_hot_letters_refuses_names_it_cannot_write(names, complaint):
    with pytest.raises(ValueError, match=complaint):
        one_hot_letters(names, "abc", 3)


def test_letters_stand_at_the_end_with_padding_pre():
    post, pre = (one_hot_letters(["ba", "abc"], "abc", 3, padding) for padding in ("post", "pre"))
    np.testing.assert_array_equal(pre[0], np.roll(post[0], 1, axis=0))
    np.testing.assert_array_equal(pre[1], post[1])
    with pytest.raises(ValueError, match="expected 'pre' or 'post'"):
        one_hot_letters(["a"], "abc", 3, padding="left")


@pytest.mark.parametrize("alphabet, maxlen", [("", 3), ("aba", 3), (None, 3), ("abc", 0), ("abc", 2.5)])
def test_one_hot_letters_refuses_a_bad_alphabet_or_length(alphabet, maxlen):
    with pytest.raises(ValueError, match="alphabet|maxlen"):
        one_hot_letters(["a"], alphabet, maxlen)


def test_letter_numbers_say_which_letter_stands_where_and_0_where_none():
    numbers = letter_numbers(np.array(["ba", "c", "abc"]), "abc", 4)
    assert numbers.dtype == np.int32
    assert numbers.tolist() == [[2, 1, 0, 0], [3, 0, 0, 0], [1, 2, 3, 0]]


def test_letter_numbers_are_the_places_of_the_one_hot_letters():
    texts, alphabet = load("dates", limit=100).x_train, "".join(sorted(set("".join(load("dates").x_train))))
    numbers, one_hot = letter_numbers(texts, alphabet, 40), one_hot_letters(texts, alphabet, 40)
    np.testing.assert_array_equal(numbers, np.where(one_hot.any(axis=2), 1 + one_hot.argmax(axis=2), 0))


@pytest.mark.parametrize(
    "texts, alphabet, maxlen, complaint",
    [
        (["ab", "abca"], "abc", 3, r"texts\[1\], 'abca', has 4 letters, more than maxlen=3"),
        (["ab", ""], "abc", 3, r"texts\[1\] is empty"),
        (["aéx"], "abc", 3, r"texts\[0\], 'aéx', has \['x', 'é'\], not in the alphabet"),
        ([], "abc", 3, "texts is empty"),
        ("ab", "abc", 3, r"Write \['ab'\]"),
        ([3], "abc", 3, r"texts\[0\] must be a str; got 3"),
        (["a"], "aba", 3, "alphabet must be a str of different letters"),
        (["a"], "abc", 0, "maxlen=0"),
    ],
)
def test_letter_numbers_refuse_what_they_cannot_write(texts, alphabet, maxlen, complaint):
    with pytest.raises(ValueError, match=complaint):
        letter_numbers(texts, alphabet, maxlen)


# Real data, where it is at hand


def test_real_cifar10_has_the_mean_that_is_known_of_it():
    data = load("cifar10", real("cifar-10-batches-py"), limit=10_000)
    assert len(data.x_train) == len(data.x_test) == 10_000
    assert np.bincount(data.y_test).tolist() == [1000] * 10
    np.testing.assert_allclose(data.x_train.mean((0, 1, 2)), [0.4914, 0.4822, 0.4465], atol=0.004)


def test_real_names18_all_fit_the_alphabet_in_20_letters():
    data = load("names18", real("names"))
    assert len(data.x_train) + len(data.x_test) == 20_074
    one_hot_letters([romanise(name) for name in data.x_train], ALPHABET, 20)


def test_real_ucihar_shares_no_person_between_training_and_test():
    data = load("ucihar", real("UCI HAR Dataset"))
    assert data.x_train.shape[1:] == (128, 9) and not set(data.groups_train) & set(data.groups_test)
    lying = data.x_train[data.y_train == data.class_names.index("LAYING")]
    assert abs(lying[..., 6].mean()) < 0.5 < data.x_train[data.y_train < 3][..., 6].mean()  # gravity along x: upright


def test_real_reviews_are_read_from_their_sample(tmp_path):
    with tarfile.open(real("aclImdb_subset.tar.gz") / "aclImdb_subset.tar.gz") as packed:
        packed.extractall(tmp_path, filter="data")
    data = load("imdb", tmp_path)
    assert (len(data.x_train), len(data.x_test)) == (4000, 2000) and data.y_train.mean() == 0.5
    wonderful = np.array(["wonderful" in text for text in data.x_train])
    assert wonderful[data.y_train == 1].mean() > 2 * wonderful[data.y_train == 0].mean()


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Ǿ", "o"),
        ("Ŧ", "t"),
        ("Oʻzbek", "o'zbek"),
        ("Smith—Jones", "smith-jones"),
        ("𝐀da", "ada"),
        ("De\tLuca", "de luca"),
    ],
)
def test_romanise_spells_composed_letters_and_signs_of_another_shape(name, spelled):
    assert romanise(name) == spelled
