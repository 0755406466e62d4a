// The classes over the canvas: one press makes a class live; "/" finds among many by typing.
import { useState } from "react";
import type { LabelClass } from "@/api/types";
import { keyOf } from "@/app/project";
import type { AnnotationEngine } from "@/core";
import { t } from "@/text/en";
import { KeyHint } from "@/ui/Button";
import { ClassChip } from "@/ui/ClassChip";
import { Plate } from "@/ui/WorkFrame";
import css from "./Work.module.css";

const SHOWN = 9;

interface Props {
  readonly classes: readonly LabelClass[];
  readonly live: string;
  readonly engine: AnnotationEngine | null;
  readonly finding: boolean;
  readonly onFind: (finding: boolean) => void;
}

export function ClassBar({ classes, live, engine, finding, onFind }: Props) {
  const choose = (id: string): void => {
    engine?.chooseClass(id);
    engine?.focus();
    onFind(false);
  };
  const liveBeyond = classes.slice(SHOWN).find((each) => each.id === live);
  const shown = [...classes.slice(0, SHOWN), ...(liveBeyond === undefined ? [] : [liveBeyond])];
  return (
    <Plate roomy>
      <div role="radiogroup" aria-label={t.work.liveClass} style={{ display: "contents" }}>
        {shown.map((each) => {
          const at = classes.indexOf(each);
          return <ClassChip key={each.id} at={at} name={each.name} hint={keyOf(classes, at)} live={each.id === live} onChoose={() => choose(each.id)} />;
        })}
      </div>
      {finding ? <FindClass classes={classes} onChoose={choose} onLeave={() => { onFind(false); engine?.focus(); }} /> : (
        <button type="button" className={css.findPlate} onClick={() => onFind(true)}>{t.work.find} <KeyHint keys="/" /></button>
      )}
    </Plate>
  );
}

function FindClass({ classes, onChoose, onLeave }: { classes: readonly LabelClass[]; onChoose: (id: string) => void; onLeave: () => void }) {
  const [text, setText] = useState("");
  const found = classes.filter((each) => each.name.toLowerCase().includes(text.trim().toLowerCase()));
  return (
    <>
      <input
        className={css.find}
        aria-label={t.work.findClass}
        placeholder={t.work.findClass}
        // eslint-disable-next-line jsx-a11y/no-autofocus -- the person has just asked for this field by key
        autoFocus
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={onLeave}
        onKeyDown={(event) => {
          const first = found[0];
          if (event.key === "Escape") onLeave();
          if (event.key === "Enter" && first !== undefined) onChoose(first.id);
        }}
      />
      <span className="grey" role="status">{text === "" ? "" : (found[0]?.name ?? t.work.noSuchClass)}</span>
    </>
  );
}
