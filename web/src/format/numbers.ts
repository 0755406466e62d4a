// How numbers are written: rates without the zero, intervals with an en dash, no more digits than the interval supports.

const NARROW_SPACE = "\u202f";
const MINUS = "\u2212";
const EN_DASH = "\u2013";
/** One decimal more for rates this well known: .017 (.009–.028), but .83 (.81–.85). */
const FINE_HALF_WIDTH = 0.0125;
const SMALL_RATE = 0.1;

export interface Interval {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export type Unit = "rate" | "quantity";

/** Decimals that a rate with this interval may show. */
export function rateDecimals({ value, low, high }: Interval): number {
  if (value === null || low === null || high === null) return 2;
  return (high - low) / 2 < FINE_HALF_WIDTH && Math.abs(value) < SMALL_RATE ? 3 : 2;
}

/** .83, 1.00, −.06: a rate under 1 drops its zero. */
export function rate(value: number, decimals = 2): string {
  const text = Math.abs(value).toFixed(decimals);
  const sign = value < 0 && Number(text) !== 0 ? MINUS : "";
  return sign + (text.startsWith("0.") ? text.slice(1) : text);
}

/** The step that a quantity with this half-width is rounded to: a power of ten not coarser than the half-width. */
export function quantityStep({ low, high }: Interval): number {
  if (low === null || high === null || high <= low) return 1;
  return 10 ** Math.max(-3, Math.floor(Math.log10((high - low) / 2)));
}

/** 1,690 or 4.2: rounded to `step`, thousands grouped. */
export function quantity(value: number, step = 1): string {
  const decimals = step < 1 ? Math.round(-Math.log10(step)) : 0;
  const rounded = step > 1 ? Math.round(value / step) * step : value;
  return count(Number(rounded.toFixed(decimals)), decimals);
}

export function count(value: number, decimals = 0): string {
  const text = Math.abs(value).toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return (value < 0 ? MINUS : "") + text;
}

/** A change with its sign: +188, −34, 0. */
export function signed(value: number): string {
  return value > 0 ? `+${count(value)}` : count(value);
}

export function valueText(interval: Interval, unit: Unit = "rate"): string {
  if (interval.value === null) return "";
  return unit === "rate" ? rate(interval.value, rateDecimals(interval)) : quantity(interval.value, quantityStep(interval));
}

/** .81–.85, or "−6.4 to −1.9" when a sign is present; "" without an interval. */
export function intervalText(interval: Interval, unit: Unit = "rate"): string {
  const { low, high } = interval;
  if (low === null || high === null) return "";
  const write = (x: number): string => (unit === "rate" ? rate(x, rateDecimals(interval)) : quantity(x, quantityStep(interval)));
  return low < 0 || high < 0 ? `${write(low)} to ${write(high)}` : `${write(low)}${EN_DASH}${write(high)}`;
}

/** 80 %, with a narrow space; never 100 % unless all, never 0 % unless none. */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return `0${NARROW_SPACE}%`;
  const rounded = Math.round((100 * part) / whole);
  const shown = part >= whole ? 100 : part <= 0 ? 0 : Math.min(99, Math.max(1, rounded));
  return `${String(shown)}${NARROW_SPACE}%`;
}

export function pixels(width: number, height: number): string {
  return `${String(Math.round(width))} × ${String(Math.round(height))}`;
}
