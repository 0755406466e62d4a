// How instants and spans are written: the reader's clock for daily work, UTC where a signature is meant.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** 14:05 on the reader's clock. */
export function clock(at: string): string {
  const when = new Date(at);
  return `${two(when.getHours())}:${two(when.getMinutes())}`;
}

/** 14:05 today, else 24 Nov 14:05; the year when it is another one. */
export function moment(at: string, now: Date): string {
  const when = new Date(at);
  if (when.toDateString() === now.toDateString()) return clock(at);
  const year = when.getFullYear() === now.getFullYear() ? "" : ` ${String(when.getFullYear())}`;
  return `${String(when.getDate())} ${MONTHS[when.getMonth()] ?? ""}${year} ${clock(at)}`;
}

/** 24 Nov 2026, 17:43:07 UTC. */
export function signedAt(at: string): string {
  const when = new Date(at);
  const day = `${String(when.getUTCDate())} ${MONTHS[when.getUTCMonth()] ?? ""} ${String(when.getUTCFullYear())}`;
  return `${day}, ${two(when.getUTCHours())}:${two(when.getUTCMinutes())}:${two(when.getUTCSeconds())} UTC`;
}

/** 0:41, 12:05, 1:02:09. */
export function stopwatch(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${String(hours)}:${two(minutes)}:${two(whole % 60)}` : `${String(minutes)}:${two(whole % 60)}`;
}

/** "just now", "12 min", "3 h", "2 days": how long ago, in words. */
export function ago(at: string, now: Date): string {
  const minutes = Math.floor((now.getTime() - new Date(at).getTime()) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${String(minutes)} min ago`;
  if (minutes < 48 * 60) return `${String(Math.floor(minutes / 60))} h ago`;
  return `${String(Math.floor(minutes / (24 * 60)))} days ago`;
}

/** The value of a datetime-local field for an instant, on the reader's clock. */
export function toLocalField(at: string): string {
  const when = new Date(at);
  const day = `${String(when.getFullYear())}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
  return `${day}T${two(when.getHours())}:${two(when.getMinutes())}`;
}
