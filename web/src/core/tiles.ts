// Paints a large picture from the tiles of a deep zoom pyramid: the level that is just fine enough, coarser ones until it is there.

import type { Size } from "./geometry";
import type { View } from "./viewport";

/** Where the tiles of a picture are: the address of a tile by level, column and row. */
export interface TileSource {
  readonly size: Size;
  readonly tileSize: number;
  readonly url: (level: number, x: number, y: number) => string;
}

export interface TilePlace {
  readonly level: number;
  readonly x: number;
  readonly y: number;
}

/** Tiles kept; one of 512 px takes a megabyte. */
const KEPT = 96;
const AT_ONCE = 6;

/** The deepest level of a pyramid that halves down to one pixel. */
export function deepestLevel({ width, height }: Size): number {
  return Math.ceil(Math.log2(Math.max(width, height, 1)));
}

/** The coarsest level that still has a pixel for each pixel of the screen. */
export function levelFor(size: Size, scale: number): number {
  const deepest = deepestLevel(size);
  return Math.min(deepest, Math.max(0, deepest + Math.ceil(Math.log2(scale) - 1e-9)));
}

/** The tiles of a level that a screen shows, from its middle outwards. */
export function tilesInSight({ size, tileSize }: Pick<TileSource, "size" | "tileSize">, level: number, view: View, screen: Size): TilePlace[] {
  const span = tileSize * 2 ** (deepestLevel(size) - level);
  const first = (offset: number): number => Math.max(0, Math.floor(-offset / view.scale / span));
  const last = (offset: number, length: number, whole: number): number => Math.min(Math.ceil(whole / span) - 1, Math.floor((length - offset) / view.scale / span));
  const found: TilePlace[] = [];
  for (let y = first(view.y); y <= last(view.y, screen.height, size.height); y += 1) {
    for (let x = first(view.x); x <= last(view.x, screen.width, size.width); x += 1) found.push({ level, x, y });
  }
  const middle = { x: (screen.width / 2 - view.x) / view.scale / span - 0.5, y: (screen.height / 2 - view.y) / view.scale / span - 0.5 };
  const away = ({ x, y }: TilePlace): number => Math.hypot(x - middle.x, y - middle.y);
  return found.sort((a, b) => away(a) - away(b));
}

export class TilePainter {
  readonly element: HTMLCanvasElement;
  readonly #source: TileSource;
  readonly #tiles = new Map<string, ImageBitmap>();
  readonly #running = new Map<string, AbortController>();
  #wanted: readonly TilePlace[] = [];
  #view: View = { scale: 1, x: 0, y: 0 };
  #screen: Size = { width: 0, height: 0 };
  #frame = 0;
  /** What is seen around the picture. */
  #ground = "";
  #gone = false;
  /** Tiles that failed since the view last changed: not asked for again until it does. */
  readonly #failed = new Set<string>();

  constructor(source: TileSource) {
    this.#source = source;
    this.element = document.createElement("canvas");
    this.element.className = "assay-tiles";
  }

