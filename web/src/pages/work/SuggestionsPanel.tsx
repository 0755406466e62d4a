// Suggestions that wait: taken or dropped one by one, or all above a confidence. Corner marks are the model's.
import { useState } from "react";
import { isOpen } from "@/core";
import type { AnnotationEngine, KeyMap, Snapshot } from "@/core";
import { rate } from "@/format/numbers";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { PanelPart } from "@/ui/WorkFrame";
import css from "./Work.module.css";

export function SuggestionsPanel({ engine, snapshot, keys }: { engine: AnnotationEngine | null; snapshot: Snapshot; keys: KeyMap }) {
  const [least, setLeast] = useState(0);
  const open = snapshot.shapes.filter(isOpen);
  const model = open[0]?.suggested?.model ?? "";
  if (open.length === 0) return null;
  const above = open.filter((shape) => (shape.suggested?.confidence ?? 0) >= least).length;
  const act = (action: string): void => {
    engine?.act(action);
    engine?.focus();
  };
  return (
    <PanelPart title={t.work.suggestions} note={t.work.suggestionsNote(model, open.length)}>
      <label className={css.slider}>
        <span className="visually-hidden">{t.work.leastConfidence}</span>
        <input type="range" min={0} max={1} step={0.01} value={least} onChange={(event) => { const value = event.currentTarget.valueAsNumber; setLeast(value); engine?.setLeastConfidence(value); }} />
        <output>{rate(least)}</output>
      </label>
      <div className={css.suggestButtons}>
        <Button small hint={keys.label("suggestion.acceptAbove")} onClick={() => act("suggestion.acceptAbove")}>{t.work.acceptAbove(above)}</Button>
        <Button small kind="quiet" hint={keys.label("suggestion.accept")} onClick={() => act("suggestion.accept")}>{t.work.keepOne}</Button>
        <Button small kind="quiet" hint={keys.label("suggestion.reject")} onClick={() => act("suggestion.reject")}>{t.work.dropOne}</Button>
      </div>
      <p className="grey">{t.work.suggestionsHint}</p>
    </PanelPart>
  );
}
