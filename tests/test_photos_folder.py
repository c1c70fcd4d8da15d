"""load("photos_folder", …): any tree with a folder a class."""

import os
from pathlib import Path

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
        paint(tmp_path / "red" / f"{i}.{('png', 'jpg')[i % 2]}", "red")
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


@pytest.mark.parametrize("name", ("val", "test", "validation"))
def test_a_train_and_a_test_tree_stay_apart(tmp_path, name):
    for part, color in (("train", "white"), (name, "black")):
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
    with pytest.warns(UserWarning, match=r"3 files in .* left out: half.png, broken.jpg, notes.txt\."):
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
