"""How a set gets from its source to its folder, and that nothing half-written is ever read. All from a local server."""

import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from official_layouts import WRITERS, pack, serving, sha256, tiny_blob

from dlsheet.datasets import cache_dir, get, list_datasets, load, verify
from dlsheet.datasets.cache import WORK, find
from dlsheet.datasets.registry import SOURCES

NAMES = list(SOURCES)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache of its own for each test; no other folder is looked into."""
    monkeypatch.setattr("dlsheet.datasets.cache.user_cache_path", lambda project: tmp_path / "cache")
    monkeypatch.delenv("DLSHEET_DATA_DIR", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "no-keras"))
    return tmp_path / "cache"


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A local server with the tiny archives of all sets, which the registry points to, checksums included."""
    (tmp_path / "official").mkdir()
    with serving() as (server, url):
        for name, source in SOURCES.items():
            archive = pack(name, source, tmp_path / "official")
            server.files[archive.name] = archive.read_bytes()
            tiny = replace(
                source,
                url=f"{url}/{source.archive}",
                checksum=source.checksum and f"sha256:{sha256(archive)}",
                files={},
                blob=source.blob and tiny_blob(tmp_path / "blob"),
            )
            monkeypatch.setitem(SOURCES, name, tiny)
        yield server


def point_nowhere(monkeypatch, name):
    """Let a set's URL lead to a port where nobody listens."""
    url = f"http://127.0.0.1:9/{SOURCES[name].archive}"
    monkeypatch.setitem(SOURCES, name, replace(SOURCES[name], url=url))


