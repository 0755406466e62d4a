// The canvas engine in a React page: made once, handed images, listened to without owning its state.
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { LabelClass } from "@/api/types";
import { keyOf } from "@/app/project";
import { AnnotationEngine, exposeEngine, loadPicture, openTiles, TILES_FROM_PX } from "@/core";
import type { ClassStyle, GeometryKind, KeyMap, Shape, Size, Snapshot } from "@/core";
import { photoClass } from "@/ui/palette";
import { kindsOf } from "./Tools";

interface Options {
  readonly classes: readonly LabelClass[];
  readonly keys: KeyMap;
  readonly label: string;
  readonly readOnly?: boolean;
  /** One colour for all classes, where the canvas compares authors. */
  readonly colour?: string;
  /** How strongly classes are tinted, where somebody changed it. */
  readonly fillOf?: (classId: string) => number | undefined;
}

/** One engine for the life of the page. */
export function useEngine({ classes, keys, label, readOnly = false, colour, fillOf }: Options): AnnotationEngine | null {
  const latest = useRef({ classes, keys, fillOf });
  latest.current = { classes, keys, fillOf };
  const [engine, setEngine] = useState<AnnotationEngine | null>(null);
  const first = classes[0]?.id;
  useEffect(() => {
    if (first === undefined) return;
    const styleOf = (id: string): ClassStyle => styleIn(latest.current.classes, id, colour, latest.current.fillOf?.(id));
    const allowed = (id: string): readonly GeometryKind[] => kindsOf(latest.current.classes, id);
    const made = new AnnotationEngine({ newId: () => crypto.randomUUID(), classId: first, styleOf, keys: latest.current.keys, label, readOnly, kindsOf: allowed });
    made.chooseClass(first);
    const takeBack = exposeEngine(made);
    setEngine(made);
    return () => {
      takeBack();
      made.destroy();
      setEngine(null);
    };
  }, [first, label, readOnly, colour]);
  useEffect(() => {
    if (engine !== null) engine.keys = keys;
  }, [engine, keys]);
  return engine;
}

function styleIn(classes: readonly LabelClass[], id: string, colour: string | undefined, fill: number | undefined): ClassStyle {
  const at = classes.findIndex((each) => each.id === id);
  return { ...(fill === undefined ? {} : { fill }), ...(colour === undefined ? {} : { quiet: true }), colour: colour ?? photoClass(at === -1 ? classes.length : at), name: classes[at]?.name ?? id, digit: keyOf(classes, at) };
}

const TILE_PX = 512;
/** How often a picture that did not come is asked for again by itself, each time after twice the pause. */
const TRIES = 6;
const FIRST_PAUSE_MS = 500;

/** A large picture comes in tiles, which the server has beside it; a small one whole. */
function openPicture(url: string, size: Size | null): ReturnType<typeof loadPicture> {
  if (size === null || size.width * size.height < TILES_FROM_PX) return loadPicture(url);
  return Promise.resolve(openTiles({ size, tileSize: TILE_PX, url: (level, x, y) => `${url}/tiles/${String(level)}-${String(x)}-${String(y)}` }));
}

export type PictureState = { readonly state: "none" | "loading" | "shown" } | { readonly state: "failed"; readonly message: string };

/** Shows a picture with these shapes; the shapes count when the picture changes, not afterwards. */
export function usePicture(engine: AnnotationEngine | null, url: string | null, size: Size | null, shapes: () => readonly Shape[], onShown?: () => void, takesFocus = true): PictureState & { retry: () => void } {
  const [state, setState] = useState<PictureState>({ state: "none" });
  const [asked, setAsked] = useState<{ url: string | null; n: number }>({ url: null, n: 0 });
  const tries = asked.url === url ? asked.n : 0;
  const latest = useRef({ shapes, size, onShown, takesFocus });
  latest.current = { shapes, size, onShown, takesFocus };
  useEffect(() => {
    if (engine === null || url === null) return;
    let gone = false;
    let pause: ReturnType<typeof setTimeout> | undefined;
    const again = (): void => setAsked({ url, n: tries + 1 });
    setState({ state: "loading" });
    openPicture(url, latest.current.size).then(
      (picture) => {
        if (gone) return;
        engine.open(latest.current.size ?? picture.size, latest.current.shapes(), picture.backdrop);
        if (latest.current.takesFocus) engine.focus();
        setState({ state: "shown" });
        latest.current.onShown?.();
      },
      (cause: unknown) => {
        if (gone) return;
        setState({ state: "failed", message: cause instanceof Error ? cause.message : String(cause) });
        if (tries < TRIES) pause = setTimeout(again, FIRST_PAUSE_MS * 2 ** tries);
        globalThis.addEventListener("online", again, { once: true });
      },
    );
    return () => {
      gone = true;
      clearTimeout(pause);
      globalThis.removeEventListener("online", again);
    };
  }, [engine, url, tries]);
  return useMemo(() => ({ ...state, retry: () => setAsked({ url, n: tries + 1 }) }), [state, url, tries]);
}

const EMPTY: Snapshot = { version: 0, shapes: [], selection: null, draft: null, tool: "select", classId: "", canUndo: false, canRedo: false, snapping: false, brushPx: 24, nOpen: 0, asking: "idle" };

export function useSnapshot(engine: AnnotationEngine | null): Snapshot {
  return useSyncExternalStore(engine?.onModel ?? (() => () => undefined), engine?.snapshot ?? (() => EMPTY));
}
