"""Archives: what is taken, what is refused by name, what damage is named."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from tfgan_suite import data
from tfgan_suite.data import unpacking

PHOTOS = np.random.default_rng(0).integers(0, 256, (4, 6, 6, 3), np.uint8)
NAMES = ("cat/0.png", "cat/1.png", "dog/0.png", "dog/1.png")


def png(pixels, form="PNG"):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, form)
    return buffer.getvalue()


FILES = dict(zip(NAMES, map(png, PHOTOS)))


def member(name, kind=tarfile.REGTYPE, size=0, linkname=""):
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, linkname
    return info


def tar(files=FILES, others=(), form=tarfile.PAX_FORMAT):
    """Bytes of a tar archive of files, and of other members without contents before them."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for info in others:
            archive.addfile(info)
        for name, contents in files.items():
            archive.addfile(member(name, size=len(contents)), io.BytesIO(contents))
    return buffer.getvalue()


def zipped(files=FILES, modes=None):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, contents in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (modes or {}).get(name, 0o100644) << 16
            archive.writestr(info, contents)
    return buffer.getvalue()


PACKED = {
    "tar": lambda files=FILES: tar(files),
    "tar.gz": lambda files=FILES: gzip.compress(tar(files), mtime=0),
    "tar.bz2": lambda files=FILES: bz2.compress(tar(files)),
    "tar.xz": lambda files=FILES: lzma.compress(tar(files)),
    "zip": zipped,
}


def unpacked(tmp_path, contents):
    """Dict of the files that an archive of these bytes unpacks to, or the error's message."""
    path, folder = tmp_path / "an archive", tmp_path / "below" / "unpacked"
    path.write_bytes(contents)
    folder.mkdir(parents=True)
    try:
        unpacking.unpack(path, folder)
    except ValueError as error:
        assert "an archive" in str(error)
        return str(error)
    files = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


# === What is read ===


@pytest.mark.parametrize("suffix", PACKED)
def test_archives_of_all_formats_hold_the_same_images(tmp_path, suffix):
    path = tmp_path / f"pets.{suffix}"
    path.write_bytes(PACKED[suffix]())
    facts = data.describe(path)
    assert facts.name == "pets" and facts.class_names == ("cat", "dog")
    ((images, labels),) = data.load(path, batch_size=4, shuffle=False, labels=True)
    np.testing.assert_allclose(images, PHOTOS / 127.5 - 1.0, atol=1e-6)
    assert labels.numpy().tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("top", ["", "photos/", "a/b/"])
def test_a_source_is_named_after_its_archive(tmp_path, top):
    path = tmp_path / "My Photos.tar.gz"
    path.write_bytes(gzip.compress(tar({f"{top}{i}.png": png(PHOTOS[i]) for i in range(4)})))
    assert data.describe(path).name == "My Photos"
    assert data.load(path, batch_size=2).provenance["source"]["name"] == "My Photos"


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_of_all_formats_of_tar(tmp_path, form):
    name = f"{'d' * 90}/{'é' if form != tarfile.USTAR_FORMAT else 'e'}{'f' * 60}.png"
    assert unpacked(tmp_path, tar({name: b"12"}, form=form)) == {name: b"12"}


def test_resource_forks_of_macos_are_no_class(tmp_path):
    path = tmp_path / "pets.zip"
    path.write_bytes(zipped({"cat/0.png": FILES[NAMES[0]], "__MACOSX/cat/._0.png": b"fork"}))
    assert data.describe(path).class_names is None


# === What is refused ===


@pytest.mark.parametrize(
    ("info", "match"),
    [
        (member("s.png", tarfile.SYMTYPE, linkname="/etc/passwd"), "s.png' is a link to '/etc/pas"),
        (member("h.png", tarfile.LNKTYPE, linkname="x" * 300), "h.png' is a link to"),
        (member("f.png", tarfile.FIFOTYPE), "f.png' is a device or a pipe"),
        (member("d.png", tarfile.CHRTYPE), "d.png' is a device or a pipe"),
        (member("/tmp/a.png"), "'/tmp/a.png' is no relative path"),
        (member("a/../../b.png"), "'a/../../b.png' is no relative path"),
        (member("a\\b.png"), "is no relative path"),
        (member("..", tarfile.DIRTYPE), "'..' is no relative path"),
        (member("a/" * 2100 + "b.png"), "File name too long"),
        (member("cat/0.png"), "'cat/0.png' is in it twice"),
        (member("cat"), "'cat/0.png' is in it twice"),
        (member("."), "'.' is in it twice"),
    ],
)
def test_what_a_tar_archive_must_not_hold_is_named(tmp_path, info, match):
    assert match in unpacked(tmp_path, tar(others=[info]))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["an archive", "below"]


