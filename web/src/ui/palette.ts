// The colours that are painted on canvases, which know no CSS variables; the same values as in styles/tokens.css.

/** Over photos the light class set holds in both themes. */
export const PHOTO_CLASSES = ["#0e8a8f", "#d55e00", "#6a2c91", "#660f25", "#808c5b", "#d957d9"] as const;

export interface AuthorStyle {
  readonly colour: string;
  readonly dash: readonly number[];
}

/** Authors in comparisons: blue solid, rust dashed, graphite dotted; further ones repeat with wider gaps. */
export const AUTHORS: readonly AuthorStyle[] = [
  { colour: "#1b6fa8", dash: [] },
  { colour: "#c9490b", dash: [7, 4] },
  { colour: "#3c3f45", dash: [2, 3] },
];

export function photoClass(at: number): string {
  return PHOTO_CLASSES[at % PHOTO_CLASSES.length] ?? PHOTO_CLASSES[0];
}

export function authorStyle(at: number): AuthorStyle {
  return AUTHORS[at % AUTHORS.length] ?? { colour: "#1b6fa8", dash: [] };
}
