/** Samples as base64 of little-endian 16-bit numbers: value = offset + scale * number, -32768 where there is none. */
export interface Packed {
  scale: number;
  offset: number;
  data: string;
}

function words(data: string, signed: boolean): number[] {
  const bytes = atob(data), out: number[] = new Array<number>(bytes.length >> 1);
  for (let i = 0; i < out.length; ++i) {
    const word = bytes.charCodeAt(2 * i) | (bytes.charCodeAt(2 * i + 1) << 8);
    out[i] = signed && word >= 0x8000 ? word - 0x10000 : word;
  }
  return out;
}

export function unpacked(packed: Packed): (number | null)[] {
  return words(packed.data, true).map((w) => (w === -0x8000 ? null : packed.offset + packed.scale * w));
}

/** Times as 65535ths of the stretch from t0 to t1. */
export function unpackedTimes(data: string, t0: number, t1: number): number[] {
  return words(data, false).map((w) => t0 + ((t1 - t0) * w) / 65535);
}
