// Invented data in the shapes of the API, for looking at pages without a server. Development only.
import type * as T from "@/api/types";
import { cellsOf, HEIGHT, pictureOf, random, WIDTH } from "./scene";

const at = (minutes: number): string => new Date(Date.UTC(2026, 10, 24, 16, 5) + minutes * 60_000).toISOString();
const est = (value: number, low: number, high: number, n: number, n_items = Math.round(n / 10)): T.Estimate => ({ value, low, high, n, n_items, method: "wilson-pooled-rho" });
const enough: T.Evidence = { enough: true, needs: null, unit: "gold images", why: "Enough gold images." };
const thin = (n: number, needs: number): T.Evidence => ({ enough: false, needs, unit: "gold images", why: `Only ${String(n)} gold images; the policy asks for ${String(needs)}.` });
export const measured = (estimate: T.Estimate, limit: number | null = null, limit_side: T.Measured["limit_side"] = "at_least", state: T.Measured["state"] = "ok"): T.Measured => ({ estimate, evidence: enough, limit, limit_side, state });
const notEnough = (n: number, needs: number): T.Measured => ({ estimate: { value: null, low: null, high: null, n: n * 9, n_items: n, method: "wilson-pooled-rho" }, evidence: thin(n, needs), limit: null, limit_side: null, state: "none" });

export const person = (id: string, name: string): T.Person => ({ id, name, simulated: true });
const PEOPLE = [
  ["ad", "Ana Duarte", 0.95, 0.92, 0.97, 312, 0.03, 0.02, "ok", "above .80"],
  ["co", "Chidi Okafor", 0.92, 0.89, 0.95, 305, 0.05, 0.02, "ok", "above .80"],
  ["bl", "Bo Lindqvist", 0.88, 0.84, 0.91, 298, 0.12, 0.01, "practice_differs", "Practice differs"],
  ["ds", "Dewi Santoso", 0.87, 0.83, 0.91, 287, 0.13, 0.02, "practice_differs", "Practice differs"],
  ["ek", "Elif Kaya", 0.79, 0.72, 0.85, 241, 0.15, 0.03, "warn", "Alarm 15:31"],
  ["fh", "Farid Haddad", 0.34, 0.27, 0.41, 144, 0.58, 0.49, "stop", "Paused 14:22"],
] as const;

export const alarm: T.Alarm = { id: "al1", user: person("ek", "Elif Kaya"), raised_at: at(-34), gold_image: 29, changed: { median_at: at(-120), low_at: at(-137), high_at: at(-106), median_image: 24, low_image: 22, high_image: 26 }, n_put_back: 61, n_sampled: 0, state: "open" };

export const people: T.PersonRow[] = PEOPLE.map(([id, name, v, low, high, n, missed, spurious, state, text]) => {
  const tone: T.Measured["state"] = state === "practice_differs" ? "ok" : state;
  const kind = (value: number): T.Measured => measured(est(value, Math.max(0, value - 0.03), value + 0.04, n), 0.15, "at_most", value > 0.4 ? "stop" : value >= 0.15 ? "warn" : "ok");
  return {
    user: person(id, name), state: id === "fh" ? "paused" : "active", f1: measured(est(v, low, high, n), 0.8, "at_least", tone), error: measured(est(1 - v, 1 - high, 1 - low, n), 0.15, "at_most", tone),
    kinds: { missed: kind(missed), spurious: kind(spurious), misclassified: kind(0.02), mislocalised: id === "fh" ? notEnough(9, 10) : kind(0.03) },
    n_gold_images: Math.round(n / 10), n_gold_marks: n, standing: { state, text }, alarm: id === "ek" ? alarm : null, n_submissions: 150,
  };
});

export const schema: T.Schema = {
  version: 3, created_at: at(-4000), created_by: person("im", "Ines Moreau"),
  classes: [["rbc", "Red cell"], ["wbc", "White cell"], ["plt", "Platelet"]].map(([id = "", name = ""], n) => ({ id, name, shapes: ["bbox" as const], key: String(n + 1), attributes: [], rules: { min_width_px: 6, min_height_px: 6, inside_image: true } })),
};

