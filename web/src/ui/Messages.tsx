// Empty, waiting and error states: the thing, its value, and the one next step.
import { t } from "@/text/en";
import { Button } from "./Button";
import css from "./Messages.module.css";
import { StateShape } from "./State";

export interface ErrorValue {
  readonly message: string;
  readonly hint: string;
  readonly code: string;
}

export function EmptyState({ title, children, action, level = 2 }: { title: string; children?: React.ReactNode; action?: React.ReactNode; level?: 1 | 2 }) {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <div className={css.empty}>
      <Heading>{title}</Heading>
      {children !== undefined && <p>{children}</p>}
      {action}
    </div>
  );
}

export function ErrorState({ error, onRetry }: { error: ErrorValue; onRetry?: () => void }) {
  return (
    <div className={css.error} role="alert">
      <StateShape state="stop" size={16} />
      <div>
        <p className={css.message}>{error.message}</p>
        {error.hint !== "" && <p className={css.hint}>{error.hint}</p>}
        <p className={css.code}><code>{error.code}</code></p>
      </div>
      {onRetry !== undefined && <Button small onClick={onRetry}>{t.actions.tryAgain}</Button>}
    </div>
  );
}

/** One line in a form: what the server refused, and the next step. */
export function ErrorLine({ error }: { error: ErrorValue | null }) {
  if (error === null) return null;
  return (
    <p className={css.line} role="alert">
      <StateShape state="stop" size={12} /> {error.message} {error.hint}
    </p>
  );
}

/** Nothing blinks while it loads: grey words after a moment. */
export function Loading({ what }: { what: string }) {
  return <p className={css.loading} role="status">{t.loading(what)}</p>;
}

export function ProgressBar({ parts, label }: { parts: readonly { readonly share: number; readonly tone: "accent" | "soft" | "warn" | "stop" }[]; label: string }) {
  return (
    <div className={css.progress} role="img" aria-label={label}>
      {parts.map((part, at) => <span key={at} className={css[part.tone]} style={{ width: `${String(100 * Math.max(0, Math.min(1, part.share)))}%` }} />)}
    </div>
  );
}

export function Notice({ tone, children }: { tone: "warn" | "ok" | "stop" | "accent"; children: React.ReactNode }) {
  return <div className={`${css.notice} ${css[`notice-${tone}`]}`} role="status">{children}</div>;
}
