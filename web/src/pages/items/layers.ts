// What can be switched on and off over one image: each author's marks, what was inferred, the signed answer.
import type { ItemWhy } from "@/api/types";
import type { OverlayMark } from "@/core";
import type { AuthorStyle } from "@/ui/palette";
import { authorStyle } from "@/ui/palette";
import { t } from "@/text/en";
import { inferredMarks } from "../shared/why";
import { canvasBox } from "../work/marks";

export interface Layer {
  readonly id: string;
  readonly name: string;
  readonly simulated: boolean;
  readonly style: AuthorStyle;
  readonly marks: readonly OverlayMark[];
}

/** Consensus is black over a white casing in both themes, gold the amber of its tag. */
const CONSENSUS: AuthorStyle = { colour: "#14171f", dash: [] };
const GOLD: AuthorStyle = { colour: "#8f5500", dash: [9, 3, 2, 3] };
const PLAIN = { width: 1.6, faded: false, caption: null, badge: null } as const;

export function layersOf(why: ItemWhy): Layer[] {
  const authors = [...new Map(why.marks.map((mark) => [mark.author.id, mark.author])).values()];
  const people = authors.map((author, at): Layer => ({
    id: author.id,
    name: author.name,
    simulated: author.simulated,
    style: authorStyle(at),
    marks: why.marks.filter((mark) => mark.author.id === author.id).map((mark) => ({ ...authorStyle(at), ...PLAIN, id: mark.id, box: canvasBox(mark.bbox) })),
  }));
  const inferred = inferredMarks(why);
  const gold = why.gold?.marks;
  return [
    ...people,
    ...(inferred === null ? [] : [inLayer("consensus", t.adjudicate.consensusWord, CONSENSUS, inferred)]),
    ...(gold === undefined ? [] : [inLayer("gold", t.itemMore.gold, GOLD, gold)]),
  ];
}

function inLayer(id: string, name: string, style: AuthorStyle, marks: readonly { readonly bbox: Parameters<typeof canvasBox>[0] }[]): Layer {
  return { id, name, simulated: false, style, marks: marks.map((mark, at) => ({ ...style, ...PLAIN, id: `${id}/${String(at)}`, box: canvasBox(mark.bbox) })) };
}
