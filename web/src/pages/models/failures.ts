// An item of an evaluation as pictures: one crop for each error, or the whole picture where tags are wrong.
import type { EvaluationError, EvaluationItem } from "@/api/types";
import type { ClassBook } from "@/app/project";
import { t } from "@/text/en";
import { classColour } from "@/ui/ClassChip";
import type { CropMark, CropValue } from "@/ui/CropCard";

export interface Proof {
  readonly id: string;
  readonly item: EvaluationItem;
  /** None where the whole picture is the proof. */
  readonly crop: CropValue | null;
  readonly caption: string;
}

type Wanted = { readonly kind?: string | null | undefined; readonly label_class?: string | null | undefined; readonly beside?: string | null | undefined };

/** The pictures that prove what was asked for: each error that fits; the whole picture where an item has none. */
export function proofsOf(item: EvaluationItem, book: ClassBook, wanted: Wanted = {}): Proof[] {
  // Where this one is right and the other is not, what the other gets wrong is the proof.
  const errors = wanted.beside === "better" ? item.against_errors : item.errors;
  const tags = errors.filter((each) => each.bbox === null && each.answer_bbox === null);
  const boxes = errors.filter((each) => !tags.includes(each) && fits(each, wanted));
  const proofs = boxes.map((error, at) => ({ id: `${item.item_id}/${String(at)}`, item, crop: cropOf(item, error, book), caption: captionOf(error, book) }));
  if (proofs.length > 0) return proofs;
  return [{ id: item.item_id, item, crop: null, caption: tags.length > 0 ? tagCaption(tags, book) : t.model.caption.right }];
}

function fits(error: EvaluationError, { kind, label_class: name }: Wanted): boolean {
  return (kind == null || error.kind === kind) && (name == null || error.label_class === name || error.answer_class === name);
}

function cropOf(item: EvaluationItem, error: EvaluationError, book: ClassBook): CropValue {
  const marks: CropMark[] = [];
  if (error.bbox !== null) marks.push({ bbox: asBox(error.bbox), style: "expected", colour: classColour(book.at(error.label_class ?? ""), true) });
  if (error.answer_bbox !== null) marks.push({ bbox: asBox(error.answer_bbox), style: "drawn", colour: classColour(book.at(error.answer_class ?? ""), true) });
  const boxes = marks.map((mark) => mark.bbox);
  const around = (pick: (values: number[]) => number, side: 0 | 1 | 2 | 3): number => pick(boxes.map((box) => box[side]));
  const least = (values: number[]): number => Math.min(...values);
  const most = (values: number[]): number => Math.max(...values);
  return { imageUrl: item.image_url, width: item.width_px, height: item.height_px, bbox: [around(least, 0), around(least, 1), around(most, 2), around(most, 3)], marks };
}

function asBox(box: readonly number[]): [number, number, number, number] {
  return [box[0] ?? 0, box[1] ?? 0, box[2] ?? 0, box[3] ?? 0];
}

function captionOf(error: EvaluationError, book: ClassBook): string {
  const gold = book.name(error.label_class ?? "");
  const said = book.name(error.answer_class ?? "");
  if (error.kind === "missed") return t.model.caption.missed(gold);
  if (error.kind === "spurious") return t.model.caption.spurious(said);
  return error.kind === "misclassified" ? t.model.caption.misclassified(gold, said) : t.model.caption.mislocalised(gold);
}

/** A wrong tag is one that is missed and one that is too many: said in one breath. */
function tagCaption(errors: readonly EvaluationError[], book: ClassBook): string {
  const gold = errors.filter((each) => each.kind === "missed").map((each) => book.name(each.label_class ?? ""));
  const said = errors.filter((each) => each.kind === "spurious").map((each) => book.name(each.label_class ?? ""));
  const words = (names: readonly string[]): string => (names.length === 0 ? t.model.caption.nothing : names.join(", "));
  return t.model.caption.tag(words(gold), words(said));
}
