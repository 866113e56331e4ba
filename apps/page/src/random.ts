/** SplitMix64, the same numbers as lab/stats/random.h: 64 bits as two halves, for a browser has no fast 64-bit integers. */
export class SplitMix {
  private high: number;
  private low: number;

  constructor(high: number, low: number) {
    this.high = high >>> 0;
    this.low = low >>> 0;
  }

  /** The `index`-th (below 2^32) of many streams of one seed (below 2^53). */
  static stream(seed: number, index: number): SplitMix {
    const a = new SplitMix(Math.floor(seed / 2 ** 32), seed % 2 ** 32);
    const b = new SplitMix(0xffffffff, ~index);
    a.next();
    b.next();
    return new SplitMix(a.outHigh ^ b.outHigh, a.outLow ^ b.outLow);
  }

  /** The two halves of the last number drawn. */
  outHigh = 0;
  outLow = 0;

  next(): void {
    const low = this.low + 0x7f4a7c15;
    this.high = (this.high + 0x9e3779b9 + (low > 0xffffffff ? 1 : 0)) >>> 0;
    this.low = low >>> 0;
    this.outHigh = this.high;
    this.outLow = this.low;
    this.shift(30);
    this.multiply(0xbf58476d, 0x1ce4e5b9);
    this.shift(27);
    this.multiply(0x94d049bb, 0x133111eb);
    this.shift(31);
  }

  /** In [0, n), n below 2^21. */
  below(n: number): number {
    this.next();
    return Math.floor((this.outHigh * n) / 2 ** 32);
  }

  /** out ^= out >> bits, for bits below 32. */
  private shift(bits: number): void {
    const low = ((this.outHigh << (32 - bits)) | (this.outLow >>> bits)) >>> 0;
    this.outLow = (this.outLow ^ low) >>> 0;
    this.outHigh = (this.outHigh ^ (this.outHigh >>> bits)) >>> 0;
  }

  /** out *= factor, modulo 2^64. */
  private multiply(high: number, low: number): void {
    const a0 = this.outLow & 0xffff, a1 = this.outLow >>> 16;
    const b0 = low & 0xffff, b1 = low >>> 16;
    const p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
    const carried = (p00 >>> 16) + (p01 & 0xffff) + (p10 & 0xffff);
    const upper = p11 + (p01 >>> 16) + (p10 >>> 16) + (carried >>> 16);
    const cross = (Math.imul(this.outLow, high) + Math.imul(this.outHigh, low)) | 0;
    this.outLow = (((carried & 0xffff) << 16) | (p00 & 0xffff)) >>> 0;
    this.outHigh = (upper + cross) >>> 0;
  }
}
