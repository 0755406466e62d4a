// How marks look on a canvas: outlines in the class colour over a white casing, grips, and the name of the selected one.

import type { Stroke } from "./brush";
import type { Box, Point } from "./geometry";
import { heightOf, widthOf } from "./geometry";
import type { MaskBitmaps } from "./maskBitmaps";
import { gripShows } from "./pointer";
import type { Ring } from "./rings";
import type { Geometry, Shape } from "./shapes";
import { operationsFor } from "./shapes";
import type { Draft } from "./store";
import type { View } from "./viewport";
import { boxToScreen, toScreen } from "./viewport";

export interface ClassStyle {
  /** A colour as #rrggbb; over photos the light set holds in both themes. */
  readonly colour: string;
  readonly name: string;
  /** The class's key, "" beyond the ninth. */
  readonly digit: string;
  /** Stands back: a thin line without casing and fill, where other marks are in question. */
  readonly quiet?: boolean;
  /** How strongly the inside is tinted, from 0 to 1. */
  readonly fill?: number;
}

/** A mark of somebody else's, shown for comparison: line style and colour by author. */
export interface OverlayMark {
  readonly id: string;
  readonly box: Box;
  /** The drawn outline where there is more than the box. */
  readonly geometry?: Geometry;
  readonly colour: string;
  readonly dash: readonly number[];
  readonly width: number;
  /** Settled or beside the point: thin and pale. */
  readonly faded: boolean;
  /** A black pill below the mark. */
  readonly caption: string | null;
  /** A number in a ring at the upper right corner; `live` fills it. */
  readonly badge: { readonly text: string; readonly live: boolean } | null;
}

export type Context = CanvasRenderingContext2D;

/** Farther than this from its geometry nothing of a mark of the base layer is painted; badges and captions repaint whole. */
export const STROKE_REACH_PX = 4;
/** Room for the class and confidence above the corner brackets of a suggestion. */
export const LABEL_REACH_PX = 26;
const CASING = "rgba(255, 255, 255, 0.8)";
const FONT = "600 13px 'Inter Variable', system-ui, sans-serif";
const FILL = 0.07;
const MASK_FILL = 0.42;
const POINT_PX = 5;

/** One mark of the base layer; `plain` leaves out casing and fill, for very many marks at once. */
export function paintShape(context: Context, geometry: Geometry, style: ClassStyle, view: View, plain: boolean, masks: MaskBitmaps): void {
  if (geometry.kind === "mask") return paintMask(context, geometry.pixels, style, view, style.fill ?? MASK_FILL, masks);
  const simple = plain || style.quiet === true;
  if (!simple) {
    fillShape(context, geometry, style.colour, style.fill ?? FILL, view);
    context.strokeStyle = CASING;
    context.lineWidth = 3.5;
    strokeShape(context, geometry, view);
  }
  if (style.quiet === true) context.globalAlpha = 0.55;
  context.strokeStyle = style.colour;
  context.lineWidth = simple ? 1 : 1.75;
  strokeShape(context, geometry, view);
  context.globalAlpha = 1;
}

function paintMask(context: Context, pixels: Parameters<MaskBitmaps["get"]>[0], style: ClassStyle, view: View, alpha: number, masks: MaskBitmaps): void {
  const box = boxToScreen(view, pixels.box);
  context.globalAlpha = alpha;
  context.imageSmoothingEnabled = view.scale < 1;
  context.drawImage(masks.get(pixels, style.colour), box.xMin, box.yMin, widthOf(box), heightOf(box));
  context.globalAlpha = 1;
}

function fillShape(context: Context, geometry: Geometry, colour: string, alpha: number, view: View): void {
  if (alpha === 0 || geometry.kind === "point" || geometry.kind === "polyline" || geometry.kind === "keypoints" || geometry.kind === "tag") return;
  context.fillStyle = colour;
  context.globalAlpha = alpha;
  if (geometry.kind === "bbox") {
    const box = boxToScreen(view, geometry);
    context.fillRect(box.xMin, box.yMin, widthOf(box), heightOf(box));
  } else {
    context.beginPath();
    trace(context, geometry, view);
    context.fill("evenodd");
  }
  context.globalAlpha = 1;
}

function strokeShape(context: Context, geometry: Geometry, view: View): void {
  if (geometry.kind === "bbox") {
    const box = boxToScreen(view, geometry);
    context.strokeRect(box.xMin, box.yMin, widthOf(box), heightOf(box));
    return;
  }
  context.beginPath();
  trace(context, geometry, view);
  context.stroke();
}

