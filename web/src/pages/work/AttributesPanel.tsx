// The attributes of the selected marks: every change is one step, by mouse or by keyboard (I).
import { useEffect, useRef } from "react";
import type { LabelClass } from "@/api/types";
import type { AnnotationEngine, AttributeValue, Shape } from "@/core";
import { t } from "@/text/en";
import { Checkbox, NumberInput, Select, TextInput } from "@/ui/Fields";
import { PanelPart } from "@/ui/WorkFrame";
import css from "./Work.module.css";

type Attribute = NonNullable<LabelClass["attributes"]>[number];

interface Props {
  readonly engine: AnnotationEngine | null;
  readonly shape: Shape | null;
  readonly classes: readonly LabelClass[];
  /** Grows each time the keyboard asks for the first field. */
  readonly asked: number;
}

/** Names of required attributes a mark lacks. */
export function missingAttributes(shape: Shape, classes: readonly LabelClass[]): string[] {
  const attributes = classes.find((each) => each.id === shape.classId)?.attributes ?? [];
  return attributes.filter((each) => each.required === true && shape.attributes?.[each.name] === undefined).map((each) => each.name);
}

export function AttributesPanel({ engine, shape, classes, asked }: Props) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (asked > 0) host.current?.querySelector<HTMLElement>("input, select, button")?.focus();
  }, [asked]);
  useEffect(() => {
    const panel = host.current;
    const leave = (event: KeyboardEvent): void => {
      if (event.key === "Escape") engine?.focus();
    };
    panel?.addEventListener("keydown", leave);
    return () => panel?.removeEventListener("keydown", leave);
  });
  const attributes = shape === null ? [] : (classes.find((each) => each.id === shape.classId)?.attributes ?? []);
  if (shape === null || attributes.length === 0) return null;
  return (
    <PanelPart title={t.work.attributes} note={t.work.attributesKey}>
      <div ref={host} className={css.attributes}>
        {attributes.map((attribute) => <Field key={attribute.name} attribute={attribute} value={shape.attributes?.[attribute.name] ?? null} onChange={(value) => engine?.editor.setAttribute(attribute.name, value)} />)}
      </div>
    </PanelPart>
  );
}

function Field({ attribute, value, onChange }: { attribute: Attribute; value: AttributeValue | null; onChange: (value: AttributeValue | null) => void }) {
  const { name, kind, values = [], required = false } = attribute;
  const label = required ? `${name} *` : name;
  if (kind === "bool") return <Checkbox size="xs" label={label} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
  if (kind === "enum") return <Select size="xs" label={label} data={values} value={typeof value === "string" ? value : null} clearable={!required} onChange={onChange} />;
  if (kind === "multi") return <Choices label={label} values={values} chosen={Array.isArray(value) ? (value as readonly string[]) : []} onChange={onChange} />;
  if (kind === "text") return <TextInput size="xs" label={label} value={typeof value === "string" ? value : ""} maxLength={2000} onChange={(event) => onChange(event.currentTarget.value === "" ? null : event.currentTarget.value)} />;
  return <NumberInput size="xs" label={label} value={typeof value === "number" ? value : ""} allowDecimal={kind === "float"} onChange={(next) => onChange(typeof next === "number" ? next : null)} />;
}

function Choices({ label, values, chosen, onChange }: { label: string; values: readonly string[]; chosen: readonly string[]; onChange: (value: AttributeValue | null) => void }) {
  const toggle = (value: string, on: boolean): void => {
    const next = values.filter((each) => (each === value ? on : chosen.includes(each)));
    onChange(next.length === 0 ? null : next);
  };
  return (
    <fieldset className={css.choices}>
      <legend>{label}</legend>
      {values.map((value) => <Checkbox key={value} size="xs" label={value} checked={chosen.includes(value)} onChange={(event) => toggle(value, event.currentTarget.checked)} />)}
    </fieldset>
  );
}
