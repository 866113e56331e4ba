#include "lab/formats/volume.h"

#include <gtest/gtest.h>

#include "lab/formats/test_folder.h"

namespace vagus::lab {
namespace {

class VolumeTest : public TestFolder {};

TEST_F(VolumeTest, FolderGivesItsFilesAndNothingOutside) {
  put("a/b/x.csv", "t_s,ecg_mv\n");
  put("a/y.hea", "y 0 250 0\n");
  const auto volume = open_folder(path("a"));
  EXPECT_EQ(volume->list(), (std::vector<std::string>{"b/x.csv", "y.hea"}));
  EXPECT_EQ(volume->read("b/x.csv").text(), "t_s,ecg_mv\n");
  put("secret", "no");
  EXPECT_FALSE(volume->contains("../secret"));
  EXPECT_REFUSES(volume->read("../secret"), "leaves its folder");
  EXPECT_REFUSES(volume->read("/etc/passwd"), "leaves its folder");
  EXPECT_REFUSES(volume->read("none"), "none");
}

TEST_F(VolumeTest, LargeFileIsMappedWholeAndEmptyOneIsEmpty) {
  const std::string text(3'000'000, 'x');
  put("large", text);
  put("empty", "");
  const auto volume = open_folder(folder_.string());
  EXPECT_EQ(volume->read("large").text(), text);
  EXPECT_EQ(volume->read("empty").size(), 0U);
}

TEST_F(VolumeTest, EveryArchiveFormatGivesTheSameMembers) {
  put("set/100.hea", "100 1 360 10\n");
  put("set/100.dat", std::string(100'000, 'd'));
  python(R"(
import zipfile, tarfile
with zipfile.ZipFile('a.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    z.write('set/100.hea'); z.write('set/100.dat')
for mode in ['', 'gz', 'bz2', 'xz']:
    with tarfile.open('a.tar' + ('.' + mode if mode else ''), 'w:' + mode) as t: t.add('set')
)");
  for (const char* name : {"a.zip", "a.tar", "a.tar.gz", "a.tar.bz2", "a.tar.xz"}) {
    const auto volume = open_archive(path(name));
    EXPECT_EQ(volume->list(), (std::vector<std::string>{"set/100.dat", "set/100.hea"})) << name;
    for (int twice = 0; twice < 2; ++twice) {
      EXPECT_EQ(volume->read("set/100.hea").text(), "100 1 360 10\n") << name;
      EXPECT_EQ(volume->read("set/100.dat").size(), 100'000U) << name;
    }
    EXPECT_REFUSES(volume->read("set/101.hea"), "no such file in the archive");
    EXPECT_TRUE(looks_like_archive(open_folder(folder_.string())->read(name).view())) << name;
  }
}

TEST_F(VolumeTest, LocateFindsFilesMembersAndNamesWithoutEnding) {
  put("set/100.hea", "100 0 360 10\n");
  put("one.csv", "t_s,ecg_mv\n0,1\n");
  python(R"(
import zipfile
with zipfile.ZipFile('a.zip', 'w') as z: z.write('set/100.hea'); z.writestr('set/notes.txt', 'hello')
)");
  EXPECT_EQ(locate(path("set/100")).path, "100.hea");
  EXPECT_EQ(locate(path("one.csv")).shown(), path("one.csv"));
  EXPECT_EQ(locate(path("a.zip") + "::set/100.hea").shown(), path("a.zip") + "::set/100.hea");
  EXPECT_EQ(locate(path("a.zip") + "::set/100").path, "set/100.hea");
  EXPECT_EQ(locate(path("a.zip")).path, "set/100.hea");
  EXPECT_EQ(locate(path("a.zip")).volume->read("set/notes.txt").text(), "hello");
}

TEST_F(VolumeTest, WhatCannotBeLocatedIsNamed) {
  put("set/100.hea", "100 0 360 10\n");
  python(R"(
import zipfile
with zipfile.ZipFile('two.zip', 'w') as z: z.writestr('a.csv', 't_s,ecg_mv'); z.writestr('b.csv', 't_s,ecg_mv')
with zipfile.ZipFile('none.zip', 'w') as z: z.writestr('a.txt', 'x'); z.writestr('b.txt', 'x')
with zipfile.ZipFile('empty.zip', 'w') as z: pass
)");
  EXPECT_REFUSES(locate(path("set")), "folder");
  EXPECT_REFUSES(locate(path("set/100.he")), "is 100.hea meant?");
  EXPECT_REFUSES(locate(path("nowhere/100")), "no such file");
  EXPECT_REFUSES(locate(path("two.zip")), "holds 2 recordings");
  EXPECT_REFUSES(locate(path("two.zip") + "::c.csv"), "no such file in the archive");
  EXPECT_REFUSES(locate(path("two.zip") + "::../a.csv"), "leaves the archive");
  EXPECT_REFUSES(locate(path("none.zip")), "no recording");
  EXPECT_REFUSES(locate(path("empty.zip")), "empty");
  EXPECT_REFUSES(locate(path("set") + "::100.hea"), "folder");
  EXPECT_REFUSES(locate(""), "no file");
}

TEST_F(VolumeTest, SegmentsOfARecordAreNotRecordingsOfTheirOwn) {
  put("m/long.hea", "long/2 1 250 20\ns1 10\ns2 10\n");
  put("m/s1.hea", "s1 1 250 10\n");
  put("m/s2.hea", "s2 1 250 10\n");
  put("m/x.ann.csv", "");
  EXPECT_EQ(recordings_in(*open_folder(path("m"))), std::vector<std::string>{"long.hea"});
}

TEST_F(VolumeTest, ArchivesThatReachOutsideAreRefusedWhole) {
  python(R"(
import zipfile, tarfile, io
def tar(name, member, **fields):
    with tarfile.open(name, 'w:gz') as t:
        good = tarfile.TarInfo('good.csv'); good.size = 1; t.addfile(good, io.BytesIO(b'x'))
        info = tarfile.TarInfo(member)
        for k, v in fields.items(): setattr(info, k, v)
        t.addfile(info)
tar('up.tar.gz', '../evil.csv'); tar('deep.tar.gz', 'a/../../evil.csv'); tar('abs.tar.gz', '/tmp/evil.csv')
tar('link.tar.gz', 'evil', type=tarfile.SYMTYPE, linkname='../../etc/passwd')
tar('abslink.tar.gz', 'evil', type=tarfile.SYMTYPE, linkname='/etc/passwd')
tar('device.tar.gz', 'evil', type=tarfile.CHRTYPE)
with zipfile.ZipFile('up.zip', 'w') as z: z.writestr('good.csv', 'x'); z.writestr('../evil.csv', 'x')
with zipfile.ZipFile('back.zip', 'w') as z: z.writestr('good.csv', 'x'); z.writestr('..\\evil.csv', 'x')
)");
  for (const char* name : {"up.tar.gz", "deep.tar.gz", "abs.tar.gz", "link.tar.gz", "abslink.tar.gz", "device.tar.gz",
                           "up.zip", "back.zip"}) {
    EXPECT_REFUSES(open_archive(path(name)), "nothing of this archive was read");
    EXPECT_REFUSES(locate(path(name) + "::good.csv"), "evil");
  }
}

TEST_F(VolumeTest, LinkWithinTheArchiveGivesWhatItPointsTo) {
  python(R"(
import tarfile, io
with tarfile.open('a.tar.xz', 'w:xz') as t:
    info = tarfile.TarInfo('d/x.csv'); info.size = 3; t.addfile(info, io.BytesIO(b'abc'))
    info = tarfile.TarInfo('d/y.csv'); info.type = tarfile.SYMTYPE; info.linkname = 'x.csv'; t.addfile(info)
)");
  EXPECT_EQ(open_archive(path("a.tar.xz"))->read("d/y.csv").text(), "abc");
}

TEST_F(VolumeTest, BombsAreRefusedBeforeTheyGrow) {
  python(R"(
import zipfile, tarfile, io, lzma, gzip
class Zeros(io.RawIOBase):
    def __init__(self, n): self.n = n
    def readable(self): return True
    def read(self, k=-1):
        k = min(self.n, 1 << 20 if k < 0 else k); self.n -= k; return bytes(k)
with zipfile.ZipFile('bomb.zip', 'w', zipfile.ZIP_DEFLATED, compresslevel=9) as z:
    with z.open('big.csv', 'w') as f:
        for _ in range(300): f.write(bytes(1 << 20))
info = tarfile.TarInfo('big.csv'); info.size = 300 << 20
with tarfile.open('bomb.tar.gz', 'w:gz', compresslevel=9) as t: t.addfile(info, Zeros(info.size))
with tarfile.open('bomb.tar.xz', 'w:xz', preset=1) as t: t.addfile(info, Zeros(info.size))
with gzip.open('bomb.csv.gz', 'wb', 9) as f:
    for _ in range(300): f.write(bytes(1 << 20))
)");
  for (const char* name : {"bomb.zip", "bomb.tar.gz", "bomb.tar.xz", "bomb.csv.gz"})
    EXPECT_REFUSES(locate(path(name)), "bomb");
}

TEST_F(VolumeTest, DamagedArchivesAreNamed) {
  put("x.csv", std::string(200'000, 'x') + "tail");
  python(R"(
import tarfile, zipfile, random
random.seed(1); open('noise', 'wb').write(random.randbytes(200000))
for mode in ['gz', 'xz']:
    with tarfile.open('a.tar.' + mode, 'w:' + mode) as t: t.add('noise', 'x.csv')
    data = open('a.tar.' + mode, 'rb').read()
    open('cut.tar.' + mode, 'wb').write(data[:len(data) // 2])
    flipped = bytearray(data); flipped[len(data) // 2] ^= 0xff
    open('flipped.tar.' + mode, 'wb').write(flipped)
with zipfile.ZipFile('a.zip', 'w', zipfile.ZIP_DEFLATED) as z: z.write('noise', 'x.csv')
data = open('a.zip', 'rb').read(); open('cut.zip', 'wb').write(data[:len(data) // 2])
open('magic.zip', 'wb').write(b'PK\x03\x04' + b'\xff' * 500)
open('magic.xz', 'wb').write(b'\xfd7zXZ\x00' + b'\xff' * 500)
open('magic.7z', 'wb').write(b'7z\xbc\xaf\x27\x1c' + b'\xff' * 500)
)");
  for (const char* name :
       {"cut.tar.gz", "cut.tar.xz", "flipped.tar.xz", "cut.zip", "magic.zip", "magic.xz", "magic.7z"}) {
    EXPECT_REFUSES(
        {
          const Location where = locate(path(name));
          where.volume->read(where.path);
        },
        name);
  }
}

TEST_F(VolumeTest, ALargeArchiveIsLookedThroughOnceUntilItIsTouched) {
  setenv("XDG_CACHE_HOME", path("cache").c_str(), 1);
  python(R"(
import tarfile, io, random
random.seed(1)
noise = {name: random.randbytes(1 << 20) for name in ('a.csv', 'b.csv', 'c.csv')}
def pack(archive, names):
    with tarfile.open(archive, 'w:gz') as t:
        for member, name in names:
            info = tarfile.TarInfo(member); info.size = len(noise[name]); t.addfile(info, io.BytesIO(noise[name]))
pack('x.tar.gz', [(n, n) for n in noise])
pack('evil.tar.gz', [('../' + n, n) for n in noise])
for n in noise: open(n, 'wb').write(noise[n])
)");
  const std::vector<std::string> all = {"a.csv", "b.csv", "c.csv"};
  const auto file = open_folder(folder_.string());
  const auto same = [&](const Volume& archive) {
    for (const char* name : {"c.csv", "a.csv", "b.csv"})
      EXPECT_EQ(archive.read(name).text(), file->read(name).text()) << name;
  };
  EXPECT_EQ(open_archive(path("x.tar.gz"))->list(), all);
  const auto again = open_archive(path("x.tar.gz"));
  EXPECT_EQ(again->list(), all);
  same(*again);
  // That the second call believed the first shows in that it believes this.
  python(R"(
import glob, json, os
[kept] = glob.glob('cache/vagus/archives/*.json')
survey = json.load(open(kept))
survey['members'] = [m for m in survey['members'] if m[0] != 'c.csv']
json.dump(survey, open(kept, 'w'))
)");
  EXPECT_EQ(open_archive(path("x.tar.gz"))->list(), (std::vector<std::string>{"a.csv", "b.csv"}));
  // A survey that says what no survey could is not believed, nor one whose order is not the archive's.
  python(R"(
import glob, json
[kept] = glob.glob('cache/vagus/archives/*.json')
survey = json.load(open(kept))
survey['members'] = [['../evil.csv', 1, '']]
json.dump(survey, open(kept, 'w'))
)");
  EXPECT_EQ(open_archive(path("x.tar.gz"))->list(), all);
  python(R"(
import glob, json
[kept] = glob.glob('cache/vagus/archives/*.json')
survey = json.load(open(kept))
survey['members'] = [['a.csv', 2, '']]
json.dump(survey, open(kept, 'w'))
)");
  EXPECT_REFUSES(open_archive(path("x.tar.gz"))->read("a.csv"), "changed");
  // Another archive under this name is looked through, though its time is set back.
  python(R"(
import os
was = os.stat('x.tar.gz')
open('x.tar.gz', 'r+b').write(open('evil.tar.gz', 'rb').read())
os.truncate('x.tar.gz', was.st_size)
os.utime('x.tar.gz', ns=(was.st_atime_ns, was.st_mtime_ns))
)");
  EXPECT_REFUSES(open_archive(path("x.tar.gz")), "nothing of this archive was read");
  unsetenv("XDG_CACHE_HOME");
}

TEST_F(VolumeTest, SingleCompressedFileIsReadByItsNameWithoutTheEnding) {
  python("import gzip\ngzip.open('acc.csv.gz', 'wb').write(b't_s,acc_x_g\\n')\n");
  const Location where = locate(path("acc.csv.gz"));
  EXPECT_EQ(where.path, "acc.csv");
  EXPECT_EQ(where.volume->read(where.path).text(), "t_s,acc_x_g\n");
}

}  // namespace
}  // namespace vagus::lab
