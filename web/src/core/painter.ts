// How marks look on a canvas: outlines in the class colour over a white casing, handles, and the name of the selected one.

import type { Box } from "./geometry";
import { heightOf, widthOf } from "./geometry";
import { handleShows } from "./pointer";
import type { Geometry, Shape } from "./shapes";
import { operationsFor } from "./shapes";
import type { View } from "./viewport";
import { boxToScreen, toScreen } from "./viewport";

export interface ClassStyle {
  /** A CSS colour; over photos the light set holds in both themes. */
  readonly colour: string;
  readonly name: string;
  /** The class's key, "" beyond the ninth. */
  readonly digit: string;
  /** Stands back: a thin line without casing and fill, where other marks are in question. */
  readonly quiet?: boolean;
}

/** A mark of somebody else's, shown for comparison: line style and colour by author. */
export interface OverlayMark {
  readonly id: string;
  readonly box: Box;
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
const CASING = "rgba(255, 255, 255, 0.8)";
const FONT = "600 13px 'Inter Variable', system-ui, sans-serif";

/** One mark of the base layer; `plain` leaves out casing and fill, for very many marks at once. */
export function paintShape(context: Context, geometry: Geometry, style: ClassStyle, view: View, plain: boolean): void {
  const box = boxToScreen(view, operationsFor(geometry).bounds(geometry));
  const width = widthOf(box);
  const height = heightOf(box);
  if (style.quiet === true) {
    context.globalAlpha = 0.55;
    context.strokeStyle = style.colour;
    context.lineWidth = 1;
    context.strokeRect(box.xMin, box.yMin, width, height);
    context.globalAlpha = 1;
    return;
  }
  if (!plain) {
    context.fillStyle = style.colour;
    context.globalAlpha = 0.07;
    context.fillRect(box.xMin, box.yMin, width, height);
    context.globalAlpha = 1;
    context.strokeStyle = CASING;
    context.lineWidth = 3.5;
    context.strokeRect(box.xMin, box.yMin, width, height);
  }
  context.strokeStyle = style.colour;
  context.lineWidth = plain ? 1 : 1.75;
  context.strokeRect(box.xMin, box.yMin, width, height);
}

export function paintHover(context: Context, shape: Shape, style: ClassStyle, view: View): void {
  const box = boxToScreen(view, operationsFor(shape.geometry).bounds(shape.geometry));
  context.strokeStyle = "#ffffff";
  context.lineWidth = 5;
  context.strokeRect(box.xMin, box.yMin, widthOf(box), heightOf(box));
  context.strokeStyle = style.colour;
  context.lineWidth = 3;
  context.strokeRect(box.xMin, box.yMin, widthOf(box), heightOf(box));
}

/** The selected mark or the one being drawn: strong outline, name flag, handles. */
export function paintLifted(context: Context, geometry: Geometry, style: ClassStyle, view: View, handles: boolean): void {
  const operations = operationsFor(geometry);
  const box = boxToScreen(view, operations.bounds(geometry));
  const width = widthOf(box);
  const height = heightOf(box);
  context.fillStyle = style.colour;
  context.globalAlpha = 0.06;
  context.fillRect(box.xMin, box.yMin, width, height);
  context.globalAlpha = 1;
  context.strokeStyle = "#ffffff";
  context.lineWidth = 4.5;
  context.strokeRect(box.xMin, box.yMin, width, height);
  context.strokeStyle = style.colour;
  context.lineWidth = 2.5;
  context.strokeRect(box.xMin, box.yMin, width, height);
  paintFlag(context, `${style.digit} ${style.name}`.trim(), style.colour, box);
  if (!handles) return;
  for (const { handle, at } of operations.handles(geometry)) {
    if (!handleShows(box, handle)) continue;
    const spot = toScreen(view, at);
    context.fillStyle = "#ffffff";
    context.strokeStyle = style.colour;
    context.lineWidth = 2;
    context.beginPath();
    context.roundRect(spot.x - 5, spot.y - 5, 10, 10, 1.5);
    context.fill();
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
  context.globalAlpha = mark.faded ? 0.6 : 1;
  if (!mark.faded) {
    context.strokeStyle = CASING;
    context.lineWidth = mark.width + 2;
    context.strokeRect(box.xMin, box.yMin, widthOf(box), heightOf(box));
  }
  context.strokeStyle = mark.colour;
  context.lineWidth = mark.faded ? 1 : mark.width;
  context.setLineDash([...mark.dash]);
  context.strokeRect(box.xMin, box.yMin, widthOf(box), heightOf(box));
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
