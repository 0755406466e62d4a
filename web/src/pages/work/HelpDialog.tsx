// All keys of a work page.
import { chordLabel } from "@/core";
import type { KeyMap } from "@/core";
import { t } from "@/text/en";
import { KeyHint } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import css from "./Work.module.css";

export function HelpDialog({ keys, opened, onClose }: { keys: KeyMap; opened: boolean; onClose: () => void }) {
  const rows = keys.list().filter((binding) => t.keys.names[binding.action] !== undefined && binding.chords.length > 0);
  return (
    <Dialog title={t.keys.title} opened={opened} onClose={onClose} size={760}>
      <ul className={css.keys}>
        {rows.map((binding) => (
          <li key={binding.action}>
            <span>{t.keys.names[binding.action]}</span>
            <span className={css.keyCaps}>{binding.chords.map((chord) => <KeyHint key={chord} keys={chordLabel(chord)} />)}</span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
