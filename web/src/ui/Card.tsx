// Cards, page heads and the grid they stand in: hairlines, no shadows, the answer in the title.
import css from "./Card.module.css";

interface CardProps {
  readonly title?: React.ReactNode;
  /** Grey words at the right of the title. */
  readonly note?: React.ReactNode;
  readonly span?: number;
  readonly flush?: boolean;
  readonly children: React.ReactNode;
  readonly label?: string;
}

export function Card({ title, note, span = 12, flush = false, children, label }: CardProps) {
  return (
    <section className={`${css.card} ${flush ? css.flush : ""}`} style={{ "--span": span } as React.CSSProperties} aria-label={label}>
      {(title !== undefined || note !== undefined) && (
        <header className={css.head}>
          {title !== undefined && <h2>{title}</h2>}
          {note !== undefined && <div className={css.note}>{note}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

export function Grid({ children }: { children: React.ReactNode }) {
  return <div className={css.grid}>{children}</div>;
}

/** Evidence at the left, the deciding column at the right; below each other on narrow windows. */
export function Columns({ evidence, deciding }: { evidence: React.ReactNode; deciding: React.ReactNode }) {
  return (
    <div className={css.columns}>
      <div className={css.column}>{evidence}</div>
      <div className={css.column}>{deciding}</div>
    </div>
  );
}

interface HeadProps {
  /** The page's answer as a sentence. */
  readonly title: React.ReactNode;
  readonly tag?: React.ReactNode;
  /** How we know. */
  readonly text?: React.ReactNode;
  readonly actions?: React.ReactNode;
}

export function PageHead({ title, tag, text, actions }: HeadProps) {
  return (
    <header className={css.pageHead}>
      <div className={css.pageHeadWords}>
        <div className={css.pageTitle}>
          <h1>{title}</h1>
          {tag}
        </div>
        {text !== undefined && <p className={css.pageText}>{text}</p>}
      </div>
      {actions !== undefined && <div className={css.actions}>{actions}</div>}
    </header>
  );
}

/** A headline figure with its interval, a bar or progress below, and one line of meaning. */
export function Figure({ label, note, value, interval, bar, text, span = 3 }: { label: string; note?: React.ReactNode; value: React.ReactNode; interval?: React.ReactNode; bar?: React.ReactNode; text?: React.ReactNode; span?: number }) {
  return (
    <section className={`${css.card} ${css.figure}`} style={{ "--span": span } as React.CSSProperties}>
      <header className={css.figureHead}>
        <h2>{label}</h2>
        <span>{note}</span>
      </header>
      <p className={css.figureValue}>
        {value} {interval !== undefined && <span>{interval}</span>}
      </p>
      <div className={css.figureBar}>{bar}</div>
      <p className={css.figureText}>{text}</p>
    </section>
  );
}
