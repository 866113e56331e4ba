"""The C interface from outside: tests in C99, compiled against what is installed and run in a folder of their own.

Usage: capi_test.py PART PREFIX PROGRAM SCRATCH COMPILER [FLAG...]

PART: header, read, run, score, errors, package.
"""
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile

PART, PREFIX, PROGRAM, SCRATCH, COMPILER = sys.argv[1:6]
FLAGS = sys.argv[6:]
HERE = os.path.dirname(os.path.abspath(__file__))
STRICT = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror"]
ENVIRONMENT = dict(os.environ, PKG_CONFIG_PATH=os.path.join(PREFIX, "lib", "pkgconfig"), VAGUS_STORE=os.path.join(SCRATCH, "store"),
                   XDG_CACHE_HOME=os.path.join(SCRATCH, "cache"))
ENVIRONMENT.pop("LD_LIBRARY_PATH", None)


def run(*command, out=None, **keywords):
    done = subprocess.run(command, cwd=SCRATCH, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600, **keywords)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)} ended in {done.returncode}\n{done.stdout.decode()}{done.stderr.decode()}")
    if out:
        with open(os.path.join(SCRATCH, out), "wb") as file:
            file.write(done.stdout)
    return done.stdout.decode()


def pkg_config(*what):
    return shlex.split(run("pkg-config", *what, "vagus"))


def compiled(name):
    version = pkg_config("--modversion")[0]
    run(COMPILER, *STRICT, *FLAGS, f'-DVERSION_OF_PC="{version}"', os.path.join(HERE, name + "_test.c"), "-o", name + "_test",
        *pkg_config("--cflags", "--libs"), "-lm")
    return os.path.join(SCRATCH, name + "_test")


def simulated():
    run(PROGRAM, "simulate", "ecg", "--seed", "5", "--duration-s", "60", "-o", "ecg")
    return os.path.join(SCRATCH, "ecg.hea")


def header():
    with open(os.path.join(SCRATCH, "alone.c"), "w") as file:
        file.write("#include <vagus.h>\nint main(void) { return vagus_version() == 0; }\n")
    run(COMPILER, "-std=c99", "-pedantic", "-Wall", "-Werror", "-fsyntax-only", *pkg_config("--cflags"), "alone.c")
    run(COMPILER, "-std=c++98", "-x", "c++", "-Wall", "-Wextra", "-Werror", "-Wno-long-long", "-fsyntax-only",
        *pkg_config("--cflags"), "alone.c")
    # Each declaration of a function, and no other symbol, is exported with a version.
    with open(os.path.join(PREFIX, "include", "vagus.h")) as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    declared = set(re.findall(r"\b(vagus_\w+)\(", text))
    listing = run("nm", "-D", "--defined-only", os.path.join(PREFIX, "lib", "libvagus.so"))
    exported = {line.split()[2] for line in listing.splitlines() if line.split()[1] != "A"}
    foreign = {name for name in exported if not name.startswith("vagus_")}
    if foreign or {name.split("@@")[0] for name in exported} != declared:
        sys.exit(f"declared and exported differ: {sorted(declared ^ {name.split('@@')[0] for name in exported})[:20]}")
    if not all(name.endswith("@@VAGUS_0") for name in exported):
        sys.exit("symbols without a version")


def read():
    file = simulated()
    with tarfile.open(os.path.join(SCRATCH, "ecg.tar.gz"), "w:gz") as archive:
        for ending in ("hea", "dat", "atr"):
            archive.add(os.path.join(SCRATCH, "ecg." + ending), "in/ecg." + ending)
    run(compiled("read"), file, "ecg.tar.gz::in/ecg.hea", os.path.realpath(PREFIX))


def running():
    file = simulated()
    run(PROGRAM, "run", "health.beats", file, "--json", out="beats.json")
    run(compiled("run"), file, "beats.json")


def score():
    file = simulated()
    run(PROGRAM, "run", "health.beats", file, "--wfdb", "vgs")
    run(PROGRAM, "score", "ec57", "ecg.atr", "ecg.vgs", "--from-s", "5", "--json", out="score.json")
    run(compiled("score"), file, "score.json")


def errors():
    run(compiled("errors"), simulated())


def package():
    """find_package(vagus) from a project of its own."""
    folder = os.path.join(SCRATCH, "project")
    os.makedirs(folder)
    with open(os.path.join(folder, "CMakeLists.txt"), "w") as file:
        file.write("cmake_minimum_required(VERSION 3.20)\nproject(mine C)\nfind_package(vagus 0.1 REQUIRED CONFIG)\n"
                   "add_executable(mine main.c)\ntarget_link_libraries(mine PRIVATE vagus::vagus)\n")
    with open(os.path.join(folder, "main.c"), "w") as file:
        file.write("#include <stdio.h>\n#include <vagus.h>\nint main(void) { puts(vagus_version()); return 0; }\n")
    run("cmake", "-S", folder, "-B", "made", f"-DCMAKE_PREFIX_PATH={PREFIX}", f"-DCMAKE_C_COMPILER={COMPILER}",
        f"-DCMAKE_C_FLAGS={' '.join(FLAGS)}")
    run("cmake", "--build", "made")
    if run(os.path.join(SCRATCH, "made", "mine")).strip() != pkg_config("--modversion")[0]:
        sys.exit("the package's version is not the library's")


shutil.rmtree(SCRATCH, ignore_errors=True)
os.makedirs(SCRATCH)
{"header": header, "read": read, "run": running, "score": score, "errors": errors, "package": package}[PART]()
