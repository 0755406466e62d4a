// Where the canvas lies, and what is said there while no picture can be shown.
import { useEffect, useRef } from "react";
import type { AnnotationEngine } from "@/core";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import css from "./Work.module.css";
import type { PictureState } from "./useEngine";

export function CanvasHost({ engine, picture, resting = false }: { engine: AnnotationEngine | null; picture: PictureState & { retry: () => void }; /** Handed in: nothing more can be drawn on it. */ resting?: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (engine !== null && host.current !== null) engine.mount(host.current);
  }, [engine]);
  return (
    <>
      <div ref={host} className={css.host} inert={resting} />
      {picture.state === "failed" && (
        <div className={css.message} role="alert">
          <p>{picture.message}</p>
          <Button onClick={picture.retry}>{t.actions.tryAgain}</Button>
        </div>
      )}
    </>
  );
}
