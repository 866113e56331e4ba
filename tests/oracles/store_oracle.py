"""A stored recording opened by h5py, without plugins, against the samples that went in.

usage: store_oracle.py VAGUS_STORE_TOOL
"""
import pathlib
import subprocess
import sys
import tempfile

try:
    import h5py
except ImportError:
    print("SKIPPED: h5py is not in this environment")
    sys.exit(77)
import numpy

KINDS = {"MLII": "<i2", "acc_x": "<f4", "a/b": "<i4", "baro": "<f8"}


def main(tool: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = pathlib.Path(folder) / "store"
        subprocess.run([tool, "add", str(store), "set", "3"], check=True)
        files = sorted(store.glob("signals/*/*.h5"))
        assert len(files) == 3, files
        compared = 0
        for path in files:
            with h5py.File(path, "r") as file:
                name = file.attrs["name"]
                assert file.attrs["format"] == "vagus recording 1"
                assert file.attrs["subject"] == "subject " + name
                assert file.attrs["start"].startswith("2011-03-13T"), file.attrs["start"]
                assert dict(file["attributes"].attrs) == {"age": "69", "sex": "M", "device": "synthetic"}
                assert path.name.startswith(file.attrs["signal_hash"])
                assert len(file["channels"]) == len(KINDS)
                for link, dataset in file["channels"].items():
                    channel = dataset.attrs["name"]
                    truth = numpy.frombuffer(
                        subprocess.run([tool, "truth", name[1:], channel], check=True, capture_output=True).stdout,
                        KINDS[channel])
                    assert dataset.dtype == numpy.dtype(KINDS[channel]), (channel, dataset.dtype)
                    assert dataset.compression == "gzip" and dataset.shuffle, channel
                    assert dataset[:].tobytes() == truth.tobytes(), f"{path} {channel}: other samples"
                    stretches = file["stretches"][link]
                    assert stretches.attrs["columns"] == "first_row,rows,t_start_s,rate_hz"
                    assert int(stretches[:, 1].sum()) == truth.size, channel
                    assert len(stretches) == dataset.attrs["gaps"] + 1
                    compared += truth.size
                lead = file["channels/MLII"]
                assert (lead.attrs["gain"], lead.attrs["baseline"], lead.attrs["unit"]) == (200, 1024, "mv")
                assert (lead.attrs["rate_hz"], lead.attrs["quantity"], lead.attrs["placement"]) == (250, "ecg", "chest")
        print(f"h5py {h5py.__version__}: {compared} samples of {len(files)} files are what went in")


if __name__ == "__main__":
    main(sys.argv[1])
