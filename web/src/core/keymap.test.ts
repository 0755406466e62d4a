// Keys: chords as events give them, rebinding, clashes, and silence while somebody types.
import { describe, expect, it } from "vitest";
import type { KeyLike } from "./keymap";
import { clashesWithClasses, keysFor, PRESETS } from "./presets";
import type { PresetName } from "./presets";
import { ADJUDICATE_KEYS, ANNOTATE_KEYS, chordLabel, chordOf, KeyMap, normaliseChord, REVIEW_KEYS, without } from "./keymap";

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
    const keys = new KeyMap(ANNOTATE_KEYS).rebind("tool.box", ["j"]).rebind("tool.hand", ["J"]);
    expect(keys.match(key("j"), ["canvas"])).toBe("tool.box");
    expect(keys.match(key("r"), ["canvas"])).toBeNull();
    expect(keys.clashes(["canvas", "task"])).toEqual([{ chord: "J", actions: ["tool.box", "tool.hand"] }]);
    expect(keys.overrides()).toEqual({ "tool.box": ["J"], "tool.hand": ["J"] });
    expect(new KeyMap(ANNOTATE_KEYS, keys.overrides()).label("tool.box")).toBe("J");
  });
});

describe("presets", () => {
  it("give no key to two actions, and name only actions there are", () => {
    const known = new Set(ANNOTATE_KEYS.map((binding) => binding.action));
    for (const name of Object.keys(PRESETS) as PresetName[]) {
      expect(keysFor(name).clashes(["canvas", "task", "app"])).toEqual([]);
      expect(Object.keys(PRESETS[name]).filter((action) => !known.has(action))).toEqual([]);
    }
  });

  it("let a person's own keys win", () => {
    expect(keysFor("cvat").match(key("n"), ["canvas"])).toBe("tool.box");
    expect(keysFor("cvat", { "tool.box": ["J"] }).match(key("n"), ["canvas", "task"])).toBeNull();
  });

  it("leave a page's own keys free", () => {
    const review = new KeyMap([...REVIEW_KEYS, ...without(ANNOTATE_KEYS, REVIEW_KEYS)]);
    expect(review.match(key("e"), ["canvas", "review"])).toBe("review.fix");
  });

  it("refuse class keys that are a tool's or another class's", () => {
    const named = (name: string, chord: string | null) => ({ name, key: chord });
    expect(clashesWithClasses([named("Cell", "1"), named("Dust", "2"), named("Rest", null)])).toEqual([]);
    expect(clashesWithClasses([named("Cell", "r"), named("Dust", "1"), named("Edge", "1")])).toEqual([
      { chord: "R", actions: ["tool.box", "Cell"] },
      { chord: "1", actions: ["Dust", "Edge"] },
    ]);
  });
});
