// Time spent on an image: counted while somebody is at it, stopped when the hand rests for long or the page is hidden.

export const IDLE_AFTER_MS = 60_000;

export class ActiveClock {
  readonly #nowMs: () => number;
  #countedMs = 0;
  #lastMs: number | null = null;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Something was done: the time since the last sign of life counts, at most one idle span of it. */
  touch(): void {
    const now = this.#nowMs();
    this.#countedMs += this.#openMs(now);
    this.#lastMs = now;
  }

  /** The page was hidden or the work put down: nothing counts until the next touch. */
  rest(): void {
    this.#countedMs += this.#openMs(this.#nowMs());
    this.#lastMs = null;
  }

  /** Start over for another image, with the seconds its draft has already taken. */
  restart(seconds = 0): void {
    this.#countedMs = seconds * 1000;
    this.#lastMs = this.#nowMs();
  }

  get seconds(): number {
    return (this.#countedMs + this.#openMs(this.#nowMs())) / 1000;
  }

  #openMs(now: number): number {
    return this.#lastMs === null ? 0 : Math.min(IDLE_AFTER_MS, Math.max(0, now - this.#lastMs));
  }
}
