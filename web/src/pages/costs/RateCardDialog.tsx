// What things cost: hours, vendors by the image, monthly lines, machine and storage; saved as a new version of the rate card.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { RateCard } from "@/api/types";
import { useProject } from "@/app/project";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Checkbox, Form, FormActions, FormRow, NumberInput, TextInput } from "@/ui/Fields";
import { ErrorLine, ErrorState, Loading } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import css from "./Costs.module.css";
import { Contracts, MonthlyLines } from "./Lines";
import { amountOf, draftOf, ROLES } from "./rateCard";

export function RateCardDialog({ onClose }: { onClose: () => void }) {
  const { slug } = useProject();
  const cards = useQuery({ queryKey: ["rates", slug], queryFn: () => api.rates(slug) });
  return (
    <Dialog title={t.costs.rates} opened onClose={onClose} size={880}>
      {cards.isPending ? <Loading what={t.things.costs} /> : cards.isError ? <ErrorState error={asError(cards.error)} onRetry={() => void cards.refetch()} /> : <CardForm cards={cards.data.rows} onClose={onClose} />}
    </Dialog>
  );
}

function CardForm({ cards, onClose }: { cards: readonly RateCard[]; onClose: () => void }) {
  const { slug, project, may } = useProject();
  const client = useQueryClient();
  const newest = cards[0];
  const [draft, setDraft] = useState(draftOf(newest));
  const [fromStart, setFromStart] = useState(newest === undefined);
  const save = useAct(async () => {
    await api.saveRates(slug, { ...draft, valid_from: fromStart ? project.created_at : null });
    await Promise.all(["costs", "forecast", "rates"].map((key) => client.invalidateQueries({ queryKey: [key, slug] })));
    onClose();
  });
  return (
    <Form onSubmit={() => void save.run()}>
      <p className="soft">{newest === undefined ? t.costs.ratesFirst : t.costs.ratesNow(newest.version, newest.created_by, moment(newest.created_at, new Date()))}</p>
      <FormRow>
        <TextInput label={t.costs.currency} value={draft.currency} maxLength={3} readOnly={newest !== undefined} onChange={(event) => setDraft({ ...draft, currency: event.currentTarget.value.toUpperCase() })} />
        <NumberInput label={t.costs.hoursAWeek} value={draft.hours_a_week ?? 30} min={1} max={168} onChange={(value) => setDraft({ ...draft, hours_a_week: Number(value) })} />
      </FormRow>
      <fieldset className={css.lines}>
        <legend>{t.vendor.hours}</legend>
        <div className={css.rateFields}>
          {ROLES.map((role) => <NumberInput key={role} label={t.costs.hourOf(role)} value={draft.per_hour[role] ?? ""} min={0} decimalScale={2} onChange={(value) => setDraft({ ...draft, per_hour: { ...draft.per_hour, [role]: amountOf(value) } })} />)}
        </div>
      </fieldset>
      <Contracts rows={draft.contracts ?? []} onChange={(contracts) => setDraft({ ...draft, contracts })} />
      <MonthlyLines rows={draft.monthly ?? []} onChange={(monthly) => setDraft({ ...draft, monthly })} />
      <fieldset className={css.lines}>
        <legend>{t.vendor.machine}</legend>
        <div className={css.rateFields}>
          <NumberInput label={t.costs.computeMinute} value={draft.compute_minute ?? "0"} min={0} decimalScale={6} onChange={(value) => setDraft({ ...draft, compute_minute: amountOf(value) })} />
          <NumberInput label={t.costs.gbMonth} value={draft.stored_gb_month ?? "0"} min={0} decimalScale={6} onChange={(value) => setDraft({ ...draft, stored_gb_month: amountOf(value) })} />
        </div>
      </fieldset>
      <fieldset className={css.lines}>
        <legend>{t.vendor.assumed}</legend>
        <div className={css.rateFields}>
          <NumberInput label={t.costs.goldMinutes} value={draft.gold_minutes ?? 0} min={0} max={600} onChange={(value) => setDraft({ ...draft, gold_minutes: Number(value) })} />
          <NumberInput label={t.costs.trainMinutes} value={draft.retraining_minutes ?? 0} min={0} onChange={(value) => setDraft({ ...draft, retraining_minutes: Number(value) })} />
        </div>
      </fieldset>
      <Checkbox label={t.costs.fromStart} checked={fromStart} onChange={(event) => setFromStart(event.currentTarget.checked)} />
      <ErrorLine error={save.error} />
      <FormActions>
        <Button type="submit" kind="primary" busy={save.busy} disabled={!may("lead")}>{t.costs.saveRates(draft.version + 1)}</Button>
        <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
      </FormActions>
    </Form>
  );
}
