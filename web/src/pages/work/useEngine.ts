// The canvas engine in a React page: made once, handed images, listened to without owning its state.
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { LabelClass } from "@/api/types";
import { keyOf } from "@/app/project";
import { AnnotationEngine, exposeEngine, loadPicture } from "@/core";
import type { ClassStyle, KeyMap, Shape, Size, Snapshot } from "@/core";
import { photoClass } from "@/ui/palette";

interface Options {
  readonly classes: readonly LabelClass[];
  readonly keys: KeyMap;
  readonly label: string;
  readonly readOnly?: boolean;
  /** One colour for all classes, where the canvas compares authors. */
  readonly colour?: string;
}

/** One engine for the life of the page. */
export function useEngine({ classes, keys, label, readOnly = false, colour }: Options): AnnotationEngine | null {
  const styles = useRef<readonly LabelClass[]>(classes);
  styles.current = classes;
  const [engine, setEngine] = useState<AnnotationEngine | null>(null);
  const first = classes[0]?.id;
  useEffect(() => {
    if (first === undefined) return;
    const styleOf = (id: string): ClassStyle => styleIn(styles.current, id, colour);
    const made = new AnnotationEngine({ newId: () => crypto.randomUUID(), classId: first, styleOf, keys, label, readOnly });
    const takeBack = exposeEngine(made);
    setEngine(made);
    return () => {
      takeBack();
      made.destroy();
      setEngine(null);
    };
  }, [first, keys, label, readOnly, colour]);
  return engine;
}

function styleIn(classes: readonly LabelClass[], id: string, colour: string | undefined): ClassStyle {
  const at = classes.findIndex((each) => each.id === id);
  return { ...(colour === undefined ? {} : { quiet: true }), colour: colour ?? photoClass(at === -1 ? classes.length : at), name: classes[at]?.name ?? id, digit: keyOf(classes, at) };
}

export type PictureState = { readonly state: "none" | "loading" | "shown" } | { readonly state: "failed"; readonly message: string };

/** Shows a picture with these shapes; the shapes count when the picture changes, not afterwards. */
export function usePicture(engine: AnnotationEngine | null, url: string | null, size: Size | null, shapes: () => readonly Shape[], onShown?: () => void): PictureState & { retry: () => void } {
  const [state, setState] = useState<PictureState>({ state: "none" });
  const [tries, setTries] = useState(0);
  const latest = useRef({ shapes, size, onShown });
  latest.current = { shapes, size, onShown };
  useEffect(() => {
    if (engine === null || url === null) return;
    let gone = false;
    setState({ state: "loading" });
    loadPicture(url).then(
      (picture) => {
        if (gone) return;
        engine.open(latest.current.size ?? picture.size, latest.current.shapes(), picture.backdrop);
        engine.focus();
        setState({ state: "shown" });
        latest.current.onShown?.();
      },
      (cause: unknown) => {
        if (!gone) setState({ state: "failed", message: cause instanceof Error ? cause.message : String(cause) });
      },
    );
    return () => {
      gone = true;
    };
  }, [engine, url, tries]);
  return useMemo(() => ({ ...state, retry: () => setTries((n) => n + 1) }), [state]);
}

const EMPTY: Snapshot = { version: 0, shapes: [], selection: null, draft: null, tool: "select", classId: "", canUndo: false, canRedo: false };

export function useSnapshot(engine: AnnotationEngine | null): Snapshot {
  return useSyncExternalStore(engine?.onModel ?? (() => () => undefined), engine?.snapshot ?? (() => EMPTY));
}
