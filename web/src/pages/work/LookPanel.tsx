// How the picture and the marks are looked at: brightness, contrast, gamma, and how strongly a class is tinted. View only.
import { useState } from "react";
import type { LabelClass } from "@/api/types";
import { PLAIN_LOOK } from "@/core";
import type { AnnotationEngine, Look } from "@/core";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { PanelPart } from "@/ui/WorkFrame";
import css from "./Work.module.css";

interface Props {
  readonly engine: AnnotationEngine | null;
  readonly classes: readonly LabelClass[];
  readonly live: string;
  readonly fills: Fills;
}

/** How strongly each class is tinted, where somebody changed it. */
export interface Fills {
  readonly of: (classId: string) => number | undefined;
  readonly set: (classId: string, fill: number) => void;
  readonly reset: () => void;
}

export function LookPanel({ engine, classes, live, fills }: Props) {
  const [look, setLook] = useState<Look>(PLAIN_LOOK);
  const [, setDrawn] = useState(0);
  const change = (next: Look): void => {
    setLook(next);
    engine?.setLook(next);
  };
  const tint = (fill: number): void => {
    fills.set(live, fill);
    engine?.restyle();
    setDrawn((n) => n + 1);
  };
  const name = classes.find((each) => each.id === live)?.name ?? live;
  return (
    <PanelPart
      title={t.work.look}
      note={<Button kind="quiet" small onClick={() => { change(PLAIN_LOOK); fills.reset(); engine?.restyle(); setDrawn((n) => n + 1); }}>{t.work.lookReset}</Button>}
    >
      <div className={css.look}>
        {(["brightness", "contrast", "gamma"] as const).map((part) => (
          <Slider key={part} label={t.work.lookParts[part]} min={0.3} max={3} value={look[part]} onChange={(value) => change({ ...look, [part]: value })} />
        ))}
        <Slider label={t.work.tint(name)} min={0} max={1} value={fills.of(live) ?? 0.07} onChange={tint} />
      </div>
      <p className="grey">{t.work.lookHint}</p>
    </PanelPart>
  );
}

function Slider({ label, min, max, value, onChange }: { label: string; min: number; max: number; value: number; onChange: (value: number) => void }) {
  return (
    <label className={css.slider}>
      <span>{label}</span>
      <input type="range" min={min} max={max} step={0.01} value={value} onChange={(event) => onChange(event.currentTarget.valueAsNumber)} />
      <output>{value.toFixed(2)}</output>
    </label>
  );
}
