// Several tabs of one person: each assignment is on one desk only, told by a lock that ends with its tab.

const held = new Map<string, () => void>();

/** Whether this tab has the assignment to itself from now on; always where the browser knows no locks. */
export function takeHere(assignmentId: string): Promise<boolean> {
  const { locks } = navigator as Partial<Pick<Navigator, "locks">>;
  if (locks === undefined || held.has(assignmentId)) return Promise.resolve(true);
  return new Promise((resolve) => {
    void locks.request(`assay/${assignmentId}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      if (lock === null) return undefined;
      return new Promise<void>((release) => held.set(assignmentId, release));
    });
  });
}

/** Let go of every assignment but this one. */
export function keepOnly(assignmentId: string | null): void {
  for (const [id, release] of held) {
    if (id === assignmentId) continue;
    held.delete(id);
    release();
  }
}