export const guideline: T.Guideline = {
  version: 5, note: "Clause 4.2 added", created_at: at(-3000), created_by: person("im", "Ines Moreau"),
  markdown: "## 2.1 Whole white cell {wbc}\n\nBox the **whole cell**: nucleus and the paler rim around it.\n",
  clauses: [
    { id: "1.1", title: "Single red cell", html: "<p>Box the whole cell, edge to edge.</p>", classes: ["rbc"], examples: [] },
    { id: "2.1", title: "Whole white cell", html: "<p>Box the <strong>whole cell</strong>: nucleus and the paler rim around it. A red cell that touches it gets its own box.</p>", classes: ["wbc"], examples: [{ url: pictureOf(3), caption: "whole cell", good: true }, { url: pictureOf(5), caption: "nucleus only", good: false }] },
    { id: "4.2", title: "Cells cut by the edge", html: "<p>Mark cells that are sufficiently visible.</p>", classes: [], examples: [] },
  ],
};

export function marks(seed: number, wobble = 0): T.Mark[] {
  const draw = random(seed + 99);
  return cellsOf(seed).map((cell, n): T.Mark => ({ id: `m${String(seed)}-${String(n)}`, client_id: `c${String(seed)}-${String(n)}-${String(wobble)}`, label_class: cell.kind, shape: "bbox", bbox: cell.box.map((v, k) => Math.min(k % 2 === 0 ? WIDTH : HEIGHT, Math.max(0, v + (draw() - 0.5) * wobble))) as T.Box, attributes: {}, geometry: null }));
}

export function crop(seed: number, style: T.Crop["marks"][number]["style"], caption: string): T.Crop {
  const all = marks(seed);
  const main = all[seed % 11] ?? all[0];
  if (main === undefined) throw new Error("no cell");
  return { item_id: `i${String(seed)}`, image_url: pictureOf(seed), width_px: WIDTH, height_px: HEIGHT, bbox: main.bbox, mark: main.bbox, caption, at: at(-seed * 4), counts: [], marks: [...all.filter((m) => m !== main).map((m) => ({ bbox: m.bbox, label_class: m.label_class, style: "drawn" as const, author: null })), { bbox: main.bbox, label_class: main.label_class, style, author: null }] };
}

const gate = (id: string, name: string, rule: string, state: T.Gate["state"], m: T.Measured | null, count: T.Gate["count"], reason: string, action: T.Gate["action"] = null): T.Gate => ({ id, name, rule, state, measured: m, count, reason, action });

export const blockers: T.Gate[] = [
  gate("agreement", "Agreement below .85", "F1 at IoU .5, lower end at least .85", "block", measured(est(0.83, 0.81, 0.85, 291), 0.85, "at_least", "stop"), null, "Lower end .81. Most of it is one practice: cells cut by the edge", { label: "See pictures", to: "/p/blood-cells/findings" }),
  gate("nothing_open", "11 disputes open", "nothing open", "block", null, { n: 11, of: 118 }, "Oldest 48 min", { label: "Adjudicate", to: "/p/blood-cells/adjudicate" }),
  gate("review", "61 answers back in review", "nothing open", "block", null, { n: 61, of: 871 }, "Elif Kaya (simulated), since 14:05 · 23 checked", { label: "Review", to: "/p/blood-cells/review" }),
  gate("coverage", "Coverage 291 of 364 images", "every image has three answers", "wait", null, { n: 291, of: 364 }, "Closes by itself about 16:37"),
  gate("gold_score", "Gold score", "lowest lower end at least .80", "pass", measured(est(0.86, 0.83, 0.89, 331), 0.8), null, ""),
  gate("guideline", "Guideline", "one version", "pass", null, { n: 0, of: 364 }, ""),
  gate("splits", "Splits", "no smear on both sides", "pass", null, { n: 0, of: 364 }, ""),
];

export const finding: T.Finding = {
  id: "f1", kind: "practice", form: "split", part: "existence", title: "Cells cut by the image edge: two people leave them out, three draw them", feature: "edge",
  sides: [
    { does: "leave them out", people: [person("bl", "Bo Lindqvist"), person("ds", "Dewi Santoso")], value: est(0.75, 0.69, 0.8, 255), elsewhere: est(0.04, 0.03, 0.06, 812) },
    { does: "draw them", people: [person("ad", "Ana Duarte"), person("co", "Chidi Okafor"), person("ek", "Elif Kaya")], value: est(0.06, 0.04, 0.09, 397), elsewhere: est(0.05, 0.04, 0.06, 1210) },
  ],
  undecided: [], values: [], p_value: 0.001, difference: 0.69, n_images: 291, n_places: 97, clause_id: "4.2", next_clause_id: "5.2", state: "open",
  drafted_clause: "Cells cut by the image edge\n\nDraw every red or white cell that touches the edge if at least a quarter of it can be seen. The box ends at the edge; do not guess the hidden part.",
  other_clause: "Leave out cells that the image edge cuts.",
  proof: {
    within: est(0.94, 0.92, 0.96, 652), across: est(0.41, 0.37, 0.45, 391), agreement: est(0.83, 0.81, 0.85, 3911, 291), without: est(0.89, 0.87, 0.91, 3911, 291), n_marks: 212, n_images: 97,
    grades: [{ label: "such objects", shares: [est(0.25, 0.2, 0.31, 255), est(0.94, 0.91, 0.96, 397)] }, { label: "all others", shares: [est(0.96, 0.94, 0.97, 812), est(0.95, 0.94, 0.96, 1210)] }],
  },
  crops: [2, 4, 6, 8, 9, 12].map((seed) => ({ ...crop(seed, "drawn", "86 x 91 px"), counts: [{ n: 0, of: 2 }, { n: 3, of: 3 }] })),
};

