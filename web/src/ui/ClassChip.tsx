// Label classes: swatch, name and key; the live one wears a ring in its colour.
import css from "./ClassChip.module.css";
import { KeyHint } from "./Button";

/** After six the colours repeat: key and name tell classes apart, as they always must. */
export const CLASS_COLOURS = 6;

export function classColour(at: number, onPhoto = false): string {
  return `var(--${onPhoto ? "photo-" : ""}class-${String((((at % CLASS_COLOURS) + CLASS_COLOURS) % CLASS_COLOURS) + 1)})`;
}

export function Swatch({ at, hollow = false }: { at: number; hollow?: boolean }) {
  return <span className={`${css.swatch} ${hollow ? css.hollow : ""}`} style={{ "--colour": classColour(at) } as React.CSSProperties} aria-hidden="true" />;
}

export function ClassName({ at, name }: { at: number; name: string }) {
  return (
    <span className={css.name}>
      <Swatch at={at} /> {name}
    </span>
  );
}

interface ChipProps {
  readonly at: number;
  readonly name: string;
  readonly hint: string;
  readonly live: boolean;
  readonly onChoose: () => void;
}

export function ClassChip({ at, name, hint, live, onChoose }: ChipProps) {
  return (
    <button type="button" role="radio" aria-checked={live} aria-keyshortcuts={hint} className={`${css.chip} ${live ? css.live : ""}`} style={{ "--colour": classColour(at) } as React.CSSProperties} onClick={onChoose}>
      <Swatch at={at} />
      {name}
      {hint !== "" && <KeyHint keys={hint} />}
    </button>
  );
}