@pytest.mark.parametrize(
    ("name", "mode", "match"),
    [
        ("link.png", 0o120777, "'link.png' is a link or a device"),
        ("pipe.png", 0o010644, "'pipe.png' is a link or a device"),
        ("../out.png", 0o100644, "'../out.png' is no relative path"),
        ("/tmp/out.png", 0o100644, "'/tmp/out.png' is no relative path"),
    ],
)
def test_what_a_zip_archive_must_not_hold_is_named(tmp_path, name, mode, match):
    assert match in unpacked(tmp_path, zipped({name: b"contents"}, {name: mode}))
    assert not (tmp_path / "below" / "out.png").exists()


def test_a_link_does_not_lead_later_members_outside(tmp_path):
    link = member("a", tarfile.SYMTYPE, linkname="..")
    assert "'a' is a link" in unpacked(tmp_path, tar({"a/out.png": b"x"}, [link]))
    assert not list(tmp_path.rglob("out.png"))


@pytest.mark.parametrize("suffix", ["tar.gz", "tar.bz2", "tar.xz", "zip"])
def test_what_grows_too_much_is_refused(tmp_path, monkeypatch, suffix):
    monkeypatch.setattr(unpacking, "FREE_GROWTH", 2**16)
    found = unpacked(tmp_path, PACKED[suffix]({"0.png": bytes(2**22)}))
    assert "more than 100 times its size" in found
    assert sum(p.stat().st_size for p in (tmp_path / "below").rglob("*.png")) < 2**20


def test_the_number_of_members_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_FILES", 3)
    assert "more than 3 members" in unpacked(tmp_path, tar())


def test_a_header_without_end_is_refused(tmp_path):
    large = member("x", tarfile.XHDTYPE, size=2**32).tobuf(tarfile.GNU_FORMAT)
    assert "a header in it says that it is" in unpacked(tmp_path, large + bytes(1024))


def test_nothing_of_a_refused_archive_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    (tmp_path / "bad.tar").write_bytes(tar(others=[member("x", tarfile.FIFOTYPE)]))
    with pytest.raises(ValueError, match="bad.tar"):
        data.load(tmp_path / "bad.tar")
    assert not os.listdir(tmp_path / "temporary")


# === Damage ===


def test_members_after_a_damaged_header_are_not_dropped(tmp_path):
    contents = bytearray(tar())
    contents[contents.index(b"dog/0.png")] ^= 1
    assert "bad checksum" in unpacked(tmp_path, bytes(contents))


@pytest.mark.parametrize("suffix", PACKED)
def test_an_archive_that_is_cut_off_is_named(tmp_path, suffix):
    whole = PACKED[suffix]()
    for number, end in enumerate(np.linspace(1, len(whole) - 1, 7).astype(int)):
        (folder := tmp_path / str(number)).mkdir()
        found = unpacked(folder, whole[:end])
        # Of a tar archive the last blocks of zeros are filling.
        assert isinstance(found, str) or (suffix == "tar" and found == FILES)


def test_two_archives_in_one_file_are_not_half_read(tmp_path):
    assert "bytes follow its end" in unpacked(tmp_path, tar() + tar({"more.png": b"x"}))


def flips(suffix, number, seed=0):
    """Archives in which one bit is another one."""
    whole = PACKED[suffix]()
    draws = np.random.default_rng(seed)
    for bit in draws.choice(8 * len(whole), min(number, 8 * len(whole)), replace=False):
        contents = bytearray(whole)
        contents[bit // 8] ^= 1 << bit % 8
        yield int(bit), bytes(contents)


@pytest.mark.parametrize("number", [60, pytest.param(4000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("suffix", PACKED)
def test_no_flipped_bit_changes_an_archive_in_silence(tmp_path, suffix, number):
    # A tar archive that is not compressed has no checksum of its files' bytes; PNG files have.
    for bit, contents in flips(suffix, number):
        (folder := tmp_path / str(bit)).mkdir()
        found = unpacked(folder, contents)
        if isinstance(found, str):
            continue
        if suffix != "tar":
            assert found == FILES, f"bit {bit}"
        else:
            assert found.keys() == FILES.keys(), f"bit {bit}"
            assert [len(found[name]) for name in FILES] == [*map(len, FILES.values())]
            assert sum(found[name] != FILES[name] for name in FILES) < 2


@pytest.mark.parametrize("number", [40, pytest.param(2000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("suffix", PACKED)
def test_other_bytes_end_in_an_error_with_a_name(tmp_path, suffix, number):
    draws = np.random.default_rng(1)
    whole = PACKED[suffix]()
    for case in range(number):
        contents = bytearray(whole)
        start, length = draws.integers(len(whole)), draws.integers(1, 64)
        contents[start : start + length] = draws.bytes(draws.integers(64))
        (folder := tmp_path / str(case)).mkdir()
        found = unpacked(folder, bytes(contents))
        assert isinstance(found, str) or suffix == "tar" or found == FILES
        assert sorted(p.name for p in folder.iterdir()) == ["an archive", "below"]
