// The frame of the work pages: top bar 48, tool rail 48, canvas, panel, key line 36. No side bar.
import type { IconName } from "./Icon";
import { Icon } from "./Icon";
import css from "./WorkFrame.module.css";

interface FrameProps {
  readonly top: React.ReactNode;
  readonly topEnd: React.ReactNode;
  readonly rail?: React.ReactNode;
  /** What floats over the canvas at its top. */
  readonly over?: React.ReactNode;
  readonly under?: React.ReactNode;
  readonly canvas: React.ReactNode;
  readonly panel: React.ReactNode;
  readonly wide?: boolean;
  readonly keys: React.ReactNode;
}

export function WorkFrame({ top, topEnd, rail, over, under, canvas, panel, wide = false, keys }: FrameProps) {
  return (
    <div className={css.frame}>
      <header className={css.top}>
        <div className={css.topStart}>{top}</div>
        <div className={css.topEnd}>{topEnd}</div>
      </header>
      <div className={css.middle}>
        {rail !== undefined && <div className={css.rail}>{rail}</div>}
        <main className={css.canvas}>
          {canvas}
          {over !== undefined && <div className={css.over}>{over}</div>}
          {under !== undefined && <div className={css.under}>{under}</div>}
        </main>
        <aside className={`${css.panel} ${wide ? css.wide : ""}`}>{panel}</aside>
      </div>
      {keys}
    </div>
  );
}

export function ToolButton({ icon, label, hint, live, onPress, pressed }: { icon: IconName; label: string; hint: string; live?: boolean; pressed?: boolean; onPress: () => void }) {
  return (
    <button type="button" className={`${css.tool} ${live === true ? css.live : ""}`} aria-label={label} aria-pressed={pressed ?? live} aria-keyshortcuts={hint} title={label} onClick={onPress}>
      <Icon name={icon} />
      <span aria-hidden="true">{hint}</span>
    </button>
  );
}

export function RailGap() {
  return <span className={css.railGap} />;
}

/** A part of the panel, with a hairline above it. */
export function PanelPart({ title, note, grow = false, children }: { title?: React.ReactNode; note?: React.ReactNode; grow?: boolean; children: React.ReactNode }) {
  return (
    <section className={`${css.part} ${grow ? css.grow : ""}`}>
      {title !== undefined && (
        <header className={css.partHead}>
          <h2>{title}</h2>
          <span>{note}</span>
        </header>
      )}
      {children}
    </section>
  );
}

/** A small white plate on the canvas: zoom, coordinates, legend, class chips. */
export function Plate({ children, roomy = false }: { children: React.ReactNode; roomy?: boolean }) {
  return <div className={roomy ? css.plateRoomy : css.plate}>{children}</div>;
}
