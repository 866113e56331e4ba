"""Heart beats after the steps of Pan and Tompkins (IEEE Trans. Biomed. Eng. 32:230, 1985), as one writes them first: NumPy, a
second at a time. Its port to the wrist is pan_tompkins.h; docs/from-a-notebook-to-a-wrist.md holds one against the other."""

import numpy as np
import vagus as vg


class Mean:
    """Mean of the last `length` values of a stream; what came before the first counts as that first value."""

    def __init__(self, length):
        self.length, self.past = length, None

    def __call__(self, x):
        if self.past is None:
            self.past = np.full(self.length - 1, x[0])
        x = np.concatenate([self.past, x])
        self.past = x[len(x) - self.length + 1:]
        return np.convolve(x, np.full(self.length, 1 / self.length), "valid")


class Slope:
    """Value less the value `lag` samples before."""

    def __init__(self, lag):
        self.lag, self.past = lag, None

    def __call__(self, x):
        if self.past is None:
            self.past = np.full(self.lag, x[0])
        x = np.concatenate([self.past, x])
        self.past = x[len(x) - self.lag:]
        return x[self.lag:] - x[:-self.lag]


@vg.detector("proto.pan_tompkins", reads={"ecg": "mV"}, emits={"sample": int, "quality": float}, event="beats",
             probes=["band", "energy", "threshold"])
class PanTompkins:
    """Beats where the energy of the QRS band stands out."""

    def __init__(self, rate_hz, share=0.3, refractory_ms=240.0):
        def samples(ms):
            return max(1, int(ms * 0.001 * rate_hz))

        self.share = share
        self.smooth, self.drift = Mean(samples(28)), Mean(samples(160))
        self.slope, self.window = Slope(samples(12)), Mean(samples(150))
        self.hold = samples(refractory_ms)
        # What the filters add: the band's centre to the energy's.
        self.delay = (samples(28) - 1) // 2 + samples(12) // 2 + (samples(150) - 1) // 2
        self.count, self.best, self.left = 0, (0, 0.0), 0
        self.tail = []          # the last `hold` energies
        self.beat = self.noise = 0.0

    def threshold(self):
        return self.noise + self.share * (self.beat - self.noise)

    def weigh(self, at, energy):
        """A peak of the energy: a beat above the threshold, noise below; either moves the threshold."""
        is_beat = energy > self.threshold()
        if is_beat:
            self.beat += 0.125 * (energy - self.beat)
        else:
            self.noise += 0.125 * (energy - self.noise)
        if is_beat:
            yield {"sample": max(0, at - self.delay), "quality": 0.5 + 0.5 * float(energy / (energy + 4 * self.threshold()))}

    def push(self, ecg):
        x = ecg.astype(float)
        band = self.smooth(x) - self.drift(x)
        energy = self.window(self.slope(band) ** 2)
        first, thresholds = self.count, np.empty(len(x))
        for i, value in enumerate(energy):
            # The highest of the last `hold` samples that nothing tops for `hold` more is a peak.
            if not self.tail or value > max(self.tail):
                self.best, self.left = (self.count, value), self.hold
            elif self.left > 0:
                self.left -= 1
                if self.left == 0:
                    yield from self.weigh(*self.best)
            self.tail.append(value)
            if len(self.tail) > self.hold:
                self.tail.pop(0)
            thresholds[i] = self.threshold()
            self.count += 1
        yield {"kind": "probe", "name": "band", "sample": first, "values": band}
        yield {"kind": "probe", "name": "energy", "sample": first, "values": energy}
        yield {"kind": "probe", "name": "threshold", "sample": first, "values": thresholds}

    def finish(self):
        if self.left > 0:
            yield from self.weigh(*self.best)
