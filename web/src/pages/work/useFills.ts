// How strongly classes are tinted, kept for the visit.
import { useMemo, useRef } from "react";
import type { Fills } from "./LookPanel";

export function useFills(): Fills {
  const kept = useRef(new Map<string, number>());
  return useMemo(
    () => ({
      of: (id) => kept.current.get(id),
      set: (id, fill) => void kept.current.set(id, fill),
      reset: () => kept.current.clear(),
    }),
    [],
  );
}
