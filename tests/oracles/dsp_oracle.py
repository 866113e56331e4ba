"""device/dsp in single precision against SciPy in double: dsp_oracle.py PROBE

Each line printed is one comparison: the largest difference over the rms of SciPy's answer, and the bound it must keep."""
import subprocess
import sys

import numpy as np
from scipy import signal, stats

probe = sys.argv[1]
random = np.random.default_rng(20261123)
noise = random.standard_normal(20000).astype(np.float32)
failed = 0


def ours(operator, numbers, samples):
    out = subprocess.run([probe, operator, *[repr(float(x)) for x in numbers]], input=np.asarray(samples, "<f4").tobytes(),
                         stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(out, "<f4").astype(float)


def compare(what, got, want, bound):
    global failed
    want = np.asarray(want, float)
    same_size = len(got) == len(want)
    error = np.max(np.abs(got - want)) / np.sqrt(np.mean(want**2)) if same_size else np.inf
    ok = error <= bound
    failed += not ok
    print(f"{'ok ' if ok else 'BAD'} {what}: {error:.2g} (bound {bound:g})" + ("" if same_size else f" sizes {len(got)} {len(want)}"))


x = noise.astype(float)

# Filters. Low corners cost digits: their poles lie within 1e-2 of 1 and are floats.
for order in (1, 2, 3, 4, 5, 8):
    for corner, rate, bound in ((40, 250, 3e-6), (5, 360, 5e-5), (0.5, 250, 1e-3)):
        compare(f"butter low {order} {corner}/{rate} Hz", ours("butter_low", (order, corner, rate), noise),
                signal.sosfilt(signal.butter(order, corner, fs=rate, output="sos"), x), bound * order)
        compare(f"butter high {order} {corner}/{rate} Hz", ours("butter_high", (order, corner, rate), noise),
                signal.sosfilt(signal.butter(order, corner, "high", fs=rate, output="sos"), x), bound * order)
for order in (1, 2, 3, 4):
    for low, high, rate, bound in ((5, 15, 360, 5e-5), (0.5, 40, 250, 3e-4), (20, 100, 250, 5e-6), (0.6, 3.5, 50, 2e-4)):
        compare(f"butter band {order} {low}-{high}/{rate} Hz", ours("butter_band", (order, low, high, rate), noise),
                signal.sosfilt(signal.butter(order, (low, high), "band", fs=rate, output="sos"), x), bound * order)
for hz, rate, q in ((50, 250, 30), (60, 360, 30), (50, 1000, 10)):
    # SciPy's width is tan(w / 2Q), the cookbook's sin(w) / 2Q.
    w = 2 * np.pi * hz / rate
    cookbook = np.sin(w) / (2 * np.tan(w / (2 * q)))
    compare(f"notch {hz}/{rate} Hz", ours("notch", (hz, rate, cookbook), noise), signal.lfilter(*signal.iirnotch(hz, q, rate), x), 2e-5)
    compare(f"peak {hz}/{rate} Hz", ours("peak", (hz, rate, cookbook), noise), signal.lfilter(*signal.iirpeak(hz, q, rate), x), 1e-4)

windows = ("boxcar", "hann", "hamming", "blackman", ("kaiser", 6.0))
for number, window in enumerate(windows):
    compare(f"firwin low {window}", ours("firwin_low", (65, 20, 0, 250, number), []), signal.firwin(65, 20, window=window, fs=250), 3e-6)
    compare(f"firwin band {window}", ours("firwin_band", (65, 10, 40, 250, number), []),
            signal.firwin(65, (10, 40), window=window, pass_zero=False, fs=250), 3e-6)
    compare(f"firwin high {window}", ours("firwin_high", (65, 20, 0, 250, number), []),
            signal.firwin(65, 20, window=window, pass_zero=False, fs=250), 3e-6)
taps = random.standard_normal(101).astype(np.float32)
compare("fir 101 taps", ours("fir", taps, noise), signal.lfilter(taps.astype(float), 1, x), 2e-6)


def resampler_filter(up, down, taps=128, zeros=6.0, band=0.9, beta=6.0):
    """The design of device/dsp/resampler.h in double, as one filter at up times the input rate."""
    corner = band * min(1.0, up / down)
    half = min(zeros / corner, taps / 2)
    reach = int(np.ceil(half))
    d = np.arange(-reach * up, reach * up + 1)
    t = d / up
    inside = np.clip(1 - (t / half) ** 2, 0, None)
    h = np.where(np.abs(t) <= half, np.sinc(corner * t) * np.i0(beta * np.sqrt(inside)) / np.i0(beta), 0)
    for phase in range(up):
        h[phase::up] /= h[phase::up].sum()
    return h


for up, down, bound in ((25, 36, 2e-6), (1, 4, 2e-6), (5, 2, 2e-6), (25, 18, 2e-6), (125, 128, 6e-3), (125, 64, 6e-3), (250, 333, 6e-3)):
    h = resampler_filter(up, down)
    want = signal.resample_poly(x, up, down, window=h / up)
    got = ours("resample", (up, down), noise)
    compare(f"resample {up}/{down}", got[: len(want)], want, bound)

for size in (8, 64, 512, 2048, 4096):
    spectrum = np.fft.rfft(x[:size])
    packed = np.empty(size)
    packed[0], packed[1] = spectrum[0].real, spectrum[-1].real
    packed[2::2], packed[3::2] = spectrum[1:-1].real, spectrum[1:-1].imag
    compare(f"fft {size}", ours("fft", (), noise[:size]), packed, 1e-6)
tone = (np.sin(2 * np.pi * 1.3 * np.arange(20000) / 50) + 0.1 * x + 5).astype(np.float32)
for size in (256, 1024):
    want = signal.welch(tone.astype(float), 50, "hann", size, size // 2, detrend="constant")[1]
    compare(f"welch {size}", ours("welch", (size, 50), tone), want, 1e-5)
segment = noise[:1000]
full = np.correlate(segment.astype(float), segment.astype(float), "full")[999:]
compare("autocorrelation", ours("autocorrelation", (), segment) / full[0], full / full[0], 1e-5)
compare("autocorrelation by transform", ours("autocorrelation_fft", (), segment) / full[0], full / full[0], 3e-5)

padded = np.lib.stride_tricks.sliding_window_view(np.concatenate((np.full(30, np.nan), x)), 31)
compare("moving median", ours("median", (31,), noise), np.nanmedian(padded, axis=1), 1e-7)
compare("moving minimum", ours("minimum", (31,), noise), np.nanmin(padded, axis=1), 1e-7)
compare("moving average", ours("average", (31,), noise), signal.lfilter(np.full(31, 1 / 31), 1, x), 3e-6)
skewed = (np.exp(0.5 * x) + 10).astype(np.float32)
s = skewed.astype(float)
compare("moments", ours("moments", (), skewed), (s.mean(), s.var(ddof=1), stats.skew(s), stats.kurtosis(s)), 1e-3)

smooth = signal.sosfilt(signal.butter(2, 0.1, output="sos"), x).astype(np.float32)
for height, distance, prominence in ((-100, 1, 0), (0.1, 1, 0), (-100, 25, 0), (-100, 1, 0.3), (0.05, 12, 0.2)):
    at, found = signal.find_peaks(smooth, height=height, distance=distance, prominence=prominence)
    want = np.column_stack((at, found["prominences"])).ravel()
    compare(f"find_peaks {height} {distance} {prominence} ({len(at)})", ours("find_peaks", (height, distance, prominence), smooth), want, 1e-7)

sys.exit(1 if failed else 0)
