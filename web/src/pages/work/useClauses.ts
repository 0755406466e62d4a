// Which clause stands beside the canvas: those of the class in use one after another, or one that was searched for.
import { useState } from "react";
import type { Clause, Guideline } from "@/api/types";

/** Clauses that name the class come first; those that name none hold for all. */
export function clausesFor(clauses: readonly Clause[], classId: string): Clause[] {
  return [...clauses.filter((each) => each.classes.includes(classId)), ...clauses.filter((each) => each.classes.length === 0)];
}

export interface ClauseView {
  readonly clause: Clause | undefined;
  /** Its place among those of the class, from 1; 0 when it was searched for. */
  readonly at: number;
  readonly n: number;
  readonly searching: boolean;
  readonly search: (open: boolean) => void;
  readonly step: (by: 1 | -1) => void;
  /** Keep a clause there until the class changes; null goes back to those of the class. */
  readonly pick: (id: string | null) => void;
}

export function useClauses(guideline: Guideline | undefined, classId: string): ClauseView {
  const [at, setAt] = useState(0);
  const [searching, setSearching] = useState(false);
  const [picked, setPicked] = useState<{ id: string; classId: string } | null>(null);
  const all = guideline?.clauses ?? [];
  const clauses = clausesFor(all, classId);
  const pinned = picked?.classId === classId ? all.find((each) => each.id === picked.id) : undefined;
  const place = clauses.length === 0 ? 0 : at % clauses.length;
  return {
    clause: pinned ?? clauses[place],
    at: pinned === undefined ? place + 1 : 0,
    n: clauses.length,
    searching,
    search: setSearching,
    step: (by) => {
      setPicked(null);
      setAt(clauses.length === 0 ? 0 : (place + clauses.length + by) % clauses.length);
    },
    pick: (id) => {
      setPicked(id === null ? null : { id, classId });
      setSearching(false);
    },
  };
}