export const looked: T.Looked = {
  at: at(-2), n_answers: 871, n_images: 291,
  looks: [
    {
      part: "existence", state: "looked", why: "", needs_images: null, n_people: 5, n_images: 291, thin: { elongated: 940 },
      answer: "One practice differs, as shown. Not enough evidence about elongated cells (about 940 images would do).",
      kinds: [
        { kind: "edge", whom: "cells cut by the image edge", state: "enough", found: true, n: 204, chance: 0.99, needs_images: null, says: "found" },
        { kind: "small", whom: "cells smaller than 85 pixels", state: "enough", found: false, n: 276, chance: 0.98, needs_images: null, says: "none found; such a practice is seen in nearly every case" },
        { kind: "elongated", whom: "elongated cells", state: "not_enough_evidence", found: false, n: 14, chance: 0.31, needs_images: 940, says: "not enough evidence: such a practice is seen in about three of ten cases; about 940 images would do" },
      ],
    },
    {
      part: "label_class", state: "not_enough_evidence", why: "people met too few to judge the line around cells of the class red; about 410 images would do", needs_images: 410, n_people: 5, n_images: 291, thin: { "class:red": 410 },
      answer: "Not enough evidence to exclude practices about the line around cells of the class red (about 410 images would do).",
      kinds: [{ kind: "class:red", whom: "the line around cells of the class red", state: "not_enough_evidence", found: false, n: 61, chance: 0.55, needs_images: 410, says: "not enough evidence: such a practice is seen in about five of ten cases; about 410 images would do" }],
    },
    {
      part: "geometry", state: "looked", why: "", needs_images: null, n_people: 5, n_images: 291, thin: {},
      answer: "No practice differs, and there was enough evidence to see such a practice.",
      kinds: [{ kind: "all", whom: "boxes larger or tighter on all sides", state: "enough", found: false, n: 1204, chance: 1, needs_images: null, says: "none found; such a practice is seen in nearly every case" }],
    },
  ],
  care: [{ user: person("ad", "Ana Duarte"), n_images: 180, misses: est(0.02, 0.01, 0.03, 905), noise: 0.021 }, { user: person("ek", "Elif Kaya"), n_images: 174, misses: est(0.09, 0.07, 0.12, 880), noise: 0.034 }],
};

const strip = Array.from({ length: 364 }, (_, n) => { const r = random(n + 5)(); return n < 291 ? (r < 0.03 ? "d" : n > 200 && r < 0.15 ? "r" : "3") : n < 340 ? String(Math.floor(r * 3)) : "0"; }).join("");

export const overview: T.Overview = {
  as_of_at: at(0), title: "Three things block release r1; most of it is one practice", live: { n_people: 5, simulated: true },
  progress: { n_answers: 871, n_answers_wanted: 1092, n_items: 364, n_complete: 291, n_in_review: 61, n_disputed: 11, expected_end: { value_at: at(32), low_at: at(26), high_at: at(47) } },
  agreement: measured(est(0.83, 0.81, 0.85, 3911, 291), 0.85, "at_least", "ok"), mean_iou: measured(est(0.78, 0.76, 0.8, 3911, 291), 0.7), throughput: measured(est(1690, 1610, 1770, 3911, 291)), seconds_per_mark: measured(est(4.2, 4.0, 4.4, 3911, 291)),
  people, by_class: [{ label_class: "rbc", name: "Red cell", f1: measured(est(0.79, 0.76, 0.82, 4102), 0.85, "at_least", "warn") }, { label_class: "wbc", name: "White cell", f1: measured(est(0.96, 0.94, 0.98, 371), 0.85) }, { label_class: "plt", name: "Platelet", f1: measured(est(0.84, 0.78, 0.89, 356), 0.85) }],
  split: { existence: measured(est(0.8, 0.77, 0.83, 3911)), label_class: measured(est(0.97, 0.95, 0.98, 3911)), geometry: measured(est(0.93, 0.92, 0.94, 3911)) },
  blockers, findings: [finding], strip, alarms: [alarm],
  throughput_series: Array.from({ length: 12 }, (_, n) => { const value = 1700 * (1 - Math.exp(-n / 2.2)) - (n === 7 ? 400 : 0); return { at: at(-180 + n * 15), value, low: value * 0.93, high: value * 1.07 }; }),
};