def put_by_hand(server, name, folder, content=None):
    """The archive of a set, or other content under its name, in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / SOURCES[name].archive
    archive.write_bytes(server.files[archive.name] if content is None else content)
    return archive


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


# The way there


@pytest.mark.parametrize("name", NAMES)
def test_a_set_is_downloaded_once_and_then_read_from_its_folder(server, cache, name):
    first = load(name)
    again = load(name, limit=5)
    assert server.asked == [SOURCES[name].archive]
    assert len(again.x_train) == 5 and len(first.x_train) > 5
    assert not [left for left in names_in(cache) if left.startswith(WORK)]


@pytest.mark.parametrize("name", NAMES)
def test_a_set_is_the_same_from_its_archive_and_from_its_folder(server, tmp_path, name):
    WRITERS[name](tmp_path / "mine" / SOURCES[name].folder)
    downloaded, unpacked = load(name), load(name, tmp_path / "mine")
    assert downloaded.x_train.tolist() == unpacked.x_train.tolist()
    assert downloaded.y_test.tolist() == unpacked.y_test.tolist()


@pytest.mark.parametrize("name", NAMES)
def test_an_archive_put_there_by_hand_is_unpacked_without_a_network(server, tmp_path, name):
    put_by_hand(server, name, tmp_path / "mine")
    assert len(load(name, tmp_path / "mine").x_train) and not server.asked


def test_the_folder_of_a_zip_unpacked_by_hand_is_found_where_it_lies(server, tmp_path):
    WRITERS["names18"](tmp_path / "mine" / "data" / "names")
    assert len(load("names18", tmp_path / "mine").x_train) and not server.asked


@pytest.mark.parametrize("name", NAMES)
def test_a_doubled_folder_and_data_dir_itself_are_understood(server, tmp_path, name):
    folder = SOURCES[name].folder
    WRITERS[name](tmp_path / "doubled" / folder / folder)
    assert len(load(name, tmp_path / "doubled").x_train)
    assert len(load(name, tmp_path / "doubled" / folder / folder).x_train) and not server.asked


def test_ucihar_is_unpacked_from_the_archive_within_its_archive_too(server, tmp_path):
    archive = put_by_hand(server, "ucihar", tmp_path / "mine")
    with zipfile.ZipFile(archive) as packed:
        packed.extract(SOURCES["ucihar"].nested, tmp_path / "mine")
    archive.unlink()
    assert len(load("ucihar", tmp_path / "mine").x_train) and not server.asked


def test_what_keras_has_downloaded_is_found(server, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    WRITERS["cifar10"](tmp_path / "keras" / "datasets" / "cifar-10-batches-py-target" / "cifar-10-batches-py")
    assert len(load("cifar10").x_train) and not server.asked


def test_only_what_is_read_is_unpacked(server, cache):
    get("imdb")
    assert names_in(cache / "aclImdb" / "train") == ["neg", "pos"]


def test_data_dir_comes_before_the_environment_and_that_before_the_cache(server, tmp_path, monkeypatch, cache):
    monkeypatch.setenv("DLSHEET_DATA_DIR", str(tmp_path / "environment"))
    assert get("names18", tmp_path / "argument") == tmp_path / "argument" / "names"
    assert get("names18") == tmp_path / "environment" / "names"
    monkeypatch.delenv("DLSHEET_DATA_DIR")
    assert get("names18") == cache / "names" and cache_dir() == cache


def test_the_project_s_own_names_are_not_taken_for_names18(server, monkeypatch):
    project = Path(__file__).resolve().parents[1]
    with pytest.raises(ValueError, match="holds the sets that are part of the project. Choose another folder"):
        load("names18", project / "data")
    assert find("names18", project) == (None, None)


def test_a_set_in_the_cache_is_found_beside_the_environment_s_folder(server, tmp_path, monkeypatch):
    get("names18")
    monkeypatch.setenv("DLSHEET_DATA_DIR", str(tmp_path / "empty"))
    assert len(load("names18").x_train) and len(server.asked) == 1


def test_nothing_is_printed_but_the_progress(server, capfd):
    get("cifar10")
    shown = capfd.readouterr()
    assert shown.out == "" and "B/s" in shown.err


def test_what_is_part_of_the_project_cannot_be_downloaded():
    with pytest.raises(ValueError, match="digits is embedded; to download are cifar10"):
        get("digits")


# What goes wrong on the way


@pytest.mark.parametrize("name", NAMES)
def test_without_a_network_the_error_says_what_to_put_where(server, cache, monkeypatch, name):
    point_nowhere(monkeypatch, name)
    with pytest.raises(ConnectionError) as refused:
        load(name)
    for part in (SOURCES[name].url, SOURCES[name].folder, str(cache)):
        assert part in str(refused.value)
    assert names_in(cache) == []


def test_a_file_that_the_server_does_not_have_is_no_connection(server, cache):
    server.files.clear()
    with pytest.raises(ConnectionError, match="404"):
        load("cifar10")


@pytest.mark.parametrize("name", NAMES)
def test_a_connection_cut_half_way_leaves_nothing_and_the_next_call_starts_again(server, cache, name):
    server.cut = True
    with pytest.raises(ConnectionError):
        load(name)
    assert names_in(cache) == []
    server.cut = False
    assert len(load(name).x_train)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("content", [b"<html>Please log in</html>", b"", "half"], ids=["a page", "empty", "half"])
def test_a_wrong_download_is_refused_and_deleted(server, cache, name, content):
    archive = SOURCES[name].archive
    right = server.files[archive]
    server.files[archive] = right[: len(right) // 2] if content == "half" else content
    with pytest.raises(ValueError, match="sent a wrong file, which was deleted"):
        load(name)
    assert names_in(cache) == []
    server.files[archive] = right
    assert len(load(name).x_train)


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_archive_put_there_by_hand_is_refused_and_left_alone(server, tmp_path, name):
    archive = put_by_hand(server, name, tmp_path / "mine", b"something else")
    with pytest.raises(ValueError, match="left alone: replace it by http.*, or move it away"):
        load(name, tmp_path / "mine")
    assert archive.read_bytes() == b"something else" and names_in(tmp_path / "mine") == [archive.name]


def test_a_set_without_a_published_checksum_keeps_to_the_first_one_seen(server, cache, tmp_path):
    get("names18")
    (cache / "names").rename(tmp_path / "names")
    (cache / "data.zip").unlink()
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("data/names/Greek.txt", "altered\n")
    server.files["data.zip"] = (tmp_path / "other.zip").read_bytes()
    with pytest.raises(ValueError, match="expected .*data.zip.sha256 keeps the first one's: delete it if"):
        get("names18")
    assert names_in(cache) == ["data.zip.sha256"]


def test_the_official_ucihar_is_known_by_a_file_in_it(server, cache, monkeypatch):
    path = SOURCES["ucihar"].blob[0]
    monkeypatch.setitem(SOURCES, "ucihar", replace(SOURCES["ucihar"], blob=(path, "0123456789abcdef")))
    with pytest.raises(ValueError, match="has not the official train/Inertial Signals/total_acc_x_train.txt"):
        load("ucihar")
    assert names_in(cache) == []


def test_an_archive_of_something_else_is_refused(server, tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("data/eng-fra.txt", "go\tva")
    for name, lacks in (("names18", "names"), ("ucihar", "UCI HAR Dataset.zip")):
        put_by_hand(server, name, tmp_path / "mine", (tmp_path / "other.zip").read_bytes())
        with pytest.raises(ValueError, match=f"does not hold {lacks}: it is not the official archive"):
            load(name, tmp_path / "mine")


def hostile_tar(path, name, link=None):
    with tarfile.open(path, "w:gz") as packed:
        member = tarfile.TarInfo(name)
        if link:
            member.type, member.linkname = tarfile.SYMTYPE, link
        packed.addfile(member)


@pytest.mark.parametrize("bad", ["../escaped", "/tmp/escaped", "cifar-10-batches-py/../../escaped", "C:\\escaped"])
@pytest.mark.parametrize("name", ["cifar10", "names18"])
def test_an_archive_with_a_member_outside_its_folder_writes_nothing(server, cache, tmp_path, monkeypatch, name, bad):
    path = tmp_path / SOURCES[name].archive
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr(bad, "gotcha")
    else:
        hostile_tar(path, bad)
        monkeypatch.setitem(SOURCES, name, replace(SOURCES[name], checksum=f"sha256:{sha256(path)}"))
    server.files[path.name] = path.read_bytes()
    with pytest.raises(ValueError, match="has a member that leaves its folder: .*escaped"):
        load(name)
    assert names_in(cache) == [] and not list(tmp_path.rglob("*escaped*"))


def test_a_link_that_leads_out_of_the_folder_is_refused(server, tmp_path, monkeypatch):
    path = tmp_path / "mine" / SOURCES["cifar10"].archive
    path.parent.mkdir()
    hostile_tar(path, "cifar-10-batches-py/data_batch_1", link="../../../etc/passwd")
    monkeypatch.setitem(SOURCES, "cifar10", replace(SOURCES["cifar10"], checksum=f"sha256:{sha256(path)}"))
    with pytest.raises(ValueError, match="leaves its folder"):
        load("cifar10", path.parent)
    assert names_in(path.parent) == [path.name]


# Folders that cannot be written to


def test_a_cache_that_cannot_be_made_is_named_with_the_way_out(server, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr("dlsheet.datasets.cache.user_cache_path", lambda project: tmp_path / "file" / "cache")
    with pytest.raises(PermissionError, match=r"Cannot write to .*file.cache .*data_dir, or set DLSHEET_DATA_DIR"):
        load("cifar10")
    assert not server.asked and cache_dir() == tmp_path / "file" / "cache"


def test_a_read_only_cache_is_named_with_the_way_out(server, cache):
    cache.mkdir()
    cache.chmod(0o500)
    if os.access(cache, os.W_OK):
        pytest.skip("a folder's mode does not bind this user (root, or Windows)")
    with pytest.raises(PermissionError, match="Cannot write to .*DLSHEET_DATA_DIR"):
        load("cifar10")


def test_an_archive_in_a_read_only_folder_is_unpacked_into_the_cache(server, cache, tmp_path, monkeypatch):
    shared = tmp_path / "shared"
    put_by_hand(server, "names18", shared)
    monkeypatch.setenv("DLSHEET_DATA_DIR", str(shared))
    true_mkdtemp = tempfile.mkdtemp

    def mkdtemp(prefix, dir):
        if dir == shared:
            raise PermissionError(13, "Permission denied")
        return true_mkdtemp(prefix=prefix, dir=dir)

    monkeypatch.setattr(tempfile, "mkdtemp", mkdtemp)
    assert get("names18") == cache / "names" and names_in(shared) == ["data.zip"] and cache_dir() == cache


# Killed at any moment

KILLED = """
import os, signal, sys
from pathlib import Path
import zipfile
from dlsheet.datasets import get

