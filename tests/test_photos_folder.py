"""load("photos_folder", …): any tree with a folder a class."""

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from dlsheet.datasets import get, load


def paint(path, color, size=(40, 30), mode="RGB"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, color).convert(mode).save(path)


@pytest.fixture
def tree(tmp_path):
    """Ten red and ten blue pictures, in several formats and modes."""
    for i in range(10):
        paint(tmp_path / "red" / f"{i}.{('png', 'jpg')[i % 2]}", "red", size=(40 + i, 30))
        paint(tmp_path / "blue" / f"deeper/{i}.png", "blue", size=(20 + i, 50), mode=("RGB", "RGBA", "P")[i % 3])
    return tmp_path


def test_classes_are_the_folders_in_alphabetical_order(tree):
    data = load("photos_folder", tree, image_shape=(8, 6, 3))
    assert data.class_names == ("blue", "red") and data.real
    assert data.x_train.shape == (16, 8, 6, 3) and data.x_test.shape == (4, 8, 6, 3)
    assert data.x_train.dtype == np.float32 and data.x_train.max() <= 1
    assert np.bincount(data.y_test).tolist() == [2, 2]
    for x, y in zip(data.x_train, data.y_train):
        np.testing.assert_allclose(x[0, 0], [[0, 0, 1], [1, 0, 0]][y], atol=0.02)


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("train", "val"),
        ("train", "test"),
        ("train", "validation"),
        ("Train", "Test"),
        ("Training", "Testing"),
        ("train", "testing"),
        ("TRAIN", "Val"),
        ("training_set", "test_set"),
        ("trainset", "testset"),
        ("train-images", "test images"),
        ("seg_train/seg_train", "seg_test/seg_test"),
        ("dataset/train", "dataset/test"),
    ],
)
def test_a_train_and_a_test_tree_stay_apart(tmp_path, train, test):
    for part, color in ((train, "white"), (test, "black")):
        for label in ("ants", "bees"):
            paint(tmp_path / part / label / "1.png", color)
    data = load("photos_folder", tmp_path, image_shape=(4, 4, 3))
    assert data.x_train.min() == 1 and data.x_test.max() == 0
    assert len(data.x_train) == len(data.x_test) == 2


def test_a_photograph_is_cut_around_its_middle_not_squeezed(tmp_path):
    stripes = np.zeros((10, 30, 3), np.uint8)
    stripes[:, 10:20] = 255
    for label in ("a", "b"):
        for i in range(5):
            paint(tmp_path / label / f"{i}.png", "black")
            Image.fromarray(stripes).save(tmp_path / label / f"{i}.png")
    assert load("photos_folder", tmp_path, image_shape=(10, 10, 3)).x_train.min() == 1


def test_a_photograph_taken_sideways_is_turned_upright(tmp_path):
    for label in ("a", "b"):
        for i in range(5):
            paint(tmp_path / label / f"{i}.jpg", "black")
            image = Image.fromarray(np.repeat([[[255] * 3], [[0] * 3]], 16, axis=0).astype(np.uint8).repeat(32, axis=1))
            exif = Image.Exif()
            exif[0x0112] = 6  # "turn right by 90°": what is above must be on the right
            image.save(tmp_path / label / f"{i}.jpg", exif=exif)
    x = load("photos_folder", tmp_path, image_shape=(32, 32, 3)).x_train[0]
    assert x[:, 20:].mean() > 0.9 and x[:, :12].mean() < 0.1


def test_files_that_are_no_pictures_are_named_and_left_out(tree):
    (tree / "red" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut off")
    (tree / "red" / "notes.txt").write_text("no picture", encoding="utf-8")
    (tree / "red" / ".DS_Store").write_bytes(b"hidden")
    (tree / "blue" / "half.png").write_bytes((tree / "blue" / "deeper" / "0.png").read_bytes()[:60])
    with pytest.warns(UserWarning, match=r"3 files in .* left out: broken.jpg, half.png, notes.txt\."):
        data = load("photos_folder", tree, image_shape=(8, 8, 3))
    assert len(data.x_train) + len(data.x_test) == 20


def test_a_limit_takes_some_of_each_class(tree):
    assert set(load("photos_folder", tree, limit=6, image_shape=(4, 4, 3)).y_train) == {0, 1}


def test_what_is_wrong_is_said(tmp_path, tree):
    for folder in (None, tmp_path / "nowhere"):
        with pytest.raises(FileNotFoundError, match="is no folder. Give one that holds a folder for each class"):
            load("photos_folder", folder)
    with pytest.raises(ValueError, match="holds 1 folders: expected two or more"):
        load("photos_folder", tree / "blue")
    with pytest.raises(ValueError, match=r"image_shape=\(8, 8, 1\): expected \(height, width, 3\)"):
        load("photos_folder", tree, image_shape=(8, 8, 1))
    (tree / "green").mkdir()
    with pytest.raises(ValueError, match="has no picture of green"):
        load("photos_folder", tree, image_shape=(8, 8, 3))
    with pytest.raises(ValueError, match="photos_folder is your own; to download are"):
        get("photos_folder")


def test_of_several_trees_to_test_on_the_one_called_test_is_read(tmp_path):
    for part, color in (("train", "white"), ("val", "gray"), ("test", "black")):
        for label in ("ants", "bees"):
            paint(tmp_path / part / label / "1.png", color)
    assert load("photos_folder", tmp_path, image_shape=(4, 4, 3)).x_test.max() == 0


def test_classes_may_be_called_train_and_bus(tmp_path):
    for label in ("train", "bus", "test"):
        for i in range(5):
            paint(tmp_path / label / f"{i}.png", "black", size=(10 + i, 10))
    assert load("photos_folder", tmp_path, image_shape=(4, 4, 3)).class_names == ("bus", "test", "train")


@pytest.mark.parametrize("parts", [("first", "second"), ("fold 1", "fold 2", "fold 3")])
def test_nested_folders_that_may_be_classes_or_parts_are_refused(tmp_path, parts):
    for part in parts:
        for label in ("ants", "bees"):
            paint(tmp_path / part / label / "1.png", "black")
    with pytest.raises(ValueError, match=rf"holds {', '.join(parts)}, and each of them ants, bees: which are the clas"):
        load("photos_folder", tmp_path)


@pytest.mark.parametrize("name", (".ipynb_checkpoints", ".thumbnails", "@eaDir", "__MACOSX"))
def test_hidden_and_system_folders_are_passed_over(tree, name):
    for place in (tree, tree / "red", tree / "blue" / "deeper"):
        paint(place / name / "copy.png", "green")
    data = load("photos_folder", tree, image_shape=(4, 4, 3))
    assert data.class_names == ("blue", "red")
    assert len(data.x_train) + len(data.x_test) == 20


def test_copies_in_both_parts_are_said(tmp_path):
    for part in ("train", "test"):
        for label in ("ants", "bees"):
            paint(tmp_path / part / label / "1.png", "black")
            paint(tmp_path / part / label / "2.png", "white", size=(9 + len(part + label), 9))
    with pytest.warns(
        UserWarning, match="2 of the pictures to test on are also among those to train on, such as 1.png"
    ):
        load("photos_folder", tmp_path, image_shape=(4, 4, 3))


CIRCLE = np.hypot(*np.indices((32, 32)) - 15.5) < 10  # black on white, as a viewer shows each of the next


def sixteen_bits():
    return Image.fromarray((~CIRCLE * 65535).astype(np.uint16))


def black_on_transparent():
    return Image.fromarray(np.stack([np.zeros((32, 32)), CIRCLE * 255], axis=-1).astype(np.uint8), "LA")


def colours_under_transparency():
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3))
    return Image.fromarray(np.dstack([noise * ~CIRCLE[..., None], CIRCLE * 255]).astype(np.uint8), "RGBA")