function series(kind: T.Series["kind"], base: number, slip: number): T.Series {
  const draw = random(kind.length * 31 + 4);
  let errors = 0.6;
  let units = 10;
  let evidence = 0;
  const points = Array.from({ length: 32 }, (_, n): T.SeriesPoint => {
    const rate = n >= 24 ? slip : base;
    const k = 8;
    const wrong = Array.from({ length: k }, () => (draw() < rate ? 1 : 0)).reduce<number>((a, b) => a + b, 0);
    errors = errors * 0.93 + wrong;
    units = units * 0.93 + k;
    const value = errors / units;
    const half = 1.96 * Math.sqrt((value * (1 - value)) / units) + 0.01;
    evidence = Math.max(0, evidence + wrong * 1.1 - k * 0.1);
    return { gold_image: n + 1, at: at(-220 + n * 7), value, low: Math.max(0, value - half), high: Math.min(1, value + half), error: wrong, units: k, evidence };
  });
  return { kind, points, limit: 0.15, alarm_line: 4, run_length: 1000 };
}

const elif = people[4] as T.PersonRow;
export const personPage: T.PersonPage = {
  ...elif, title: "More misses since 14:05", text: "Misses rose from .06 (.03–.10, n 186) to .22 (.13–.34, n 55). The other error kinds did not move. The 61 answers since then are in review.",
  series: [series("all", 0.08, 0.3), series("missed", 0.06, 0.35), series("spurious", 0.02, 0.02), series("misclassified", 0.015, 0.02), series("mislocalised", 0.03, 0.03)],
  alarms: [alarm], confusion: { classes: ["rbc", "wbc", "plt", "nothing"], counts: [[36, 0, 0, 9], [0, 4, 0, 0], [1, 0, 3, 2], [1, 0, 1, 0]], since_at: at(-120) },
  by_clause: [
    { clause_id: "3.1", title: "Overlapping cells", before: est(0.07, 0.04, 0.11, 80), now: measured(est(0.41, 0.22, 0.64, 17), 0.15, "at_most", "warn") },
    { clause_id: "1.1", title: "Single red cell", before: est(0.04, 0.02, 0.07, 60), now: measured(est(0.06, 0.01, 0.27, 16), 0.15, "at_most") },
    { clause_id: "4.2", title: "Cells cut by the edge", before: null, now: notEnough(12, 15) },
    { clause_id: "5.2", title: "Small platelets", before: null, now: notEnough(6, 15) },
  ],
  by_class: [], put_backs: [{ id: "pb1", since_at: at(-120), why: "alarm on missed marks", n_review: 61, n_sampled: 12, at: at(-34) }], note: null,
};

export const release: T.Release = {
  id: "r2", name: "r2", title: "r2 waits for one signature", refusal: null, state: "frozen", note: "", created_at: at(60), created_by: person("im", "Ines Moreau"), frozen_at: at(96), digest: "9f4c21e07ab8d3365c1f0e9b42a7d8158c63fe2071d94ab35ce8170f6b2da41e", merkle_root: "2b7d11aa90c4e5f1d8a3b6c7e9f00112233445566778899aabbccddeeff0011a", n_items: 364, n_marks: 5074, guideline_version: 6, schema_version: 3,
  gates: [
    gate("coverage", "Coverage", "364 of 364 images have three answers", "pass", null, { n: 1092, of: 1092 }, ""),
    gate("gold_score", "Gold score", "lowest of 5 people, lower end at least .80", "pass", measured(est(0.86, 0.83, 0.89, 331), 0.8), null, ""),
    gate("agreement", "Agreement", "F1 at IoU .5, lower end at least .85", "pass", measured(est(0.89, 0.87, 0.91, 364), 0.85), null, ""),
    gate("defects", "Defects left", "upper end at most .03, blind sample", "pass", measured(est(0.017, 0.009, 0.028, 600), 0.03, "at_most"), null, ""),
    gate("nothing_open", "Nothing open", "disputes, reviews, escalations, suspect gold", "pass", null, { n: 0, of: 118 }, ""),
    gate("splits", "Splits", "no cell smear on both sides, gold and test real", "pass", null, { n: 0, of: 364 }, ""),
    gate("platelets", "Platelet size", "no clause asks for it, shown for information", "none", notEnough(9, 30), null, ""),
  ],
  signatures: [{ user: person("im", "Ines Moreau"), role: "lead", meaning: "I checked the evidence and release r2 for training.", at: at(98) }], signatures_needed: 2, may_sign: true, why_not: null, verify_command: "assay release verify ./r2",
  changes: { since: "r1", by_class: [{ label_class: "rbc", name: "Red cell", before: 4102, added: 188, removed: 34, moved: 61, class_changed: 7, after: 4256 }, { label_class: "wbc", name: "White cell", before: 372, added: 3, removed: 1, moved: 4, class_changed: 2, after: 374 }, { label_class: "plt", name: "Platelet", before: 361, added: 27, removed: 12, moved: 2, class_changed: 5, after: 376 }] },
};

