// A plain text field with line numbers, whose faulty lines are marked; a fault can put the caret on its line.
import { useImperativeHandle, useRef } from "react";
import css from "./Policy.module.css";
import { placeOfLine } from "./policyView";

export interface EditorHandle {
  readonly goTo: (line: number) => void;
}

interface Props {
  readonly handle: React.Ref<EditorHandle>;
  readonly value: string;
  readonly label: string;
  readonly faulty: readonly number[];
  readonly onChange: (value: string) => void;
}

export function Editor({ handle, value, label, faulty, onChange }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle(handle, () => ({
    goTo: (line) => {
      field.current?.focus();
      field.current?.setSelectionRange(...placeOfLine(field.current.value, line));
    },
  }), []);
  const lines = value.split("\n").length;
  const widest = Math.max(40, ...value.split("\n").map((each) => each.length));
  return (
    <div className={css.editor}>
      <ol className={css.numbers} aria-hidden="true">
        {Array.from({ length: lines }, (_, at) => <li key={at} className={faulty.includes(at + 1) ? css.faulty : undefined}>{String(at + 1)}</li>)}
      </ol>
      <textarea ref={field} className={css.text} aria-label={label} aria-invalid={faulty.length > 0} spellCheck={false} autoCapitalize="off" autoComplete="off" wrap="off" rows={Math.max(12, lines)} cols={widest + 2} value={value} onChange={(event) => onChange(event.currentTarget.value)} />
    </div>
  );
}
