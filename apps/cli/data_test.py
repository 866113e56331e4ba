"""`vagus data` from outside: downloads from a server on this machine, and a store that may not be written to.

Usage: data_test.py PROGRAM SCRATCH_FOLDER
"""
import hashlib
import http.server
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import unittest

PROGRAM, SCRATCH = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
NOBODY = 65534


def vagus(*arguments, env=None, **keywords):
    environment = {k: v for k, v in os.environ.items() if k not in ("VAGUS_DATA", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")}
    environment.update(VAGUS_STORE=os.path.join(SCRATCH, "store"), XDG_CACHE_HOME=os.path.join(SCRATCH, "cache"),
                       XDG_DATA_HOME=os.path.join(SCRATCH, "home"), TMPDIR=os.path.join(SCRATCH, "tmp"))
    environment.update(env or {})
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, env=environment, cwd=SCRATCH, timeout=120, **keywords)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def put(name, content):
    path = os.path.join(SCRATCH, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return path


def files_below(folder):
    """Every file with a hash of its bytes."""
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(at, name), "rb") as file:
                found[os.path.relpath(os.path.join(at, name), folder)] = hashlib.sha256(file.read()).hexdigest()
    return found


def archive():
    """A set of one recording, as a compressed tar."""
    recording = "t_s,acc_x_g\n" + "".join(f"{i / 50},{(i * 37 % 101) / 100}\n" for i in range(500))
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in (("tiny/dataset.csv", "recording,file\nr1,r1.csv\n"), ("tiny/r1.csv", recording)):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content.encode()))
    return packed.getvalue()


