// Buttons, key caps and links that look like buttons. One primary button a page.
import css from "./Button.module.css";

export type ButtonKind = "primary" | "secondary" | "quiet" | "danger";

export interface ButtonProps extends Omit<React.ComponentProps<"button">, "type"> {
  readonly kind?: ButtonKind;
  readonly small?: boolean;
  /** The key that does the same, shown as a cap at the right. */
  readonly hint?: string;
  readonly busy?: boolean;
  readonly type?: "button" | "submit";
}

export function Button({ kind = "secondary", small = false, hint, busy = false, type = "button", children, className, disabled, ...rest }: ButtonProps) {
  const classes = [css.button, css[kind], small ? css.small : "", className ?? ""].join(" ");
  return (
    <button type={type} className={classes} disabled={disabled === true || busy} aria-busy={busy || undefined} {...rest}>
      {children}
      {hint !== undefined && hint !== "" && <KeyHint keys={hint} onAccent={kind === "primary" && disabled !== true && !busy} />}
    </button>
  );
}

export function buttonClass(kind: ButtonKind = "secondary", small = false): string {
  return [css.button, css[kind], small ? css.small : ""].join(" ");
}

/** A key cap. Screen readers get the key from the control's own shortcut attribute. */
export function KeyHint({ keys, onAccent = false }: { keys: string; onAccent?: boolean }) {
  return (
    <kbd className={`${css.key} ${onAccent ? css.keyOnAccent : ""}`} aria-hidden="true">
      {keys}
    </kbd>
  );
}

/** The line of keys at the bottom of a work page: at most eight. */
export function KeyLine({ keys, children }: { keys: readonly { readonly keys: string; readonly label: string }[]; children?: React.ReactNode }) {
  return (
    <footer className={css.keyLine}>
      <ul>
        {keys.slice(0, 8).map((each) => (
          <li key={each.label}>
            <kbd className={css.key}>{each.keys}</kbd> {each.label}
          </li>
        ))}
      </ul>
      <span className={css.keyLineEnd}>{children}</span>
    </footer>
  );
}
