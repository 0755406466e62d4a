// What lies under the marks: a picture shown whole, or the tiles of a deep zoom pyramid.

import type { Backdrop, PixelPart } from "./layers";
import type { TileSource } from "./tiles";
import { deepestLevel, TilePainter } from "./tiles";

/** How the picture is looked at; 1 everywhere shows it as it is. */
export interface Look {
  readonly brightness: number;
  readonly contrast: number;
  readonly gamma: number;
}

export const PLAIN_LOOK: Look = { brightness: 1, contrast: 1, gamma: 1 };

/** From this many pixels on a picture is shown in tiles. */
export const TILES_FROM_PX = 16_000_000;

/** A picture shown whole, moved and scaled by the compositor; real pixels once they are large. */
export function plainBackdrop(image: HTMLImageElement): Backdrop {
  image.className = "assay-picture";
  image.alt = "";
  image.draggable = false;
  const filter = new GammaFilter();
  return {
    element: image,
    setView(view) {
      image.style.transform = `translate(${String(view.x)}px, ${String(view.y)}px) scale(${String(view.scale)})`;
      image.style.imageRendering = view.scale >= 4 ? "pixelated" : "auto";
    },
    setLook(look) {
      image.style.filter = filter.css(look);
    },
    pixels: (part) => Promise.resolve(drawPart(part, (context) => context.drawImage(image, part.x, part.y, part.width * part.step, part.height * part.step, 0, 0, part.width, part.height))),
    destroy() {
      filter.destroy();
      image.remove();
    },
  };
}

/** A large picture in tiles. */
export function tiledBackdrop(source: TileSource): Backdrop {
  const painter = new TilePainter(source);
  const filter = new GammaFilter();
  return {
    element: painter.element,
    setView: (view, screen) => painter.setView(view, screen),
    setLook(look) {
      painter.element.style.filter = filter.css(look);
    },
    pixels: (part) => tilePixels(source, part),
    destroy() {
      painter.destroy();
      filter.destroy();
    },
  };
}

function drawPart({ width, height }: PixelPart, draw: (context: CanvasRenderingContext2D) => void): ImageData | null {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return null;
  draw(context);
  return context.getImageData(0, 0, width, height);
}

/** A part of the picture put together from the tiles of the level that is just fine enough. */
async function tilePixels({ size, tileSize, url }: TileSource, part: PixelPart): Promise<ImageData | null> {
  const deepest = deepestLevel(size);
  const up = Math.min(deepest, Math.floor(Math.log2(Math.max(1, part.step))));
  const scale = 2 ** up;
  const span = tileSize * scale;
  const tiles: { x: number; y: number; image: HTMLImageElement }[] = [];
  for (let x = Math.floor(part.x / span); x * span < part.x + part.width * part.step; x += 1) {
    for (let y = Math.floor(part.y / span); y * span < part.y + part.height * part.step; y += 1) {
      const image = new Image();
      image.src = url(deepest - up, x, y);
      tiles.push({ x, y, image });
    }
  }
  await Promise.all(tiles.map(({ image }) => image.decode()));
  return drawPart(part, (context) => {
    for (const { x, y, image } of tiles) {
      const left = x * span - part.x;
      const top = y * span - part.y;
      context.drawImage(image, left / part.step, top / part.step, (image.naturalWidth * scale) / part.step, (image.naturalHeight * scale) / part.step);
    }
  });
}

const SVG = "http://www.w3.org/2000/svg";
let filters = 0;

/** Gamma is no CSS filter: an SVG one stands in the page for as long as the backdrop does. */
class GammaFilter {
  readonly #svg: SVGSVGElement;
  readonly #curves: readonly Element[];
  readonly #id: string;

  constructor() {
    filters += 1;
    this.#id = `assay-gamma-${String(filters)}`;
    this.#svg = document.createElementNS(SVG, "svg");
    this.#svg.setAttribute("class", "assay-filter");
    this.#svg.setAttribute("aria-hidden", "true");
    const filter = document.createElementNS(SVG, "filter");
    filter.setAttribute("id", this.#id);
    filter.setAttribute("color-interpolation-filters", "sRGB");
    const transfer = document.createElementNS(SVG, "feComponentTransfer");
    this.#curves = ["feFuncR", "feFuncG", "feFuncB"].map((name) => {
      const curve = document.createElementNS(SVG, name);
      curve.setAttribute("type", "gamma");
      return transfer.appendChild(curve);
    });
    filter.append(transfer);
    this.#svg.append(filter);
  }

  css({ brightness, contrast, gamma }: Look): string {
    if (brightness === 1 && contrast === 1 && gamma === 1) return "";
    if (!this.#svg.isConnected) document.body.append(this.#svg);
    for (const curve of this.#curves) curve.setAttribute("exponent", String(1 / gamma));
    const plain = `brightness(${String(brightness)}) contrast(${String(contrast)})`;
    return gamma === 1 ? plain : `${plain} url(#${this.#id})`;
  }

  destroy(): void {
    this.#svg.remove();
  }
}
