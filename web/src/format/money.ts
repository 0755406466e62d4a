// Money as people read it: the currency's sign, no more digits than its interval supports.
import type { Interval } from "./numbers";

const SIGNS: Readonly<Record<string, string>> = { EUR: "€", USD: "$", GBP: "£", JPY: "¥", CHF: "CHF" };
const THIN = "\u202f";
const MINUS = "\u2212";
const EN_DASH = "\u2013";

export function currencySign(code: string): string {
  return SIGNS[code] ?? code;
}

/** Decimals that an amount with this interval may show: two figures of its half-width, four places at most. */
export function moneyDecimals({ value, low, high }: Interval): number {
  const size = low === null || high === null || high <= low ? Math.abs(value ?? 0) / 50 : (high - low) / 2;
  if (size >= 5) return 0;
  if (size >= 0.5) return value !== null && Math.abs(value) >= 100 ? 0 : 2;
  return size >= 0.005 ? 2 : Math.min(4, Math.max(3, Math.ceil(-Math.log10(size || 0.001)) + 1));
}

/** Rounded as its interval supports: 8,253 with a width of 5,600 reads 8,250. */
function rounded(value: number, interval: Interval): number {
  const { low, high } = interval;
  if (low === null || high === null || high - low < 200) return value;
  const step = 10 ** Math.max(0, Math.floor(Math.log10((high - low) / 2)) - 1);
  return Math.round(value / step) * step;
}

function digits(value: number, interval: Interval): string {
  if (value === 0) return "0";
  const places = moneyDecimals(interval);
  const text = Math.abs(rounded(value, interval)).toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
  return Math.abs(value) < 1 && places > 0 ? text.replace(/^0\./, ".") : text;
}

/** € 8,250 or −€ 190. */
export function money(interval: Interval, currency: string): string {
  const value = interval.value ?? 0;
  return `${value < 0 ? MINUS : ""}${currencySign(currency)}${THIN}${digits(value, interval)}`;
}

/** 5,900–11,500, or "−20 to 40" when a sign is present; the currency stands with the value. */
export function moneyInterval(interval: Interval): string {
  const { low, high } = interval;
  if (low === null || high === null || low === high) return "";
  const write = (value: number): string => `${value < 0 ? MINUS : ""}${digits(value, interval)}`;
  return low < 0 || high < 0 ? `${write(low)} to ${write(high)}` : `${write(low)}${EN_DASH}${write(high)}`;
}

/** € 8k on an axis. */
export function shortMoney(value: number, currency: string): string {
  const text = Math.abs(value) >= 1000 ? `${(value / 1000).toLocaleString("en-US", { maximumFractionDigits: 1 })}k` : value.toLocaleString("en-US", { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 0 });
  return `${currencySign(currency)}${THIN}${text}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** 2026-11 reads Nov. */
export function monthName(month: string): string {
  return MONTHS[Number(month.slice(5, 7)) - 1] ?? month;
}