let served = 17;
export function nextAssignment(practice = false): T.Assignment {
  served += 1;
  const seed = served % 20;
  return { id: `0b1c-q7M-2kx${String(served)}`, image_url: pictureOf(seed), width_px: WIDTH, height_px: HEIGHT, schema_version: 3, guideline_version: 5, lease_until_at: at(1000), state: "leased", draft: { marks: marks(seed).slice(0, 12), seconds: 41, revision: 3, saved_at: at(-1) }, practice, sitting: { n_done: served, n_goal: 50 } };
}

export function verdict(id: string, seed: number, errors: number): T.GoldVerdict {
  const all = marks(seed);
  return { id, image_url: pictureOf(seed), width_px: WIDTH, height_px: HEIGHT, answered_at: at(-200), n_units: all.length, n_errors: errors, contest: null, marks: all.map((mark, n): T.VerdictMark => ({ kind: n < errors ? "missed" : "right", gold: { label_class: mark.label_class, bbox: mark.bbox, clauses: ["4.2"] }, answer: n < errors ? null : { label_class: mark.label_class, bbox: mark.bbox }, iou: n < errors ? null : 0.9 })) };
}

export const figures: T.MyFigures = {
  as_of_at: at(-965), accuracy: measured(est(0.95, 0.92, 0.97, 298), 0.8), kinds: { missed: measured(est(0.03, 0.01, 0.06, 298)), spurious: measured(est(0.02, 0.01, 0.04, 298)), misclassified: measured(est(0.01, 0.0, 0.03, 298)), mislocalised: notEnough(4, 10) },
  practice: { n_done: 6, n_total: 6, accuracy: notEnough(2, 10), verdicts: [verdict("v1", 3, 2), verdict("v2", 8, 1)] }, verdicts: [verdict("v3", 5, 2)],
};

export const adjudication: T.Adjudication = {
  id: "adj1", image_url: pictureOf(7), width_px: WIDTH, height_px: HEIGHT, agreement: { mean_iou: 0.61, f1: 0.78 }, schema_version: 3, guideline_version: 5, n_open: 11, lease_until_at: at(1000),
  answers: [{ label: "A", author: null, marks: marks(7, 5) }, { label: "B", author: null, marks: marks(7, 8).filter((_, n) => n !== 2 && n !== 5) }, { label: "C", author: null, marks: marks(7, 6).filter((_, n) => n !== 2) }],
  consensus: marks(7).map((mark, n) => ({ ...mark, confidence: n === 2 ? 0.49 : n === 5 ? 0.58 : 0.97, n_votes: n === 2 ? 1 : n === 5 ? 2 : 3 })),
  disputes: [2, 5].map((n) => ({ bbox: marks(7)[n]?.bbox ?? [0, 0, 1, 1], kind: "existence" as const, drawn_by: n === 2 ? ["A"] : ["A", "C"], label_classes: [marks(7)[n]?.label_class ?? "rbc"] })),
};

export const items: T.Item[] = Array.from({ length: 24 }, (_, n): T.Item => ({ id: `i${String(n)}`, name: `BloodImage_${String(n).padStart(5, "0")}.jpg`, width_px: WIDTH, height_px: HEIGHT, origin: "real", state: (["settled", "answered", "disputed", "in_review", "queued"] as const)[n % 5] ?? "new", n_answers: n % 4, overlap: 3, is_gold: n % 7 === 0, thumb_url: pictureOf(n % 12), image_url: pictureOf(n % 12), near_duplicate_of: null }));
export const when = at;