moment, folder = sys.argv[1], Path(sys.argv[2])
count = 0

def deadly(function, name, at):
    def call(*args, **kwargs):
        global count
        if moment == f"before {name}" and count == at:
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*args, **kwargs)
        if moment == f"after {name}" and count == at:
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1
        return result
    return call

if "member" in moment:
    zipfile.ZipFile.extract = deadly(zipfile.ZipFile.extract, "member", 7)
else:
    number = {"note": 0, "folder": 1}[moment.split()[1]]
    os.replace = deadly(os.replace, moment.split()[1], number)
get("names18", folder)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
@pytest.mark.parametrize("moment", ["after member", "before note", "after note", "before folder", "after folder"])
def test_a_run_killed_while_unpacking_leaves_the_old_state_or_the_new(server, tmp_path, moment):
    mine = tmp_path / "mine"
    put_by_hand(server, "names18", mine)
    done = subprocess.run([sys.executable, "-c", KILLED, moment, str(mine)])
    assert done.returncode == -signal.SIGKILL
    assert (mine / "names").exists() == (moment == "after folder")
    assert len(load("names18", mine).x_train) == 72
    for left in mine.glob(f"{WORK}*"):
        os.utime(left, (time.time() - 90_000,) * 2)
    put_by_hand(server, "imdb", mine)
    load("imdb", mine)
    assert not list(mine.glob(f"{WORK}*"))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_a_run_killed_while_downloading_leaves_nothing_that_is_read(server, tmp_path):
    server.cut, server.stall = True, threading.Event()
    code = f"""
from dataclasses import replace
from dlsheet.datasets import get
from dlsheet.datasets.registry import SOURCES
SOURCES["cifar10"] = replace(SOURCES["cifar10"], url={SOURCES["cifar10"].url!r})
get("cifar10", {str(tmp_path / "mine")!r})
"""
    run = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    assert server.half_sent.wait(30)
    time.sleep(0.2)
    run.kill()
    run.wait()
    server.stall.set()
    server.cut = False
    assert all(name.startswith(WORK) for name in names_in(tmp_path / "mine"))
    assert len(load("cifar10", tmp_path / "mine").x_train)


