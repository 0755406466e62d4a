// A call made by a button or a form: busy while it runs, the refusal afterwards.
import { useState } from "react";
import { asError } from "@/api/http";
import type { ErrorValue } from "@/ui/Messages";

export interface Act<A extends unknown[]> {
  readonly run: (...args: A) => Promise<boolean>;
  readonly busy: boolean;
  readonly error: ErrorValue | null;
  readonly clear: () => void;
}

/** Resolves to whether the call went through. */
export function useAct<A extends unknown[]>(act: (...args: A) => Promise<unknown>): Act<A> {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorValue | null>(null);
  const run = async (...args: A): Promise<boolean> => {
    setBusy(true);
    setError(null);
    try {
      await act(...args);
      return true;
    } catch (cause) {
      setError(asError(cause));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { run, busy, error, clear: () => setError(null) };
}
