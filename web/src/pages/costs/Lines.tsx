// Vendors paid by the image, and what is paid every month: rows of the rate card that come and go.
import { useQuery } from "@tanstack/react-query";
import { MultiSelect } from "@mantine/core";
import { api } from "@/api/calls";
import type { ContractRates, MonthlyRates, PaidRole } from "@/api/types";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { NumberInput, Select, TextInput } from "@/ui/Fields";
import css from "./Costs.module.css";
import { amountOf, changed, ROLES, without } from "./rateCard";

export function Contracts({ rows, onChange }: { rows: readonly ContractRates[]; onChange: (rows: ContractRates[]) => void }) {
  const { slug, may } = useProject();
  const members = useQuery({ queryKey: ["members", slug], queryFn: () => api.members(slug, { limit: 200 }), enabled: may("lead") });
  const people = (members.data?.rows ?? []).filter((each) => each.roles.includes("annotator")).map((each) => ({ value: each.user.id, label: each.user.name }));
  const elsewhere = (at: number): string[] => rows.flatMap((row, k) => (k === at ? [] : row.people));
  return (
    <fieldset className={css.lines}>
      <legend>{t.vendor.contracts}</legend>
      <p className="grey">{rows.length === 0 ? t.vendor.contractsNone : t.vendor.contractsHint}</p>
      {rows.map((row, at) => (
        <div key={at} className={css.contract} role="group" aria-label={t.vendor.contract(at + 1)}>
          <TextInput label={t.vendor.contractName} required maxLength={64} value={row.name} onChange={(event) => onChange(changed(rows, at, { name: event.currentTarget.value }))} />
          <NumberInput label={t.vendor.perImage} min={0} decimalScale={6} value={row.per_image} onChange={(value) => onChange(changed(rows, at, { per_image: amountOf(value) }))} />
          <MultiSelect label={t.vendor.people} placeholder={row.people.length === 0 ? t.vendor.peopleHint : ""} data={[...people.filter((each) => !elsewhere(at).includes(each.value)), ...row.people.filter((id) => !people.some((each) => each.value === id)).map((id) => ({ value: id, label: id.slice(0, 8) }))]} value={row.people} onChange={(value) => onChange(changed(rows, at, { people: value }))} />
          <Button small kind="quiet" aria-label={t.vendor.removeContract(row.name)} onClick={() => onChange(without(rows, at))}>{t.actions.remove}</Button>
        </div>
      ))}
      <div><Button small onClick={() => onChange([...rows, { name: "", people: [], per_image: "0" }])}>{t.vendor.addContract}</Button></div>
    </fieldset>
  );
}

const STAGES = ["platform", "monitoring", "engineering"] as const;

export function MonthlyLines({ rows, onChange }: { rows: readonly MonthlyRates[]; onChange: (rows: MonthlyRates[]) => void }) {
  return (
    <fieldset className={css.lines}>
      <legend>{t.vendor.monthly}</legend>
      <p className="grey">{rows.length === 0 ? t.vendor.monthlyNone : t.vendor.monthlyHint}</p>
      {rows.map((row, at) => (
        <div key={at} className={css.monthly} role="group" aria-label={t.vendor.line(at + 1)}>
          <TextInput label={t.vendor.lineName} required maxLength={64} value={row.name} onChange={(event) => onChange(changed(rows, at, { name: event.currentTarget.value }))} />
          <Select label={t.vendor.stage} allowDeselect={false} data={STAGES.map((each) => ({ value: each, label: t.vendor.stages[each] }))} value={row.stage} onChange={(value) => onChange(changed(rows, at, { stage: (value ?? row.stage) as MonthlyRates["stage"] }))} />
          <NumberInput label={t.vendor.fee} min={0} decimalScale={6} value={row.fee ?? "0"} onChange={(value) => onChange(changed(rows, at, { fee: amountOf(value) }))} />
          <NumberInput label={t.vendor.minutes} min={0} max={60_000} allowDecimal={false} value={row.minutes ?? 0} onChange={(value) => onChange(changed(rows, at, { minutes: Number(value) }))} />
          <Select label={t.vendor.role} allowDeselect={false} data={ROLES.map((each) => ({ value: each, label: each }))} value={row.role ?? "engineer"} onChange={(value) => onChange(changed(rows, at, { role: (value ?? "engineer") as PaidRole }))} />
          <Button small kind="quiet" aria-label={t.vendor.removeLine(row.name)} onClick={() => onChange(without(rows, at))}>{t.actions.remove}</Button>
        </div>
      ))}
      <div><Button small onClick={() => onChange([...rows, { name: "", stage: "platform", fee: "0", minutes: 0, role: "engineer" }])}>{t.vendor.addLine}</Button></div>
    </fieldset>
  );
}
