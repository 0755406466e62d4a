// Who has approved, whose approval is missing, and one's own: the password again, bound to the evidence digest that is shown.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import type { PromotionSeen, Proposal } from "@/api/types";
import { useProject } from "@/app/project";
import { rolesSentence, useSession } from "@/app/session";
import { rate } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Digest } from "@/ui/Code";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, PasswordInput, Textarea } from "@/ui/Fields";
import { ErrorLine, Notice } from "@/ui/Messages";
import { PastSignature, SignatureBox } from "@/ui/SignatureBox";
import { StateShape } from "@/ui/State";
import { useAct } from "../shared/useForm";
import css from "./Promotions.module.css";

export function Approvals({ promotion, proposal }: { promotion: PromotionSeen; proposal: Proposal }) {
  const { slug, project } = useProject();
  const { user } = useSession();
  const keep = useKeep(promotion);
  const meaning = t.promotion.meaning(promotion.model);
  const sign = useAct((password: string) => keep(api.signProposal(slug, proposal.id, { password, meaning, digest: proposal.digest })));
  const refuse = useAct((why: string) => keep(api.refuseProposal(slug, proposal.id, why)));
  const open = proposal.state === "open";
  return (
    <Card title={t.promotion.approvals(proposal.signatures.length, proposal.signatures_needed)} note={open ? t.promotion.openUntil(moment(proposal.expires_at, new Date())) : t.proposal.states[proposal.state]}>
      {proposal.emergency !== null && <Emergency emergency={proposal.emergency} />}
      <ul>
        {proposal.signatures.map((signature) => <PastSignature key={signature.user.id + signature.at} signature={signature} />)}
        {proposal.may_sign && <SignatureBox name={user.name} role={rolesSentence(project.roles)} meaning={meaning} what={promotion.model} act={t.promotion.approve(promotion.model)} busy={sign.busy || refuse.busy} error={sign.error ?? refuse.error} onSign={(password) => void sign.run(password)} onRefuse={(why) => void refuse.run(why)} />}
        {open && <Missing promotion={promotion} proposal={proposal} me={user.id} />}
        {!open && proposal.reason !== null && <li className="soft">{t.promotion.over.other(proposal.reason)}</li>}
      </ul>
      {open && <Effect promotion={promotion} />}
      <div className={css.bound}>
        <p className="soft">{t.promotion.bound}</p>
        <Digest value={proposal.digest} />
        <ul className={css.rests}>{proposal.evidence.map((each) => <li key={each.kind}>{each.words} <code className="grey">{each.digest.slice(0, 12)}…</code></li>)}</ul>
        <p className="grey">{proposal.rule}</p>
        <p className="grey">{t.promotion.authors(proposal.authors.map((each) => each.name).join(", "))}</p>
      </div>
      {proposal.may_break_glass && <Alone promotion={promotion} proposal={proposal} />}
    </Card>
  );
}

/** What an answer of the server changes: this proposal, its promotion, the inbox. */
function useKeep(promotion: PromotionSeen): (next: Promise<Proposal>) => Promise<void> {
  const { slug } = useProject();
  const client = useQueryClient();
  return async (next) => {
    const made = await next;
    client.setQueryData(["proposal", slug, made.id], made);
    await Promise.all([["promotion", slug, promotion.id], ["promotions", slug], ["inbox", slug], ["models", slug]].map((queryKey) => client.invalidateQueries({ queryKey })));
  };
}

function Missing({ promotion, proposal, me }: { promotion: PromotionSeen; proposal: Proposal; me: string }) {
  const missing = proposal.signatures_needed - proposal.signatures.length;
  const others = promotion.wanted_from.filter((each) => each.id !== me).map((each) => (each.simulated ? `${each.name} (${t.people.simulated})` : each.name));
  if (missing <= 0) return null;
  return (
    <li className={css.missing}>
      <StateShape state="waiting" />
      <div>
        <p>{t.promotion.missing(missing)}</p>
        <p className="grey">{others.length > 0 ? t.promotion.wantedFrom(others.join(", ")) : proposal.may_sign ? "" : t.promotion.wantedNobody}</p>
        {!proposal.may_sign && proposal.why_not !== null && <p className="soft">{proposal.why_not}</p>}
      </div>
    </li>
  );
}

/** What approving will do, as the policy says it. */
function Effect({ promotion }: { promotion: PromotionSeen }) {
  const { slug } = useProject();
  const rules = useQuery({ queryKey: ["rulebook", slug], queryFn: () => api.rulebook(slug), staleTime: 60_000 });
  const found = rules.data?.rules["promotion"] as { watch_s?: number; roll_back_below?: number | null } | undefined;
  if (found?.watch_s === undefined) return null;
  const below = found.roll_back_below ?? null;
  return <p className={css.note}>{t.promotion.takes(promotion.instead_of, t.promotion.span(found.watch_s), below === null ? null : rate(below))}</p>;
}

function Emergency({ emergency }: { emergency: NonNullable<Proposal["emergency"]> }) {
  if (emergency.second_by !== null) return <Notice tone="ok">{t.promotion.glassDone(emergency.second_by.name)}</Notice>;
  return <Notice tone={emergency.overdue ? "stop" : "warn"}>{t.promotion.glassBy(emergency.by.name, moment(emergency.second_until, new Date()))} {emergency.overdue && t.promotion.glassOverdue} {t.release.quoted(emergency.reason)}</Notice>;
}

function Alone({ promotion, proposal }: { promotion: PromotionSeen; proposal: Proposal }) {
  const { slug } = useProject();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const [password, setPassword] = useState("");
  const keep = useKeep(promotion);
  const act = useAct(async () => {
    await keep(api.actAlone(slug, proposal.id, { password, reason, digest: proposal.digest }));
    setOpen(false);
  });
  return (
    <div className={css.acts}>
      <Button small kind="quiet" onClick={() => setOpen(true)}>{t.promotion.glass}</Button>
      {open && (
        <Dialog title={t.promotion.glass} opened onClose={() => setOpen(false)}>
          <Form onSubmit={() => void act.run()}>
            <p className="soft">{t.promotion.glassText}</p>
            <Textarea label={t.promotion.glassWhy} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={500} autosize minRows={2} data-autofocus />
            <PasswordInput label={t.release.passwordAgain} autoComplete="current-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
            <ErrorLine error={act.error} />
            <FormActions>
              <Button type="submit" kind="danger" busy={act.busy} disabled={reason.trim() === "" || password === ""}>{t.promotion.glassAct(promotion.model)}</Button>
              <Button kind="quiet" onClick={() => setOpen(false)}>{t.actions.back}</Button>
            </FormActions>
          </Form>
        </Dialog>
      )}
    </div>
  );
}
