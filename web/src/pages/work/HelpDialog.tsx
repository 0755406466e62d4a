// All keys of a work page; a press on one asks for another, and a preset changes them together.
import { useEffect, useState } from "react";
import { chordLabel, chordOf } from "@/core";
import type { KeyMap } from "@/core";
import { t } from "@/text/en";
import { Button, KeyHint } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Select } from "@/ui/Fields";
import css from "./Work.module.css";
import { choosePreset, PRESET_NAMES, rebind, usePreset } from "./ownKeys";

interface Props {
  readonly keys: KeyMap;
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function HelpDialog({ keys, opened, onClose }: Props) {
  const preset = usePreset();
  const [asked, setAsked] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (!opened) setAsked(null);
  }, [opened]);
  useEffect(() => {
    if (asked === null) return;
    const listen = (event: KeyboardEvent): void => {
      if (/^(Control|Shift|Alt|Meta)$/.test(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      setAsked(null);
      if (event.key === "Escape") return setSaid("");
      const clash = rebind(keys, asked, chordOf(event));
      const name = t.keys.names[asked] ?? asked;
      const other = clash?.actions.find((action) => action !== asked) ?? "";
      setSaid(clash === null ? t.keys.bound(name, chordLabel(chordOf(event))) : t.keys.taken(chordLabel(clash.chord), t.keys.names[other] ?? other));
    };
    window.addEventListener("keydown", listen, { capture: true });
    return () => window.removeEventListener("keydown", listen, { capture: true });
  }, [asked, keys]);
  const rows = keys.list().filter((binding) => t.keys.names[binding.action] !== undefined && binding.chords.length > 0);
  return (
    <Dialog title={t.keys.title} opened={opened} onClose={onClose} size={820}>
      <div className={css.keysHead}>
        <Select size="xs" label={t.keys.preset} value={preset} allowDeselect={false} data={PRESET_NAMES.map((value) => ({ value, label: t.keys.presets[value] }))} onChange={(value) => { const name = PRESET_NAMES.find((each) => each === value); if (name !== undefined) choosePreset(name); }} />
        <p className="grey" role="status">{asked === null ? (said === "" ? t.keys.howToBind : said) : t.keys.press(t.keys.names[asked] ?? asked)}</p>
      </div>
      <ul className={css.keys}>
        {rows.map((binding) => (
          <li key={binding.action}>
            <span>{t.keys.names[binding.action]}</span>
            <Button kind="quiet" small className={css.keyCaps} aria-label={t.keys.change(t.keys.names[binding.action] ?? binding.action)} aria-pressed={asked === binding.action} onClick={() => setAsked(binding.action)}>
              {binding.chords.map((chord) => <KeyHint key={chord} keys={chordLabel(chord)} />)}
            </Button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
