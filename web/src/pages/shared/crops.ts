// Crops of the API as the crop card shows them: class colours, or author colours where people are compared; never both.
import type { Crop, GoldVerdict, VerdictMark } from "@/api/types";
import type { ClassBook } from "@/app/project";
import { classColour } from "@/ui/ClassChip";
import type { CropMark, CropValue } from "@/ui/CropCard";

export function classCrop(crop: Crop, book: ClassBook): CropValue {
  return cropWith(crop, (mark) => classColour(book.at(mark.label_class), true));
}

/** The side that keeps to the usual in blue, the one that departs in rust; what stands near in graphite. */
export function sidesCrop(crop: Crop): CropValue {
  return cropWith(crop, (mark) => SIDE_COLOURS[mark.style]);
}

const SIDE_COLOURS = { drawn: "var(--author-a)", expected: "var(--author-b)", left_out: "var(--author-b)", near: "var(--author-c)" } as const;

function cropWith(crop: Crop, colour: (mark: Crop["marks"][number]) => string): CropValue {
  const marks = crop.marks.map((mark): CropMark => ({ bbox: mark.bbox, style: mark.style, colour: colour(mark) }));
  return { imageUrl: crop.image_url, width: crop.width_px, height: crop.height_px, bbox: crop.mark, marks };
}

/** One mark of a gold verdict: what was expected dashed, what was drawn full. */
export function verdictCrop(verdict: GoldVerdict, mark: VerdictMark, book: ClassBook): CropValue | null {
  const bbox = mark.gold?.bbox ?? mark.answer?.bbox;
  if (bbox === undefined) return null;
  const marks: CropMark[] = [];
  if (mark.answer !== null) marks.push({ bbox: mark.answer.bbox, style: "drawn", colour: classColour(book.at(mark.answer.label_class), true) });
  if (mark.gold !== null) marks.push({ bbox: mark.gold.bbox, style: "expected", colour: classColour(book.at(mark.gold.label_class), true) });
  return { imageUrl: verdict.image_url, width: verdict.width_px, height: verdict.height_px, bbox, marks };
}
