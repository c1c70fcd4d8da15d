"""Tiny sets in the official layouts, their archives, and a server that sends them, well or badly."""

import contextlib
import hashlib
import pickle
import shutil
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from dlsheet.datasets.archive import git_blob_id
from dlsheet.datasets.names import LANGUAGES18
from dlsheet.datasets.ucihar import CHANNELS

ROWS = 12  # of each batch, part or class


def write_cifar10(folder, batches=(1, 2, 3, 4, 5)):
    """cifar-10-batches-py: pickles of ROWS photographs; all pixels of row i of batch b are 10 b + i."""
    folder.mkdir(parents=True)
    for number, name in [*((b, f"data_batch_{b}") for b in batches), (0, "test_batch")]:
        data = np.repeat(10 * number + np.arange(ROWS, dtype=np.uint8)[:, None], 3072, axis=1)
        batch = {"data": data, "labels": [i % 10 for i in range(ROWS)], "batch_label": name}
        (folder / name).write_bytes(pickle.dumps(batch, protocol=2))


def write_names18(folder):
    """names: five names a language."""
    folder.mkdir(parents=True)
    for language in LANGUAGES18:
        lines = "".join(f"{language}é{letter}\n" for letter in "abcde")
        (folder / f"{language}.txt").write_text(lines, encoding="utf-8")


def write_ucihar(folder):
    """UCI HAR Dataset: ROWS windows a part; the numbers of channel c in row i are c + i / 100."""
    for part, persons in (("train", "1 3"), ("test", "2 4")):
        signals = folder / part / "Inertial Signals"
        signals.mkdir(parents=True)
        for c, channel in enumerate(CHANNELS):
            lines = [" ".join([f"{c + i / 100: .7e}"] * 128) for i in range(ROWS)]
            (signals / f"{channel}_{part}.txt").write_text("\n".join(lines) + "\n")
        (folder / part / f"y_{part}.txt").write_text("".join(f"{i % 6 + 1}\n" for i in range(ROWS)))
        (folder / part / f"subject_{part}.txt").write_text("".join(f"{persons.split()[i % 2]}\n" for i in range(ROWS)))


def write_imdb(folder):
    """aclImdb: ROWS reviews a class and part, and unlabelled ones, which no loader reads."""
    for part, kind in (("train", "pos"), ("train", "neg"), ("train", "unsup"), ("test", "pos"), ("test", "neg")):
        (folder / part / kind).mkdir(parents=True)
        for i in range(ROWS):
            (folder / part / kind / f"{i}_7.txt").write_text(f"{part} {kind} {i}: très bien", encoding="utf-8")


WRITERS = {"cifar10": write_cifar10, "names18": write_names18, "ucihar": write_ucihar, "imdb": write_imdb}


def pack(name, source, folder):
    """Write the official archive of a tiny set into `folder`; returns its path."""
    content = folder / "content"
    WRITERS[name](content / source.inside)
    archive = folder / source.archive
    pack_folder(content, folder / source.nested if source.nested else archive)
    if source.nested:
        with zipfile.ZipFile(archive, "w") as outer:
            outer.write(folder / source.nested, source.nested)
        (folder / source.nested).unlink()
    shutil.rmtree(content)
    return archive


def pack_folder(content, archive):
    """A .zip or .tar.gz file of what is in a folder."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in sorted(content.rglob("*")):
                packed.write(path, path.relative_to(content))
    else:
        with tarfile.open(archive, "w:gz") as packed:
            for path in sorted(content.iterdir()):
                packed.add(path, path.name)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tiny_blob(folder):
    """What `Source.blob` says of the official UCI HAR, of a tiny one."""
    write_ucihar(folder)
    path = "train/Inertial Signals/total_acc_x_train.txt"
    return path, git_blob_id((folder / path).read_bytes())[:16]


class Server:
    """A local server. files: {name: content}. cut: it sends half of each and then closes the connection, or where
    `stall` is an Event, waits for that first. asked: the names that were asked for."""

    def __init__(self):
        self.files, self.asked, self.cut, self.stall = {}, [], False, None
        self.half_sent = threading.Event()

    def answer(self, request):
        name = request.path[1:]
        self.asked.append(name)
        if name not in self.files:
            return request.send_error(404)
        content = self.files[name]
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content[: len(content) // 2] if self.cut else content)
        request.wfile.flush()
        self.half_sent.set()
        if self.cut and self.stall:
            self.stall.wait(30)


@contextlib.contextmanager
def serving():
    """(a Server, its URL) while it runs."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.answer(self)

        def log_message(self, *args):
            """Silent."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    threading.Thread(target=http.serve_forever, args=[0.01], daemon=True).start()
    try:
        yield server, f"http://127.0.0.1:{http.server_port}"
    finally:
        http.shutdown()
        http.server_close()
