// What the item browser's address says, and back: every filter is a plain word, so that a link keeps it.
import type { Looking } from "@/api/calls";
import type { ItemState } from "@/api/types";

export const STATES: readonly ItemState[] = ["new", "queued", "answered", "disputed", "in_review", "settled"];

export interface ItemSearch {
  readonly state?: string | undefined;
  readonly q?: string | undefined;
  readonly class?: string | undefined;
  /** One or two people, with a comma between. */
  readonly by?: string | undefined;
  readonly below?: string | undefined;
  readonly gold?: string | undefined;
  readonly order?: string | undefined;
}

export function lookingFor(search: ItemSearch): Looking {
  const state = STATES.find((each) => each === search.state);
  const below = Number(search.below);
  return {
    state: state ?? null,
    q: search.q ?? null,
    label_class: search.class ?? null,
    author: (search.by ?? "").split(",").filter((each) => each !== ""),
    gold: search.gold === "only" || search.gold === "none" ? search.gold : null,
    below: search.below !== undefined && below >= 0 && below <= 1 ? below : null,
    order: search.order === "worst" ? "worst" : null,
  };
}

export function isFiltered(search: ItemSearch): boolean {
  return [search.state, search.q, search.class, search.by, search.below, search.gold].some((each) => each !== undefined && each !== "");
}
