// The window of the tests into the canvas: marks, selection, tool and paint statistics, all read-only.

import type { AnnotationEngine } from "./engine";
import type { Point } from "./geometry";
import type { PaintStats } from "./layers";
import type { Shape } from "./shapes";
import { toScreen } from "./viewport";

export interface TestHook {
  shapes(): readonly Shape[];
  selection(): string | null;
  tool(): string;
  classId(): string;
  stats(): PaintStats;
  version(): number;
  /** Where an image point lies in the browser window, for a real mouse. */
  toWindow(point: Point): Point;
}

declare global {
  interface Window {
    __assay?: TestHook;
  }
}

/** Offer the engine to tests; returns what takes the offer back. */
export function exposeEngine(engine: AnnotationEngine): () => void {
  const hook: TestHook = {
    shapes: () => engine.snapshot().shapes,
    selection: () => engine.snapshot().selection?.id ?? null,
    tool: () => engine.snapshot().tool,
    classId: () => engine.snapshot().classId,
    stats: () => ({ ...engine.stats }),
    version: () => engine.snapshot().version,
    toWindow: (point) => {
      const frame = engine.element.getBoundingClientRect();
      const at = toScreen(engine.view, point);
      return { x: frame.left + at.x, y: frame.top + at.y };
    },
  };
  window.__assay = hook;
  return () => {
    if (window.__assay === hook) delete window.__assay;
  };
}
