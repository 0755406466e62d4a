// The label schema: classes with their key and the rules a machine can check; each change is a new version.
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import { ApiError, asError } from "@/api/http";
import type { LabelClass, Schema } from "@/api/types";
import { keyOf, useProject, useSchema } from "@/app/project";
import { clashesOf } from "./clashes";
import { Top } from "@/app/top";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button, KeyHint } from "@/ui/Button";
import { Card, PageHead } from "@/ui/Card";
import { ClassName, Swatch } from "@/ui/ClassChip";
import { Checkbox, Form, FormActions, NumberInput, TextInput } from "@/ui/Fields";
import { ErrorLine, ErrorState, Loading, Notice } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { useAct } from "../shared/useForm";
import { AttributesEditor, tidy } from "./AttributesEditor";
import css from "./Schema.module.css";

export function SchemaPage() {
  const { may } = useProject();
  const schema = useSchema();
  const [editing, setEditing] = useState(false);
  if (schema.isLoading) return <Loading what={t.things.schema} />;
  const missing = schema.error instanceof ApiError && schema.error.status === 404;
  if (schema.isError && !missing) return <ErrorState error={asError(schema.error)} onRetry={() => void schema.refetch()} />;
  const data = schema.data;
  return (
    <>
      <Top><TopTitle title={t.nav.schema} text={data === undefined ? undefined : `v${String(data.version)}`} /></Top>
      <PageHead
        title={data === undefined ? t.schema.none : t.schema.title(data.classes.length)}
        text={data === undefined ? t.schema.noneHint : t.schema.text(data.version, data.created_by.name, data.created_by.simulated, moment(data.created_at, new Date()))}
        actions={may("lead", "expert") && !editing && <Button kind="primary" onClick={() => setEditing(true)}>{data === undefined ? t.schema.write : t.schema.edit}</Button>}
      />
      {editing ? <Editor schema={data} onClose={() => setEditing(false)} /> : data !== undefined && <Card><Reader schema={data} /></Card>}
    </>
  );
}

function Reader({ schema }: { schema: Schema }) {
  const { slug } = useProject();
  return (
    <ul>
      {schema.classes.map((each, at) => (
        <li key={each.id} className={css.row}>
          <Link to={`/p/${slug}/classes/${each.id}`}><ClassName at={at} name={each.name} /></Link>
          <KeyHint keys={keyOf(schema.classes, at)} />
          <code className="grey">{each.id}</code>
          <span className="soft">{ruleWords(each)}</span>
        </li>
      ))}
    </ul>
  );
}

function ruleWords({ rules = {}, attributes = [] }: LabelClass): string {
  const words = [
    rules.min_width_px == null ? null : t.schema.minWidth(rules.min_width_px),
    rules.min_height_px == null ? null : t.schema.minHeight(rules.min_height_px),
    rules.inside_image === true ? t.schema.inside : null,
    rules.max_count == null ? null : t.schema.maxCount(rules.max_count),
    attributes.length === 0 ? null : t.schema.attributes(attributes.map((each) => each.name)),
  ];
  return words.filter((word) => word !== null).join(" · ");
}

function slugOf(name: string): string {
  return name.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
}

function Editor({ schema, onClose }: { schema: Schema | undefined; onClose: () => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const [classes, setClasses] = useState<readonly LabelClass[]>(schema?.classes ?? []);
  const known = new Set(schema?.classes.map((each) => each.id));
  const save = useAct(async () => {
    await api.saveSchema(slug, classes.map((each) => ({ ...each, attributes: tidy(each.attributes ?? []) })));
    await client.invalidateQueries({ queryKey: ["schema", slug] });
    await client.invalidateQueries({ queryKey: ["project"] });
    onClose();
  });
  const change = (at: number, part: Partial<LabelClass>): void => setClasses(classes.map((each, index) => (index === at ? { ...each, ...part } : each)));
  const add = (): void => setClasses([...classes, { id: "", name: "", shapes: ["bbox"], key: null, attributes: [], rules: { inside_image: true } }]);
  const clashes = clashesOf(classes);
  const ready = clashes.size === 0 && classes.length > 0 && classes.every((each) => each.id !== "" && each.name.trim() !== "") && new Set(classes.map((each) => each.id)).size === classes.length;
  return (
    <Card>
      <Form onSubmit={() => void save.run()}>
        {classes.map((each, at) => (
          <fieldset key={at} className={css.edit}>
            <legend className="visually-hidden">{each.name}</legend>
            <Swatch at={at} />
            <TextInput label={t.schema.name} value={each.name} onChange={(event) => change(at, { name: event.currentTarget.value, ...(known.has(each.id) ? {} : { id: slugOf(event.currentTarget.value) }) })} />
            <TextInput label={t.schema.id} value={each.id} readOnly={known.has(each.id)} onChange={(event) => change(at, { id: slugOf(event.currentTarget.value) })} />
            <TextInput label={t.schema.key} value={each.key ?? ""} placeholder={keyOf(classes, at)} maxLength={1} error={clashes.get(at)} onChange={(event) => change(at, { key: event.currentTarget.value.trim() === "" ? null : event.currentTarget.value })} />
            <NumberInput label={t.schema.minWidthLabel} min={0} value={each.rules?.min_width_px ?? ""} onChange={(value) => change(at, { rules: withRule(each.rules, "min_width_px", value) })} />
            <NumberInput label={t.schema.minHeightLabel} min={0} value={each.rules?.min_height_px ?? ""} onChange={(value) => change(at, { rules: withRule(each.rules, "min_height_px", value) })} />
            <NumberInput label={t.schema.maxCountLabel} min={0} value={each.rules?.max_count ?? ""} onChange={(value) => change(at, { rules: withRule(each.rules, "max_count", value) })} />
            <Checkbox label={t.schema.inside} checked={each.rules?.inside_image ?? false} onChange={(event) => change(at, { rules: { ...each.rules, inside_image: event.currentTarget.checked } })} />
            <Button kind="quiet" small onClick={() => setClasses(classes.filter((_, index) => index !== at))}>{t.actions.remove}</Button>
            <AttributesEditor label={each.name} attributes={each.attributes ?? []} onChange={(attributes) => change(at, { attributes })} />
          </fieldset>
        ))}
        {clashes.size > 0 && <Notice tone="stop">{t.schema.clashes}</Notice>}
        <ErrorLine error={save.error} />
        <FormActions>
          <Button onClick={add}>{t.schema.add}</Button>
          <Button type="submit" kind="primary" busy={save.busy} disabled={!ready}>{t.schema.publish((schema?.version ?? 0) + 1)}</Button>
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Card>
  );
}

function withRule(rules: LabelClass["rules"] = {}, name: "min_width_px" | "min_height_px" | "max_count", value: string | number): NonNullable<LabelClass["rules"]> {
  const others = Object.entries(rules).filter(([each]) => each !== name);
  return Object.fromEntries(typeof value === "number" ? [...others, [name, value]] : others);
}
