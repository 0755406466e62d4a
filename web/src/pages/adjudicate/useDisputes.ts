// The decisions on one image: each is one step on the canvas, undone and done again together with its marks.
import { useEffect, useMemo, useState } from "react";
import type { Adjudication } from "@/api/types";
import type { AnnotationEngine, OverlayMark, Shape, Size, Snapshot } from "@/core";
import { rate } from "@/format/numbers";
import { t } from "@/text/en";
import { authorStyle } from "@/ui/palette";
import { canvasBox, geometryOf, toShapes } from "../work/marks";
import type { Choice } from "./resolve";
import { markAbout, marksFor, nextOpen, sideMark } from "./resolve";

interface Decision {
  readonly dispute: number;
  readonly choice: Choice;
  readonly placed: readonly string[];
}

export interface Disputes {
  readonly at: number;
  readonly go: (at: number) => void;
  readonly choices: ReadonlyMap<number, Choice>;
  readonly decide: (choice: Choice) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly hideSettled: boolean;
  readonly toggleSettled: () => void;
  /** Letters of the authors whose marks are not shown. */
  readonly away: ReadonlySet<string>;
  readonly toggleAuthor: (label: string) => void;
}

export function useDisputes(engine: AnnotationEngine | null, snapshot: Snapshot, adjudication: Adjudication, shown: boolean, beside: boolean): Disputes {
  const [at, setAt] = useState(0);
  const [done, setDone] = useState<readonly Decision[]>([]);
  const [undone, setUndone] = useState<readonly Decision[]>([]);
  const [hideSettled, setHideSettled] = useState(false);
  const [away, setAway] = useState<ReadonlySet<string>>(new Set());
  const choices = useMemo(() => new Map(done.map((decision) => [decision.dispute, decision.choice])), [done]);

  const go = (next: number): void => {
    const place = adjudication.disputes[next];
    if (place === undefined) return;
    setAt(next);
    engine?.editor.store.select(null);
    engine?.focus();
  };
  const decide = (choice: Choice): void => {
    const dispute = adjudication.disputes[at];
    // Before the picture is shown the canvas holds nothing yet, and showing it would wipe what was decided.
    if (engine === null || !shown || dispute === undefined) return;
    const store = engine.editor.store;
    const earlier = done.findLast((decision) => decision.dispute === at)?.placed ?? [];
    const shapes = freshShapes(marksFor(choice, dispute, adjudication), store.nextZ(), engine.editor.size);
    const removed = earlier.flatMap((id) => store.get(id) ?? []).map((before) => ({ id: before.id, before, after: null }));
    store.perform("replace", [...removed, ...shapes.map((after) => ({ id: after.id, before: null, after }))], null);
    if (choice.how === "draw") {
      engine.setTool("box"); // a class that cannot be a box takes up the tool that it can be drawn with
      engine.chooseClass(dispute.label_classes[0] ?? snapshot.classId);
      engine.focus();
    }
    setDone([...done, { dispute: at, choice, placed: shapes.map((shape) => shape.id) }]);
    setUndone([]);
    const open = nextOpen(at, adjudication.disputes.length, new Set([...choices.keys(), at]));
    if (choice.how !== "draw" && open !== null) setAt(open);
  };
  const undo = (): void => {
    const last = done.at(-1);
    if (engine?.editor.store.undo() !== "replace" || last === undefined) return;
    setDone(done.slice(0, -1));
    setUndone([...undone, last]);
    setAt(last.dispute);
  };
  const redo = (): void => {
    const last = undone.at(-1);
    if (engine?.editor.store.redo() !== "replace" || last === undefined) return;
    setUndone(undone.slice(0, -1));
    setDone([...done, last]);
  };

  const overlay = useMemo(() => {
    const authors = beside ? [] : adjudication.answers.flatMap((answer, author) => (away.has(answer.label) ? [] : authorMarks(adjudication, author, { at, hideSettled, choices })));
    return [...authors, ...disputeMarks(adjudication, at, hideSettled, choices)];
  }, [adjudication, at, hideSettled, choices, away, beside]);
  useEffect(() => {
    if (shown) engine?.setOverlay(overlay);
  }, [engine, overlay, shown]);
  return { at, go, choices, decide, undo, redo, hideSettled, toggleSettled: () => setHideSettled(!hideSettled), away, toggleAuthor: (label) => setAway(withOther(away, label)) };
}

function freshShapes(marks: Parameters<typeof toShapes>[0], z: number, size: Size): Shape[] {
  return toShapes(marks, size).map((shape, index) => ({ ...shape, id: crypto.randomUUID(), z: z + index }));
}

/** The set with this letter taken out, or put in where it is missing. */
function withOther(letters: ReadonlySet<string>, label: string): ReadonlySet<string> {
  const next = new Set(letters);
  if (!next.delete(label)) next.add(label);
  return next;
}

export interface Standing {
  readonly at: number;
  readonly hideSettled: boolean;
  readonly choices: ReadonlyMap<number, Choice>;
}

/** One author's marks by line style and colour; the dispute at hand strong, the rest thin. */
export function authorMarks(adjudication: Adjudication, author: number, { at, hideSettled, choices }: Standing): OverlayMark[] {
  const answer = adjudication.answers[author];
  if (answer === undefined) return [];
  const size = { width: adjudication.width_px, height: adjudication.height_px };
  const about = adjudication.disputes.map((dispute) => sideMark(answer, dispute));
  return answer.marks.flatMap((mark) => {
    const dispute = about.indexOf(mark);
    const settled = dispute === -1 || choices.has(dispute);
    if (hideSettled && settled && dispute !== at) return [];
    return [{ ...authorStyle(author), id: `${answer.label}/${mark.id}`, box: canvasBox(mark.bbox), geometry: geometryOf(mark, size), width: dispute === at ? 2.5 : 1.6, faded: dispute !== at && settled, caption: null, badge: null }];
  });
}

function disputeMarks({ disputes, consensus }: Adjudication, at: number, hideSettled: boolean, choices: ReadonlyMap<number, Choice>): OverlayMark[] {
  const found: OverlayMark[] = [];
  disputes.forEach((dispute, index) => {
    if (hideSettled && choices.has(index) && index !== at) return;
    const agreed = markAbout(consensus, dispute.bbox);
    const live = index === at;
    const caption = live && agreed !== null ? t.adjudicate.consensus(rate(agreed.confidence)) : null;
    found.push({ id: `dispute/${String(index)}`, box: canvasBox(agreed?.bbox ?? dispute.bbox), colour: "#14171f", dash: [], width: live ? 1.6 : 0.75, faded: !live, caption, badge: { text: String(index + 1), live } });
  });
  return found;
}