  setView(view: View, screen: Size): void {
    if (view === this.#view && screen === this.#screen) return;
    if (screen !== this.#screen) {
      this.element.width = Math.max(1, Math.round(screen.width * globalThis.devicePixelRatio));
      this.element.height = Math.max(1, Math.round(screen.height * globalThis.devicePixelRatio));
      this.element.style.width = `${String(screen.width)}px`;
      this.element.style.height = `${String(screen.height)}px`;
      this.#ground = getComputedStyle(this.element).backgroundColor;
    }
    this.#view = view;
    this.#screen = screen;
    this.#failed.clear();
    this.#wanted = tilesInSight(this.#source, levelFor(this.#source.size, view.scale * globalThis.devicePixelRatio), view, screen);
    this.#paint();
    this.#fetchMore();
  }

  destroy(): void {
    this.#gone = true;
    if (this.#frame !== 0) cancelAnimationFrame(this.#frame);
    for (const running of this.#running.values()) running.abort();
    for (const tile of this.#tiles.values()) tile.close();
    this.element.remove();
  }

  #paint(): void {
    const context = this.element.getContext("2d", { alpha: false });
    if (context === null) return;
    const ratio = globalThis.devicePixelRatio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = this.#ground;
    context.fillRect(0, 0, this.#screen.width, this.#screen.height);
    context.imageSmoothingEnabled = this.#view.scale < 4;
    for (const place of this.#wanted) this.#paintTile(context, place);
  }

  /** The tile, or the part of the nearest coarser one that covers its place. */
  #paintTile(context: CanvasRenderingContext2D, place: TilePlace): void {
    const { tileSize, size } = this.#source;
    const span = tileSize * 2 ** (deepestLevel(size) - place.level);
    const left = place.x * span;
    const top = place.y * span;
    const width = Math.min(span, size.width - left);
    const height = Math.min(span, size.height - top);
    const { scale, x, y } = this.#view;
    for (let up = 0; up <= place.level; up += 1) {
      const level = place.level - up;
      const tile = this.#kept({ level, x: place.x >> up, y: place.y >> up });
      if (tile === undefined) continue;
      const grain = 2 ** (deepestLevel(size) - level);
      const from = { x: left / grain - (place.x >> up) * tileSize, y: top / grain - (place.y >> up) * tileSize };
      context.drawImage(tile, from.x, from.y, Math.min(width / grain, tile.width - from.x), Math.min(height / grain, tile.height - from.y), left * scale + x, top * scale + y, width * scale, height * scale);
      return;
    }
  }

  #kept(place: TilePlace): ImageBitmap | undefined {
    const key = keyOf(place);
    const tile = this.#tiles.get(key);
    if (tile === undefined) return undefined;
    // Used last, dropped last.
    this.#tiles.delete(key);
    this.#tiles.set(key, tile);
    return tile;
  }

  #fetchMore(): void {
    const coarse: TilePlace = { level: Math.max(0, deepestLevel(this.#source.size) - Math.ceil(Math.log2(Math.max(this.#source.size.width, this.#source.size.height) / this.#source.tileSize))), x: 0, y: 0 };
    // The whole picture in one tile comes first: something is seen at once, and stays behind whatever is finer.
    const wanted = [coarse, ...this.#wanted];
    const keys = new Set(wanted.map(keyOf));
    for (const [key, running] of this.#running) if (!keys.has(key)) running.abort();
    for (const place of wanted) {
      if (this.#running.size >= AT_ONCE) return;
      const key = keyOf(place);
      if (!this.#tiles.has(key) && !this.#running.has(key) && !this.#failed.has(key)) void this.#fetch(place);
    }
  }

  async #fetch(place: TilePlace): Promise<void> {
    const key = keyOf(place);
    const running = new AbortController();
    this.#running.set(key, running);
    try {
      const reply = await fetch(this.#source.url(place.level, place.x, place.y), { signal: running.signal });
      if (reply.ok) this.#keep(key, await createImageBitmap(await reply.blob()));
      else this.#failed.add(key);
    } catch {
      // Given up because it left the screen, or not reached: asked for again when it is wanted again.
      if (!running.signal.aborted) this.#failed.add(key);
    }
    this.#running.delete(key);
    if (this.#gone) return;
    if (!running.signal.aborted) this.#schedule();
    this.#fetchMore();
  }

  #keep(key: string, tile: ImageBitmap): void {
    if (this.#gone) return tile.close();
    this.#tiles.set(key, tile);
    for (const [oldest, old] of this.#tiles) {
      if (this.#tiles.size <= KEPT) break;
      this.#tiles.delete(oldest);
      old.close();
    }
  }

  #schedule(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }
}

function keyOf({ level, x, y }: TilePlace): string {
  return `${String(level)}/${String(x)}/${String(y)}`;
}
