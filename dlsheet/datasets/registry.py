"""Where the sets that are not part of the project come from: URL, checksum and layout, in one table."""

from dataclasses import dataclass, field, replace
from urllib.parse import unquote


@dataclass(frozen=True)
class Source:
    """One official archive.

    url: where it is. checksum: 'sha256:…' or 'md5:…' as published, or None where nothing is: then the sha256 of the
    first one seen is noted beside it and holds from then on.
    inside: the set's folder in the archive; its last part is what the unpacked folder is called.
    nested: the archive in the archive that holds the folder. unused: a part of the folder that no loader reads.
    files: published md5 sums of files in the folder. blob: a file in it and how its git blob id begins.
    keras: where in Keras's own cache the folder lies if keras.datasets has loaded the set.
    """

    url: str
    checksum: str | None
    inside: str
    nested: str = ""
    unused: str = ""
    files: dict = field(default_factory=dict)
    blob: tuple = ()
    keras: tuple = ()

    @property
    def archive(self):
        """The archive's file name, as a browser saves it."""
        return unquote(self.url.rsplit("/", 1)[-1])

    @property
    def inner(self):
        """The same set from the archive in the archive alone, as people have it who unpacked the outer one."""
        return replace(self, url=self.nested, nested="", checksum=None)

    @property
    def folder(self):
        """The name of the unpacked folder."""
        return self.inside.rsplit("/", 1)[-1]


SOURCES = {
    "cifar10": Source(
        url="https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
        checksum="sha256:6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        inside="cifar-10-batches-py",
        files={
            "data_batch_1": "md5:c99cafc152244af753f735de768cd75f",
            "data_batch_2": "md5:d4bba439e000b95fd0a9bffe97cbabec",
            "data_batch_3": "md5:54ebc095f3ab1f0389bbae665268c751",
            "data_batch_4": "md5:634d18415352ddfa80567beed471001a",
            "data_batch_5": "md5:482c414d41f54cd18b22e5b47cb7c3cb",
            "test_batch": "md5:40351d587109b95175f43aff81a1287e",
        },
        keras=("cifar-10-batches-py-target/cifar-10-batches-py", "cifar-10-batches-py"),
    ),
    "names18": Source(
        url="https://download.pytorch.org/tutorial/data.zip",
        checksum=None,
        inside="data/names",
    ),
    "ucihar": Source(
        url="https://archive.ics.uci.edu/static/public/240/human+activity+recognition+using+smartphones.zip",
        checksum=None,
        inside="UCI HAR Dataset",
        nested="UCI HAR Dataset.zip",
        blob=("train/Inertial Signals/total_acc_x_train.txt", "065f256a01e80c18"),
    ),
    "imdb": Source(
        url="https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
        checksum="md5:7c2ac02c03563afcf9b574c7e56c153a",
        inside="aclImdb",
        unused="aclImdb/train/unsup",
    ),
}