class Server(http.server.BaseHTTPRequestHandler):
    content = archive()

    def do_GET(self):
        if self.path == "/tiny.tar.gz":
            self.answer(self.content)
        elif self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/tiny.tar.gz")
            self.end_headers()
        elif self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
            self.end_headers()
        elif self.path == "/cut":  # says how much it is, then hangs up half way
            self.answer(self.content[:len(self.content) // 2], len(self.content))
        elif self.path == "/cut-unsaid":  # the connection's end is the only end
            self.answer(self.content[:len(self.content) // 2], None)
        else:
            self.send_error(404)

    def answer(self, content, length=-1):
        self.send_response(200)
        if length is not None:
            self.send_header("Content-Length", str(len(content) if length < 0 else length))
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = True

    def log_message(self, *_):
        pass


class Download(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()

    def setUp(self):
        shutil.rmtree(SCRATCH, ignore_errors=True)
        os.makedirs(os.path.join(SCRATCH, "tmp"))

    def get(self, where, sha256=hashlib.sha256(Server.content).hexdigest()):
        layout = put("tiny.toml", f"""name = "tiny"
exclude = ["dataset"]
[download]
url = "http://127.0.0.1:{self.server.server_address[1]}/{where}"
file = "tiny.tar.gz"
sha256 = "{sha256}"
[[recordings]]
files = "{{recording}}.csv"
""")
        return vagus("data", "get", "tiny", "--layout", layout, "--json")

    def refused(self, where, *saying, **keywords):
        code, out, err = self.get(where, **keywords)
        self.assertEqual((code, out), (3, ""), err)
        self.assertTrue(1 <= len(err.splitlines()) <= 3, err)
        for text in saying:
            self.assertIn(text, err)
        self.assertEqual(os.listdir(os.path.join(SCRATCH, "tmp")), [], "nothing of the download is left")
        code, out, err = vagus("data", "list", "--json")
        self.assertEqual((code, json.loads(out)), (0, []), err)
        self.assertEqual([f for f in files_below(os.path.join(SCRATCH, "store")) if f.endswith((".h5", ".jsonl"))], [])

    def test_a_set_is_taken_from_the_network_and_only_once(self):
        code, out, err = self.get("tiny.tar.gz")
        self.assertEqual(code, 0, err)
        self.assertEqual(json.loads(out)["added"], 1)
        self.assertEqual(os.listdir(os.path.join(SCRATCH, "tmp")), [])
        code, out, err = vagus("data", "check", "--json")
        self.assertEqual((code, json.loads(out)["recordings"]), (0, 1), err)
        code, out, err = self.get("not-asked-again")
        self.assertEqual((code, json.loads(out)["already_there"]), (0, 1), err)

    def test_a_redirection_is_followed_to_http_alone(self):
        self.refused("elsewhere", "download failed")
        self.assertEqual(self.get("moved")[0], 0)

    def test_another_checksum_is_refused(self):
        self.refused("tiny.tar.gz", "checksum", sha256="0" * 64)

    def test_what_is_not_there_is_refused(self):
        self.refused("none.tar.gz", "404")

    def test_a_cut_connection_is_refused(self):
        self.refused("cut", "download failed")
        self.refused("cut-unsaid", "checksum")
        self.refused("cut-unsaid", "tiny.tar.gz", sha256="")

    def test_no_server_is_refused(self):
        layout = put("gone.toml", 'name = "gone"\n[download]\nurl = "http://127.0.0.1:1/x"\nfile = "gone.zip"\n[[recordings]]\nfiles = "x"\n')
        code, out, err = vagus("data", "get", "gone", "--layout", layout)
        self.assertEqual((code, out), (3, ""), err)
        self.assertIn("127.0.0.1", err)

    def test_a_set_without_an_address_says_where_it_comes_from(self):
        code, _, err = vagus("data", "get", "sisfall")
        self.assertEqual(code, 3)
        self.assertIn("VAGUS_DATA", err)


class SharedStore(unittest.TestCase):
    """A store that this user may read and not write: everything works, and what is written goes to a private overlay."""

    def setUp(self):
        shutil.rmtree(SCRATCH, ignore_errors=True)
        for folder in ("tmp", "cache", "home"):
            os.makedirs(os.path.join(SCRATCH, folder))
        put("own/dataset.csv", "recording,file,subject\nwalk,walk.csv,anna\n")
        put("own/walk.csv", "t_s,acc_x_g\n" + "".join(f"{i / 50},{(i * 37 % 101) / 100}\n" for i in range(500)))
        put("own/walk.ann.csv", "t_start_s,t_end_s,track,label\n1,2,activity,walk\n")
        code, _, err = vagus("data", "add", "own")
        self.assertEqual(code, 0, err)
        self.store = os.path.join(SCRATCH, "store")
        self.user = {}

    def tearDown(self):
        for at, folders, _ in os.walk(SCRATCH):
            for folder in folders:
                os.chmod(os.path.join(at, folder), 0o755)

    def lock_by_permissions(self):
        """Permissions do not bind root, who becomes nobody."""
        for at, folders, names in os.walk(self.store):
            for name in folders + names:
                path = os.path.join(at, name)
                os.chmod(path, 0o555 if os.path.isdir(path) else 0o444)
        os.chmod(self.store, 0o555)
        if os.geteuid() == 0:
            for folder in ("tmp", "cache", "home"):
                os.chown(os.path.join(SCRATCH, folder), NOBODY, NOBODY)
            self.user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            try:
                usable = vagus("--version", **self.user)[0] == 0 and vagus("data", "list", **self.user)[0] == 0
            except OSError:
                usable = False
            if not usable:
                self.skipTest("SKIPPED: another user cannot run the program from here")

    def walk_through(self, run):
        before = files_below(self.store)
        code, out, err = run("data", "show", "own:walk", "--json")
        self.assertEqual(code, 0, err)
        signal = json.loads(out)["signal_hash"]
        code, out, err = run("data", "label", "export", "own:walk", "--track", "activity")
        self.assertEqual(code, 0, err)
        self.assertEqual(run("data", "label", "export", "own:walk")[1], out, "the only track need not be named")
        other = put("tmp/other.csv", out.replace("activity,walk", "posture,walk"))
        code, _, err = run("data", "label", "apply", "own:walk", other, "--author", "me", "--reason", "seen")
        self.assertEqual(code, 3, "labels of another track would take all away")
        self.assertIn("posture", err)
        mended = put("tmp/mended.csv", out.replace("activity,walk", "activity,run"))
        code, out, err = run("data", "label", "apply", "own:walk", mended, "--track", "activity", "--author", "me", "--reason", "seen")
        self.assertEqual(code, 0, err)
        more = put("tmp/more/dataset.csv", "recording,file\nsit,sit.csv\n")
        put("tmp/more/sit.csv", "t_s,acc_x_g\n" + "".join(f"{i / 50},{i % 7}\n" for i in range(100)))
        code, out, err = run("data", "add", os.path.dirname(more))
        self.assertEqual(code, 0, err)
        code, out, err = run("data", "list", "--json")
        self.assertEqual((code, sorted(row["set"] for row in json.loads(out))), (0, ["more", "own"]), err)
        code, out, err = run("data", "show", "own:walk", "--json")
        shown = json.loads(out)
        self.assertEqual(shown["signal_hash"], signal)
        self.assertEqual([layer["reason"] for layer in shown["tracks"][0]["layers"]][-1], "seen")
        code, out, err = run("data", "check", "--json")
        self.assertEqual((code, json.loads(out)["intact"]), (0, True), err)
        self.assertEqual(files_below(self.store), before, "not a byte of the shared store has changed")
        self.assertTrue(files_below(os.path.join(SCRATCH, "home", "vagus-overlays")))

    def test_that_permissions_protect(self):
        self.lock_by_permissions()
        self.walk_through(lambda *arguments: vagus(*arguments, **self.user))

    def test_that_is_mounted_for_reading(self):
        if os.geteuid() != 0 or shutil.which("unshare") is None:
            self.skipTest("SKIPPED: mounting needs root and unshare")
        locked = ["unshare", "--mount", "sh", "-c",
                  'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"', self.store]
        if subprocess.run([*locked, "true"], capture_output=True).returncode != 0:
            self.skipTest("SKIPPED: this machine does not allow mounts")

        def run(*arguments):
            environment = dict(os.environ, VAGUS_STORE=self.store, XDG_CACHE_HOME=os.path.join(SCRATCH, "cache"),
                               XDG_DATA_HOME=os.path.join(SCRATCH, "home"))
            done = subprocess.run([*locked, PROGRAM, *arguments], capture_output=True, env=environment, cwd=SCRATCH, timeout=120)
            return done.returncode, done.stdout.decode(), done.stderr.decode()
        self.walk_through(run)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