def test_two_runs_that_unpack_at_once_both_get_the_folder(server, tmp_path):
    put_by_hand(server, "ucihar", tmp_path / "mine")
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: get("ucihar", tmp_path / "mine"), range(4)))
    assert folders == {tmp_path / "mine" / "UCI HAR Dataset"} and len(load("ucihar", tmp_path / "mine").x_train) == 12


# What is there


def test_the_list_says_what_is_there_and_what_is_to_download(server, tmp_path):
    def where():
        return {row.name: row.where for row in list_datasets()}

    assert where()["cifar10"] == "to download" and where()["digits"] == "embedded"
    get("cifar10")
    assert where()["cifar10"] == "present" and where()["imdb"] == "to download"


def test_verify_reads_what_is_there_and_finds_it_right(server):
    for name in NAMES:
        get(name)
    rows = verify()
    assert {row.name for row in rows} == set(NAMES) and all(row.ok for row in rows)
    assert [row.why for row in rows if row.name == "cifar10"] == ["has the published checksum", "60 + 12 rows"]
    assert [row.why for row in rows if row.name == "names18"] == ["is the one first seen", "72 + 18 rows"]


def test_verify_finds_a_damaged_archive_and_a_damaged_file(server, cache):
    get("cifar10")
    (cache / SOURCES["cifar10"].archive).write_bytes(b"damaged")
    (cache / "cifar-10-batches-py" / "test_batch").write_bytes(b"damaged")
    archive, folder = verify()
    assert not archive.ok and "sha256" in archive.why and archive.file.name == SOURCES["cifar10"].archive
    assert not folder.ok and "test_batch is no CIFAR-10 batch" in folder.why


def test_verify_and_get_say_which_files_a_folder_lacks(tmp_path, monkeypatch):
    folder = tmp_path / "mine" / "cifar-10-batches-py"
    WRITERS["cifar10"](folder)
    sums = {path.name: f"sha256:{sha256(path)}" for path in folder.iterdir()}
    monkeypatch.setitem(SOURCES, "cifar10", replace(SOURCES["cifar10"], files=sums))
    (folder / "data_batch_4").unlink()
    rows = verify(tmp_path / "mine")
    assert len(rows) == 6 and all(row.ok for row in rows) and "lacks data_batch_4" in rows[-1].why
    with pytest.raises(FileNotFoundError, match="lacks data_batch_4. Put them there, or move it away"):
        get("cifar10", tmp_path / "mine")


def test_verify_of_an_empty_folder_finds_nothing(tmp_path):
    assert verify(tmp_path) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_registry_names_an_archive_and_a_folder(name):
    source = SOURCES[name]
    assert source.url.startswith("https://") and Path(source.archive).suffix in (".zip", ".gz") and source.folder
