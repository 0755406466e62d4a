// What each technique must do; an act leaves the screen to the next frame.
import type { Mark } from "../page";

export interface Tool {
  load(marks: readonly Mark[]): Promise<void> | void;
  pan(dx: number, dy: number): void;
  grab(mark: Mark): Promise<void> | void;
  /** Move the mark in hand to this far from where it was, in image pixels. */
  drag(mark: Mark, dx: number, dy: number): void;
  drop(mark: Mark): Promise<void> | void;
  draw(x: number, y: number, w: number, h: number): void;
  undo?(): void;
  stats?(): unknown;
}

export type MakeTool = (host: HTMLElement, image: { width: number; height: number }) => Promise<Tool> | Tool;

/** The same coarse picture under every technique, stretched to the full size. */
export function picture(): HTMLImageElement {
  const image = new Image();
  image.src = "/picture.jpg";
  return image;
}
