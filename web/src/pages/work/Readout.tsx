// Zoom and crosshair in the corner of the canvas.
import { useSyncExternalStore } from "react";
import type { AnnotationEngine } from "@/core";
import { t } from "@/text/en";
import { Plate } from "@/ui/WorkFrame";

const NOWHERE = { scale: 1, cursor: { x: 0, y: 0 } };

export function Readout({ engine }: { engine: AnnotationEngine | null }) {
  const { scale, cursor } = useSyncExternalStore(engine?.onView ?? (() => () => undefined), engine?.readout ?? (() => NOWHERE));
  return (
    <>
      <Plate>{t.work.zoom(Math.round(scale * 100))}</Plate>
      <Plate>{t.work.at(Math.floor(cursor.x), Math.floor(cursor.y))}</Plate>
    </>
  );
}
