// Zoom and crosshair in the corner of the canvas.
import { useSyncExternalStore } from "react";
import type { AnnotationEngine, Snapshot } from "@/core";
import { t } from "@/text/en";
import { Plate } from "@/ui/WorkFrame";

const NOWHERE = { scale: 1, cursor: { x: 0, y: 0 } };

export function Readout({ engine, snapshot }: { engine: AnnotationEngine | null; snapshot?: Snapshot }) {
  const { scale, cursor } = useSyncExternalStore(engine?.onView ?? (() => () => undefined), engine?.readout ?? (() => NOWHERE));
  return (
    <>
      <Plate>{t.work.zoom(Math.round(scale * 100))}</Plate>
      <Plate>{t.work.at(Math.floor(cursor.x), Math.floor(cursor.y))}</Plate>
      {snapshot !== undefined && (snapshot.tool === "brush" || snapshot.tool === "eraser") && <Plate>{t.work.brush(Math.round(snapshot.brushPx))}</Plate>}
      {snapshot?.snapping === true && <Plate>{t.work.snapping}</Plate>}
      {snapshot !== undefined && snapshot.asking !== "idle" && <Plate><span role="status">{t.work.asking[snapshot.asking]}</span></Plate>}
    </>
  );
}
