// Several canvases with one picture, side by side: moved and zoomed as one, for looking only.
import { useCallback, useEffect, useRef } from "react";
import type { Box, LabelClass } from "@/api/types";
import { KeyMap } from "@/core";
import type { AnnotationEngine, OverlayMark, Size } from "@/core";
import { CanvasHost } from "./CanvasHost";
import { canvasBox } from "./marks";
import { useEngine, usePicture } from "./useEngine";

/** Panes take no keys of their own: they belong to the page. */
const NO_KEYS = new KeyMap([]);

export type Join = (id: string, engine: AnnotationEngine) => () => void;

/** Whoever joins follows the view of every other one. */
export function useSyncedViews(): Join {
  const panes = useRef(new Map<string, AnnotationEngine>());
  return useCallback((id, engine) => {
    const all = panes.current;
    const [other] = all.values();
    if (other !== undefined) engine.follow(other.view);
    all.set(id, engine);
    const stop = engine.onView(() => all.forEach((each) => { if (each !== engine) each.follow(engine.view); }));
    return () => {
      stop();
      all.delete(id);
    };
  }, []);
}

/** Lets an engine that is on the page anyway follow the panes, while `joined`. */
export function useJoin(join: Join, id: string, engine: AnnotationEngine | null, joined: boolean): void {
  useEffect(() => (engine === null || !joined ? undefined : join(id, engine)), [engine, id, join, joined]);
}

interface PaneProps {
  readonly id: string;
  readonly label: string;
  readonly imageUrl: string;
  readonly size: Size;
  readonly classes: readonly LabelClass[];
  readonly marks: readonly OverlayMark[];
  readonly target?: Box | null;
  readonly join: Join;
}

export function Pane({ id, label, imageUrl, size, classes, marks, target = null, join }: PaneProps) {
  const engine = useEngine({ classes, keys: NO_KEYS, label, readOnly: true });
  const picture = usePicture(engine, imageUrl, size, () => [], undefined, false);
  const shown = picture.state === "shown";
  useEffect(() => {
    if (shown) engine?.setOverlay(marks);
  }, [engine, marks, shown]);
  useJoin(join, id, engine, shown);
  useEffect(() => {
    if (target !== null && shown) engine?.showBox(canvasBox(target));
  }, [engine, target, shown]);
  return <CanvasHost engine={engine} picture={picture} />;
}