/** The outline of anything but a mask as a path. */
function trace(context: Context, geometry: Geometry, view: View): void {
  if (geometry.kind === "point") return dot(context, toScreen(view, geometry));
  const rings = operationsFor(geometry).corners(geometry);
  if (geometry.kind === "keypoints") {
    for (const ring of rings) for (let at = 0; at < ring.length; at += 2) dot(context, toScreen(view, { x: ring[at] ?? 0, y: ring[at + 1] ?? 0 }));
    return;
  }
  for (const ring of rings) traceRing(context, ring, view, geometry.kind !== "polyline");
}

function dot(context: Context, { x, y }: Point): void {
  context.moveTo(x + POINT_PX, y);
  context.arc(x, y, POINT_PX, 0, 2 * Math.PI);
  context.moveTo(x - 1, y);
  context.lineTo(x + 1, y);
}

function traceRing(context: Context, ring: Ring, view: View, closed: boolean): void {
  for (let at = 0; at < ring.length; at += 2) {
    const x = (ring[at] ?? 0) * view.scale + view.x;
    const y = (ring[at + 1] ?? 0) * view.scale + view.y;
    if (at === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  if (closed) context.closePath();
}

/** A suggestion nobody has looked at: corner brackets only, with class and confidence while few are in sight. */
export function paintSuggestion(context: Context, shape: Shape, style: ClassStyle, view: View, labelled: boolean): void {
  const box = boxToScreen(view, operationsFor(shape.geometry).bounds(shape.geometry));
  const arm = Math.max(3, Math.min(28, widthOf(box) / 3, heightOf(box) / 3));
  for (const [colour, width] of [[CASING, 4], [style.colour, 2]] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    for (const [x, dx] of [[box.xMin, 1], [box.xMax, -1]] as const) {
      for (const [y, dy] of [[box.yMin, 1], [box.yMax, -1]] as const) {
        context.moveTo(x + dx * arm, y);
        context.lineTo(x, y);
        context.lineTo(x, y + dy * arm);
      }
    }
    context.stroke();
  }
  const confidence = shape.suggested?.confidence ?? null;
  if (labelled) paintFlag(context, `${style.digit}${confidence === null ? "" : ` ${confidence.toFixed(2).replace(/^0/, "")}`}`.trim(), "#33373f", box);
}

export function paintHover(context: Context, shape: Shape, style: ClassStyle, view: View, masks: MaskBitmaps): void {
  if (shape.geometry.kind === "mask") return paintMask(context, shape.geometry.pixels, style, view, 0.3, masks);
  context.strokeStyle = "#ffffff";
  context.lineWidth = 5;
  strokeShape(context, shape.geometry, view);
  context.strokeStyle = style.colour;
  context.lineWidth = 3;
  strokeShape(context, shape.geometry, view);
}

/** The selected mark or the one being drawn: strong outline, name flag, grips. */
export function paintLifted(context: Context, geometry: Geometry, style: ClassStyle, view: View, grips: boolean, masks: MaskBitmaps): void {
  const operations = operationsFor(geometry);
  if (geometry.kind === "tag") return;
  const box = boxToScreen(view, operations.bounds(geometry));
  if (geometry.kind === "mask") {
    paintMask(context, geometry.pixels, style, view, 0.6, masks);
    paintCorners(context, box, style.colour);
  } else {
    fillShape(context, geometry, style.colour, 0.06, view);
    context.strokeStyle = "#ffffff";
    context.lineWidth = 4.5;
    strokeShape(context, geometry, view);
    context.strokeStyle = style.colour;
    context.lineWidth = 2.5;
    strokeShape(context, geometry, view);
  }
  paintFlag(context, `${style.digit} ${style.name}`.trim(), style.colour, box);
  if (grips) paintGrips(context, geometry, style.colour, view, box);
}

function paintCorners(context: Context, box: Box, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.strokeRect(box.xMin - 3, box.yMin - 3, widthOf(box) + 6, heightOf(box) + 6);
}

function paintGrips(context: Context, geometry: Geometry, colour: string, view: View, box: Box): void {
  context.fillStyle = "#ffffff";
  context.strokeStyle = colour;
  context.lineWidth = 2;
  for (const { grip, at } of operationsFor(geometry).grips(geometry, view.scale)) {
    if (!gripShows(box, grip)) continue;
    const spot = toScreen(view, at);
    context.beginPath();
    if (grip.kind === "side") context.roundRect(spot.x - 5, spot.y - 5, 10, 10, 1.5);
    else context.arc(spot.x, spot.y, grip.kind === "turn" ? 6 : 4, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}

/** A begun mark with the way to the pointer. */
export function paintDraft(context: Context, draft: Draft, cursor: Point, style: ClassStyle, view: View): void {
  const ring = [...draft.points, cursor].flatMap(({ x, y }) => [x, y]);
  for (const [colour, width] of [["#ffffff", 4.5], [style.colour, 2.5]] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    traceRing(context, ring, view, false);
    context.stroke();
  }
  context.fillStyle = "#ffffff";
  context.strokeStyle = style.colour;
  context.lineWidth = 2;
  draft.points.forEach((point, at) => {
    const spot = toScreen(view, point);
    context.beginPath();
    context.arc(spot.x, spot.y, at === 0 && draft.kind === "polygon" ? 6 : 4, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  });
}

/** The stroke under the hand; the eraser's is shown as what will be gone. */
export function paintStroke(context: Context, { points, radius }: Stroke, colour: string, view: View): void {
  context.globalAlpha = 0.5;
  context.strokeStyle = colour;
  context.lineWidth = 2 * radius * view.scale;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  traceRing(context, points.flatMap(({ x, y }) => [x, y]), view, false);
  const only = points.length === 1 ? points[0] : undefined;
  if (only !== undefined) context.lineTo(only.x * view.scale + view.x + 0.01, only.y * view.scale + view.y);
  context.stroke();
  context.globalAlpha = 1;
  context.lineCap = "butt";
  context.lineJoin = "miter";
}

/** The ring that shows how large the brush is. */
export function paintBrush(context: Context, at: Point, radius: number, view: View): void {
  const spot = toScreen(view, at);
  for (const [colour, width] of [["#ffffff", 3], ["#14171f", 1.25]] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.arc(spot.x, spot.y, Math.max(1, radius * view.scale), 0, 2 * Math.PI);
    context.stroke();
  }
}

function paintFlag(context: Context, text: string, colour: string, box: Box): void {
  context.font = FONT;
  const width = Math.ceil(context.measureText(text).width) + 12;
  const x = box.xMin - 1.25;
  // Above the box, or inside its top edge when it touches the top of the screen.
  const y = box.yMin >= 34 ? box.yMin - 30 : box.yMin + 7;
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(x, y, width, 22, 3);
  context.fill();
  context.fillStyle = "#ffffff";
  context.textBaseline = "middle";
  context.fillText(text, x + 6, y + 11.5);
}

export function paintOverlayMark(context: Context, mark: OverlayMark, view: View): void {
  const box = boxToScreen(view, mark.box);
  const outline = (): void => {
    if (mark.geometry === undefined || mark.geometry.kind === "mask") context.strokeRect(box.xMin, box.yMin, widthOf(box), heightOf(box));
    else strokeShape(context, mark.geometry, view);
  };
  context.globalAlpha = mark.faded ? 0.6 : 1;
  if (!mark.faded) {
    context.strokeStyle = CASING;
    context.lineWidth = mark.width + 2;
    outline();
  }
  context.strokeStyle = mark.colour;
  context.lineWidth = mark.faded ? 1 : mark.width;
  context.setLineDash([...mark.dash]);
  outline();
  context.setLineDash([]);
  context.globalAlpha = 1;
  if (mark.caption !== null) paintCaption(context, mark.caption, box);
  if (mark.badge !== null) paintBadge(context, mark.badge.text, mark.badge.live, box);
}

const BADGE = "#2850c8";

function paintBadge(context: Context, text: string, live: boolean, box: Box): void {
  context.beginPath();
  context.arc(box.xMax, box.yMin, 11, 0, 2 * Math.PI);
  context.fillStyle = live ? BADGE : "#ffffff";
  context.strokeStyle = live ? "#ffffff" : BADGE;
  context.lineWidth = 2;
  context.fill();
  context.stroke();
  context.font = FONT;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = live ? "#ffffff" : BADGE;
  context.fillText(text, box.xMax, box.yMin + 0.5);
  context.textAlign = "start";
}

function paintCaption(context: Context, text: string, box: Box): void {
  context.font = FONT;
  const width = Math.ceil(context.measureText(text).width) + 12;
  // Inside the screen even where the mark touches its edge.
  const x = Math.max(4, Math.min(box.xMin, context.canvas.clientWidth - width - 8));
  const y = Math.min(box.yMax + 6, context.canvas.clientHeight - 28);
  context.fillStyle = "#14171f";
  context.beginPath();
  context.roundRect(x, y, width, 22, 3);
  context.fill();
  context.fillStyle = "#ffffff";
  context.textBaseline = "middle";
  context.fillText(text, x + 6, y + 11.5);
}