def palette_with_transparency():
    image = Image.fromarray(CIRCLE.astype(np.uint8), "P")
    image.putpalette([255, 0, 0, 0, 0, 0])
    image.info["transparency"] = 0
    return image


def black_and_white():
    return Image.fromarray(~CIRCLE)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("make", "suffix"),
    [
        (sixteen_bits, "png"),
        (sixteen_bits, "tif"),
        (black_on_transparent, "png"),
        (colours_under_transparency, "png"),
        (colours_under_transparency, "tif"),
        (palette_with_transparency, "png"),
        (palette_with_transparency, "gif"),
        (black_and_white, "png"),
    ],
)
def test_a_picture_is_what_a_viewer_shows(tmp_path, make, suffix):
    for label in ("a", "b"):
        for part in ("train", "test"):
            (tmp_path / part / label).mkdir(parents=True)
            make().save(tmp_path / part / label / f"1.{suffix}")
    shown = load("photos_folder", tmp_path, image_shape=(32, 32, 3)).x_train[0]
    np.testing.assert_allclose(shown, np.repeat(~CIRCLE[..., None], 3, axis=2), atol=0.01)


def test_greys_of_unknown_range_and_odd_files_are_left_out_and_named(tree):
    Image.fromarray(np.ones((8, 8), np.float32)).save(tree / "red" / "float.tif")
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\x04\0\0\0six\0\0\0\0\0"  # the orientation as a text
    Image.new("RGB", (8, 8)).save(tree / "red" / "odd.jpg", exif=exif)
    (tree / "red" / "broken.dds").write_bytes(b"DDS " + bytes(200))
    (tree / "red" / "broken.avif").write_bytes(b"\0\0\0 ftypavif" + bytes(200))
    with pytest.warns(UserWarning, match="left out: broken.avif, broken.dds, float.tif"):
        data = load("photos_folder", tree, image_shape=(8, 8, 3))
    assert len(data.x_train) + len(data.x_test) == 21  # odd.jpg is shown as it lies


def test_a_class_without_enough_pictures_is_said_in_plain_words(tree):
    paint(tree / "green" / "1.png", "green")
    with pytest.raises(ValueError, match="has one file for green: expected two or more of each class"):
        load("photos_folder", tree)
    with pytest.raises(ValueError, match="limit=2 leaves no picture of"):
        load("photos_folder", tree, limit=2)


def test_more_than_fits_into_memory_is_said_before(tree, monkeypatch):
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=1000))
    with pytest.raises(MemoryError, match="image_dataset_from_directory"):
        load("photos_folder", tree, image_shape=(8, 8, 3))


def test_the_photographs_are_in_memory_once(tree):
    data = load("photos_folder", tree, image_shape=(8, 8, 3))
    assert data.x_train.base is data.x_test.base is not None


def test_two_trees_with_other_classes_are_refused(tmp_path):
    for place in ("train/ants", "train/bees", "val/ants", "val/wasps"):
        paint(tmp_path / place / "1.png", "black")
    with pytest.raises(ValueError, match="has the classes ants, bees, .* ants, wasps"):
        load("photos_folder", tmp_path)


REAL = Path(os.environ.get("DLSHEET_DATA_DIR", "nowhere")) / "hymenoptera"


@pytest.mark.skipif(not REAL.is_dir(), reason="needs the ants and bees in DLSHEET_DATA_DIR")
def test_real_ants_and_bees_are_read():
    data = load("photos_folder", REAL)
    assert data.class_names == ("ants", "bees")
    assert data.x_train.shape == (120, 224, 224, 3) and data.x_test.shape == (60, 224, 224, 3)
