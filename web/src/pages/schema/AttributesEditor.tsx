// The attributes of one class: a name, what kind of value it takes, and which values there are to choose from.
import type { Attribute } from "@/api/types";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Checkbox, Select, Textarea, TextInput } from "@/ui/Fields";
import css from "./Schema.module.css";

const KINDS: readonly Attribute["kind"][] = ["bool", "enum", "multi", "int", "float", "text"];

function isKind(value: string | null): value is Attribute["kind"] {
  return KINDS.some((each) => each === value);
}

export function AttributesEditor({ label, attributes, onChange }: { label: string; attributes: readonly Attribute[]; onChange: (attributes: Attribute[]) => void }) {
  const change = (at: number, part: Partial<Attribute>): void => onChange(attributes.map((each, index) => (index === at ? { ...each, ...part } : each)));
  return (
    <div className={css.attributes} role="group" aria-label={`${t.attributes.title} ${label}`}>
      {attributes.map((each, at) => (
        <div key={at} className={css.attribute}>
          <TextInput label={t.attributes.name} value={each.name} maxLength={64} onChange={(event) => change(at, { name: event.currentTarget.value })} />
          <Select label={t.attributes.kind} value={each.kind} allowDeselect={false} data={KINDS.map((value) => ({ value, label: t.attributes.kinds[value] }))} onChange={(value) => { if (isKind(value)) change(at, { kind: value }); }} />
          {(each.kind === "enum" || each.kind === "multi") && <Textarea label={t.attributes.values} autosize minRows={2} value={(each.values ?? []).join("\n")} onChange={(event) => change(at, { values: event.currentTarget.value.split("\n") })} />}
          <div className={css.flags}>
            <Checkbox label={t.attributes.required} checked={each.required ?? false} onChange={(event) => change(at, { required: event.currentTarget.checked })} />
            {each.kind === "enum" && <Checkbox label={t.attributes.ordinal} checked={each.ordinal ?? false} onChange={(event) => change(at, { ordinal: event.currentTarget.checked })} />}
          </div>
          <Button kind="quiet" small onClick={() => onChange(attributes.filter((_, index) => index !== at))}>{t.actions.remove}</Button>
        </div>
      ))}
      <Button small onClick={() => onChange([...attributes, { name: "", kind: "bool", values: [], required: false, ordinal: false }])}>{t.attributes.add}</Button>
    </div>
  );
}

/** As it is sent: values without empty lines, and none where the kind has none. */
export function tidy(attributes: readonly Attribute[]): Attribute[] {
  return attributes.map((each) => ({
    ...each,
    name: each.name.trim(),
    values: each.kind === "enum" || each.kind === "multi" ? (each.values ?? []).map((value) => value.trim()).filter((value) => value !== "") : [],
    ordinal: each.kind === "enum" && (each.ordinal ?? false),
  }));
}
