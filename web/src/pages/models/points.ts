// Differences of shares in points: +1.4, −6.4 to −1.9.
import type { Interval } from "@/format/numbers";

const MINUS = "\u2212";

/** +1.4 for .014; 0.0 has no sign. */
export function points(difference: number): string {
  const text = Math.abs(100 * difference).toFixed(1);
  if (Number(text) === 0) return "0.0";
  return `${difference < 0 ? MINUS : "+"}${text}`;
}

/** "+0.3 to +2.5"; "" without an interval. */
export function pointsInterval({ low, high }: Pick<Interval, "low" | "high">): string {
  return low === null || high === null ? "" : `${points(low)} to ${points(high)}`;
}
