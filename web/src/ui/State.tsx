// State is never colour alone: disc with tick, triangle, octagon with bar, open clock, dashed ring.
import { t } from "@/text/en";
import css from "./State.module.css";

export type StateName = "ok" | "warn" | "stop" | "waiting" | "none";

const SHAPES: Record<StateName, React.ReactNode> = {
  ok: (
    <>
      <circle cx="7" cy="7" r="6.5" fill="currentColor" />
      <path d="M4.2 7.2 6.2 9.1 9.9 5.1" fill="none" stroke="var(--surface)" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
    </>
  ),
  warn: (
    <>
      <path d="M7 .9 13.6 12.6H.4Z" fill="currentColor" strokeLinejoin="round" stroke="currentColor" strokeWidth=".8" />
      <path d="M7 5v3.4M7 10.3v.2" stroke="var(--surface)" strokeWidth="1.5" strokeLinecap="round" />
    </>
  ),
  stop: (
    <>
      <path d="M4.3.5h5.4l3.8 3.8v5.4l-3.8 3.8H4.3L.5 9.7V4.3Z" fill="currentColor" />
      <path d="M4 7h6" stroke="var(--surface)" strokeWidth="1.8" />
    </>
  ),
  waiting: (
    <>
      <circle cx="7" cy="7" r="5.8" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path d="M7 3.8V7.2L9.2 8.4" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" />
    </>
  ),
  none: <circle cx="7" cy="7" r="5.8" fill="none" stroke="currentColor" strokeWidth="1.3" strokeDasharray="2.2 2" />,
};

export function StateShape({ state, size = 14 }: { state: StateName; size?: number }) {
  return (
    <svg className={css[state]} width={size} height={size} viewBox="0 0 14 14" role="img" aria-label={t.states[state]}>
      {SHAPES[state]}
    </svg>
  );
}

export type TagTone = "neutral" | "ok" | "warn" | "stop" | "accent" | "dashed";

/** A small word with a state's ground: standing, alarm, "simulated". */
export function Tag({ tone = "neutral", state, children }: { tone?: TagTone; state?: StateName; children: React.ReactNode }) {
  return (
    <span className={`${css.tag} ${css[`tag-${tone}`]}`}>
      {state !== undefined && <StateShape state={state} size={11} />}
      {children}
    </span>
  );
}
