// Time spent counts work, not a page left open over lunch.
import { describe, expect, it } from "vitest";
import { ActiveClock } from "./activeClock";

function setUp(): { clock: ActiveClock; pass: (seconds: number) => void } {
  let now = 0;
  const clock = new ActiveClock(() => now);
  return { clock, pass: (seconds) => { now += seconds * 1000; } };
}

describe("ActiveClock", () => {
  it("counts on between signs of life", () => {
    const { clock, pass } = setUp();
    clock.restart();
    pass(10);
    clock.touch();
    pass(5);
    expect(clock.seconds).toBe(15);
  });

  it("counts one minute at most of a long pause", () => {
    const { clock, pass } = setUp();
    clock.restart();
    pass(3600);
    expect(clock.seconds).toBe(60);
    clock.touch();
    pass(2);
    expect(clock.seconds).toBe(62);
  });

  it("stands still while the page is hidden", () => {
    const { clock, pass } = setUp();
    clock.restart(7);
    pass(3);
    clock.rest();
    pass(100);
    expect(clock.seconds).toBe(10);
    clock.touch();
    pass(1);
    expect(clock.seconds).toBe(11);
  });
});
