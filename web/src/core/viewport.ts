// Where the image lies on the screen: one scale and one offset, screen = image × scale + offset.

import type { Box, Point, Size } from "./geometry";
import { centreOf, clamp, heightOf, widthOf } from "./geometry";

export interface View {
  /** Screen pixels (CSS) for one image pixel. */
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export const MAX_SCALE = 64;
/** Room around a fitted image; at the top there is more, for the class chips that float there. */
const FIT_MARGIN_PX = 24;
const FIT_TOP_PX = 58;

export function toScreen(view: View, point: Point): Point {
  return { x: point.x * view.scale + view.x, y: point.y * view.scale + view.y };
}

export function toImage(view: View, point: Point): Point {
  return { x: (point.x - view.x) / view.scale, y: (point.y - view.y) / view.scale };
}

export function boxToScreen(view: View, box: Box): Box {
  const low = toScreen(view, { x: box.xMin, y: box.yMin });
  const high = toScreen(view, { x: box.xMax, y: box.yMax });
  return { xMin: low.x, yMin: low.y, xMax: high.x, yMax: high.y };
}

/** The part of the image plane that a screen of this size shows. */
export function visibleBox(view: View, screen: Size): Box {
  const low = toImage(view, { x: 0, y: 0 });
  const high = toImage(view, { x: screen.width, y: screen.height });
  return { xMin: low.x, yMin: low.y, xMax: high.x, yMax: high.y };
}

/** The whole image in the middle of the screen. */
export function fit(image: Size, screen: Size): View {
  const whole = { xMin: 0, yMin: 0, xMax: image.width, yMax: image.height };
  const extra = screen.height > 4 * FIT_TOP_PX ? FIT_TOP_PX - FIT_MARGIN_PX : 0;
  const view = showBox(whole, { width: screen.width, height: screen.height - extra }, FIT_MARGIN_PX);
  return { ...view, y: view.y + extra };
}

/** A box in the middle of the screen with a margin in screen pixels around it. */
export function showBox(box: Box, screen: Size, margin: number): View {
  const room = { width: Math.max(1, screen.width - 2 * margin), height: Math.max(1, screen.height - 2 * margin) };
  const scale = Math.min(room.width / Math.max(1, widthOf(box)), room.height / Math.max(1, heightOf(box)), MAX_SCALE);
  const centre = centreOf(box);
  return { scale, x: screen.width / 2 - centre.x * scale, y: screen.height / 2 - centre.y * scale };
}

/** Zoom by a factor so that the image point under `at` (screen) stays under it. */
export function zoomAt(view: View, at: Point, factor: number, image: Size, screen: Size): View {
  const smallest = Math.min(fit(image, screen).scale / 4, 1);
  const scale = clamp(view.scale * factor, smallest, MAX_SCALE);
  const anchor = toImage(view, at);
  return keepInSight({ scale, x: at.x - anchor.x * scale, y: at.y - anchor.y * scale }, image, screen);
}

export function panBy(view: View, dx: number, dy: number, image: Size, screen: Size): View {
  return keepInSight({ scale: view.scale, x: view.x + dx, y: view.y + dy }, image, screen);
}

/** Never lets the image leave the screen altogether: a strip of it always remains to come back by. */
function keepInSight(view: View, image: Size, screen: Size): View {
  const strip = 48;
  return {
    scale: view.scale,
    x: clamp(view.x, strip - image.width * view.scale, screen.width - strip),
    y: clamp(view.y, strip - image.height * view.scale, screen.height - strip),
  };
}
