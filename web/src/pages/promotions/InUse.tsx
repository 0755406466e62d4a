// A model in its first time of use: production quality against the line at which it rolls back, and rolling back by hand.
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import type { PromotionSeen } from "@/api/types";
import { useProject } from "@/app/project";
import { rate } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, Textarea } from "@/ui/Fields";
import { EstimateText, IntervalBar } from "@/ui/Measure";
import { ErrorLine } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import css from "./Promotions.module.css";

export function InUse({ promotion }: { promotion: PromotionSeen }) {
  const { watch, watch_until: until } = promotion;
  if (watch === null && !promotion.may_roll_back) return null;
  return (
    <Card title={watch === null ? t.promotion.rollBack : t.promotion.watch} note={until !== null && watch !== null && t.promotion.stepWords.until(moment(until, new Date()))}>
      {watch !== null && <Watch watch={watch} />}
      {promotion.may_roll_back && <RollBack promotion={promotion} />}
    </Card>
  );
}

function Watch({ watch }: { watch: NonNullable<PromotionSeen["watch"]> }) {
  const { slug } = useProject();
  const { quality, roll_back_below: below } = watch;
  return (
    <div className={css.watch}>
      <p>{t.promotion.watchQuality}: {quality.value === null ? <span className="grey">{t.promotion.watchNone}</span> : <EstimateText estimate={quality} />}</p>
      {quality.value !== null && <IntervalBar interval={quality} limit={below} enough={quality.n_items >= watch.min_items} />}
      <p className="grey">{below === null ? t.promotion.watchNever : t.promotion.watchLine(rate(below), watch.min_items)}</p>
      <p><Link to={`/p/${slug}/production`}>{t.promotion.toProduction}</Link></p>
    </div>
  );
}

function RollBack({ promotion }: { promotion: PromotionSeen }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const before = promotion.instead_of;
  const back = useAct(async () => {
    await api.rollBack(slug, { reason, promotion_id: promotion.id });
    await Promise.all([["promotion", slug, promotion.id], ["promotions", slug], ["models", slug], ["model", slug]].map((queryKey) => client.invalidateQueries({ queryKey })));
    setOpen(false);
  });
  return (
    <div className={css.acts}>
      <Button onClick={() => setOpen(true)}>{t.promotion.rollBack}</Button>
      <span className="grey">{t.promotion.rollBackTo(before)}</span>
      {open && (
        <Dialog title={t.promotion.rollBackAct(before)} opened onClose={() => setOpen(false)}>
          <Form onSubmit={() => void back.run()}>
            <p className="soft">{t.promotion.rollBackTo(before)}</p>
            <Textarea label={t.promotion.rollBackWhy} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={500} autosize minRows={2} data-autofocus />
            <ErrorLine error={back.error} />
            <FormActions>
              <Button type="submit" kind="danger" busy={back.busy} disabled={reason.trim() === ""}>{t.promotion.rollBackAct(before)}</Button>
              <Button kind="quiet" onClick={() => setOpen(false)}>{t.actions.back}</Button>
            </FormActions>
          </Form>
        </Dialog>
      )}
    </div>
  );
}
