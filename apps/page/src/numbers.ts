/** Numbers as the rest of the page writes them (lab/report/html.cpp). */
const thin = "\u202f";

/** A share as "98.76 %": three decimals from 99 on, never rounded up to 100. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return "unknown";
  const decimals = share >= 0.99 ? 3 : 2, scale = 10 ** decimals;
  let shown = 100 * share;
  if (share < 1 && Math.round(shown * scale) >= 100 * scale) shown = Math.floor(shown * scale) / scale;
  return shown.toFixed(decimals) + thin + "%";
}

/** A count with thin spaces between thousands. */
export function counted(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, thin);
}

/** A rate with as many digits as tell something: "0.031", "4.20", "118". */
export function rate(value: number, unit: string): string {
  if (!Number.isFinite(value)) return "unknown";
  const digits = value === 0 || value >= 100 ? 0 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(value))));
  return value.toFixed(digits) + (unit ? ` ${unit}` : "");
}

/** Short, for an axis or a threshold. */
export function brief(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** "12:31.4". */
export function clock(t: number, decimals = 1): string {
  const scale = 10 ** decimals, whole = Math.round(t * scale) / scale;
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  const seconds = (whole % 60).toFixed(decimals).padStart(decimals ? decimals + 3 : 2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** About `count` round values from low to high. */
export function ticks(low: number, high: number, count: number): number[] {
  const raw = (high - low) / count, power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((f) => f * power >= raw * (1 - 1e-9)) ?? 10) * power;
  const values: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; ++i) values.push(Number((i * step).toPrecision(12)));
  return values;
}
