// What the audit page works out: kinds of actions, instants from fields, where an object's page is, a body as facts.
import type { AuditEvent } from "@/api/types";

/** What is before the dot of an action. */
export function kindOf(action: string): string {
  return action.split(".")[0] ?? action;
}

export function kindsOf(actions: readonly string[]): string[] {
  return [...new Set(actions.map(kindOf))].sort();
}

/** The value of a datetime-local field as an instant; undefined while it is empty or no time. */
export function instantOf(field: string): string | undefined {
  const when = Date.parse(field);
  return field === "" || Number.isNaN(when) ? undefined : new Date(when).toISOString();
}

const PAGES: Readonly<Record<string, (id: string) => string>> = {
  release: (id) => `releases/${id}`,
  item: (id) => `items/${id}`,
  proposal: (id) => `proposals/${id}`,
  model: (id) => `models/${id}`,
  promotion: (id) => `promotions/${id}`,
  user: (id) => `people/${id}`,
  member: (id) => `people/${id}`,
  guideline: () => "guideline",
  schema: () => "schema",
  rulebook: () => "policy-file",
  policy: () => "settings",
  rate_card: () => "costs",
  selection: (id) => `selection?selection=${id}`,
  monitor: (id) => `drift?monitor=${id}`,
  diagnosis: () => "drift",
  batch: () => "batches",
  import: () => "imports",
  escalation: () => "questions",
  gold: (id) => `gold/${id}`,
};

/** The page of what an event is about, below the project; null where there is none. */
export function pageOf(subject: string): string | null {
  const [kind = "", id = ""] = subject.split("/");
  const page = PAGES[kind];
  return page === undefined || (id === "" && page("x").includes("x")) ? null : page(id);
}

/** The facts of an event as names and texts; lists and nested values as JSON. */
export function factsOf(event: AuditEvent): [string, string][] {
  return Object.entries(event.body).map(([name, value]) => [name.replaceAll("_", " "), typeof value === "string" ? value : JSON.stringify(value)]);
}
