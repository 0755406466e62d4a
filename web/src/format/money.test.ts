import { expect, test } from "vitest";
import { money, moneyInterval, monthName, shortMoney } from "./money";

test("an amount shows no more figures than its interval supports", () => {
  expect(money({ value: 8253.4, low: 5912, high: 11540 }, "EUR")).toBe("€\u202f8,300");
  expect(moneyInterval({ value: 8253.4, low: 5912, high: 11540 })).toBe("5,900–11,500");
  expect(money({ value: 814.2, low: null, high: null }, "EUR")).toBe("€\u202f814");
  expect(money({ value: 0.0492, low: 0.0451, high: 0.0533 }, "EUR")).toBe("€\u202f.0492");
  expect(money({ value: 0.274, low: 0.251, high: 0.291 }, "EUR")).toBe("€\u202f.27");
  expect(money({ value: 0, low: 0, high: 0 }, "EUR")).toBe("€\u202f0");
  expect(moneyInterval({ value: 0, low: 0, high: 0 })).toBe("");
  expect(money({ value: 12.5, low: 11.9, high: 13.2 }, "USD")).toBe("$\u202f12.50");
});

test("a loss carries its sign before the currency, and an interval across zero says to", () => {
  expect(money({ value: -190, low: -240, high: -150 }, "EUR")).toBe("−€\u202f190");
  expect(moneyInterval({ value: 5, low: -20, high: 40 })).toBe("−20 to 40");
});

test("an unknown currency is written by its code, and months by their names", () => {
  expect(money({ value: 300, low: null, high: null }, "SEK")).toBe("SEK\u202f300");
  expect(shortMoney(12_000, "EUR")).toBe("€\u202f12k");
  expect(monthName("2026-11")).toBe("Nov");
});
