// Keys: chords as events give them, rebinding, clashes, and silence while somebody types.
import { describe, expect, it } from "vitest";
import type { KeyLike } from "./keymap";
import { ADJUDICATE_KEYS, ANNOTATE_KEYS, chordLabel, chordOf, KeyMap, normaliseChord, REVIEW_KEYS } from "./keymap";

function key(name: string, extra: Partial<KeyLike> = {}): KeyLike {
  return { key: name, code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...extra };
}

describe("chords", () => {
  it("name letters, shifted letters, signs and digits on every layout", () => {
    expect(chordOf(key("r"))).toBe("R");
    expect(chordOf(key("Z", { ctrlKey: true, shiftKey: true }))).toBe("Ctrl+Shift+Z");
    expect(chordOf(key("?", { shiftKey: true }))).toBe("?");
    expect(chordOf(key("&", { code: "Digit1" }))).toBe("1");
    expect(chordOf(key("!", { code: "Digit1", shiftKey: true }))).toBe("Shift+1");
    expect(chordOf(key(" ", { ctrlKey: true, code: "Space" }))).toBe("Ctrl+Space");
    expect(chordOf(key("z", { metaKey: true }))).toBe("Ctrl+Z");
  });

  it("are read in any order of modifiers", () => {
    expect(normaliseChord("shift+Ctrl+z")).toBe("Ctrl+Shift+Z");
    expect(normaliseChord("+")).toBe("+");
    expect(normaliseChord("Ctrl++")).toBe("Ctrl++");
  });

  it("are short on a key cap", () => {
    expect(chordLabel("Ctrl+Enter")).toBe("Ctrl ↵");
    expect(chordLabel("Shift+R")).toBe("⇧ R");
    expect(chordLabel("+")).toBe("+");
  });
});

describe("KeyMap", () => {
  it("gives no key of the shipped maps to two actions that are live together", () => {
    expect(new KeyMap(ANNOTATE_KEYS).clashes(["canvas", "task", "app"])).toEqual([]);
    expect(new KeyMap(REVIEW_KEYS).clashes(["review"])).toEqual([]);
    expect(new KeyMap(ADJUDICATE_KEYS).clashes(["review"])).toEqual([]);
  });

  it("matches within the scopes that are live, the first one winning", () => {
    const keys = new KeyMap(ANNOTATE_KEYS);
    expect(keys.match(key("r"), ["canvas"])).toBe("tool.box");
    expect(keys.match(key("r"), ["task"])).toBeNull();
    expect(keys.match(key("3", { code: "Digit3" }), ["canvas", "task"])).toBe("class.3");
  });

  it("stays silent in text fields but for the chords meant for them", () => {
    const keys = new KeyMap(ANNOTATE_KEYS);
    expect(keys.match(key("r"), ["canvas"], true)).toBeNull();
    expect(keys.match(key("Enter", { ctrlKey: true }), ["task"], true)).toBe("submit");
  });

  it("rebinds, names the clash it makes, and tells what differs from the defaults", () => {
    const keys = new KeyMap(ANNOTATE_KEYS).rebind("tool.box", ["n"]).rebind("tool.hand", ["N"]);
    expect(keys.match(key("n"), ["canvas"])).toBe("tool.box");
    expect(keys.match(key("r"), ["canvas"])).toBeNull();
    expect(keys.clashes(["canvas", "task"])).toEqual([{ chord: "N", actions: ["tool.box", "tool.hand"] }]);
    expect(keys.overrides()).toEqual({ "tool.box": ["N"], "tool.hand": ["N"] });
    expect(new KeyMap(ANNOTATE_KEYS, keys.overrides()).label("tool.box")).toBe("N");
  });
});
