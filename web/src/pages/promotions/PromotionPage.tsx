// One promotion, for an approver: is the challenger better, is any slice worse, what was too small to judge, and may I sign?
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { PromotionSeen, Proposal } from "@/api/types";
import { useClassBook, useProject } from "@/app/project";
import { Top } from "@/app/top";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { buttonClass } from "@/ui/Button";
import { Card, Columns, PageHead } from "@/ui/Card";
import { ErrorState, Loading } from "@/ui/Messages";
import { Person } from "@/ui/Person";
import { TopTitle } from "@/ui/Shell";
import { StateShape, Tag } from "@/ui/State";
import { Approvals } from "./Approvals";
import { Differ } from "./Differ";
import { gateLines, gateOf, passing } from "./gate";
import { GateEvidence } from "./GateEvidence";
import { InUse } from "./InUse";
import css from "./Promotions.module.css";
import { stepsOf } from "./steps";
import { saidOf, stateWords, titleOfOne, toneOf } from "./titles";

const ENDED: readonly PromotionSeen["state"][] = ["kept", "rolled_back", "refused", "declined", "failed"];

export function PromotionPage() {
  const { slug } = useProject();
  const { promotion: id = "" } = useParams({ strict: false }) as { promotion?: string };
  const promotion = useQuery({ queryKey: ["promotion", slug, id], queryFn: () => api.promotion(slug, id), refetchInterval: (query) => (query.state.data !== undefined && ENDED.includes(query.state.data.state) ? 15_000 : 2_000) });
  const proposalId = promotion.data?.proposal_id ?? null;
  const proposal = useQuery({ queryKey: ["proposal", slug, proposalId], queryFn: () => api.proposal(slug, proposalId ?? ""), enabled: proposalId !== null, refetchInterval: 5_000 });
  if (promotion.isPending || (proposalId !== null && proposal.isPending)) return <Loading what={t.things.promotion} />;
  if (promotion.isError) return <ErrorState error={asError(promotion.error)} onRetry={() => void promotion.refetch()} />;
  if (proposal.isError) return <ErrorState error={asError(proposal.error)} onRetry={() => void proposal.refetch()} />;
  return <Whole promotion={promotion.data} proposal={proposal.data ?? null} />;
}

function Whole({ promotion, proposal }: { promotion: PromotionSeen; proposal: Proposal | null }) {
  const { slug } = useProject();
  const book = useClassBook();
  const evaluation = useQuery({ queryKey: ["evaluation", slug, promotion.evaluation_id], queryFn: () => api.evaluation(slug, promotion.evaluation_id ?? ""), enabled: promotion.evaluation_id !== null, staleTime: Infinity });
  const gate = gateOf(promotion);
  const lines = gate === null ? [] : gateLines(gate, book.name);
  const passed = passing(lines);
  return (
    <>
      <Top end={<Link className={buttonClass("quiet", true)} to={`/p/${slug}/models/${promotion.model_id}`}>{t.model.cardTitle}</Link>}>
        <TopTitle crumbs={[<Link key="promotions" to={`/p/${slug}/promotions`}>{t.promotions.nav}</Link>]} title={promotion.model} text={t.promotion.topText(promotion.instead_of)} />
      </Top>
      <PageHead
        title={titleOfOne(promotion, proposal, (at) => moment(at, new Date()))}
        tag={<>{gate !== null && <Tag tone={passed.n === passed.all ? "ok" : "stop"} state={passed.n === passed.all ? "ok" : "stop"}>{t.promotion.gatesPass(passed.n, passed.all)}</Tag>} <Tag tone={toneOf(promotion)}>{stateWords(promotion)}</Tag></>}
        text={saidOf(promotion, book.name)}
      />
      <Steps promotion={promotion} proposal={proposal} />
      <Columns
        evidence={
          <>
            {gate !== null && <GateEvidence gate={gate} promotion={promotion} evaluation={evaluation.data ?? null} />}
            {evaluation.isSuccess && evaluation.data.against !== null && <Differ evaluation={evaluation.data} />}
            {gate === null && promotion.reason === null && <Card title={t.promotion.gates}><p className="grey">{t.promotion.notPut}</p></Card>}
          </>
        }
        deciding={
          <>
            {gate !== null && (
              <Card title={t.promotion.gates} note={promotion.gate_digest !== null && t.promotion.gatesNote(promotion.gate_digest.slice(0, 8))}>
                <ul className={css.lines}>
                  {lines.map((line) => (
                    <li key={line.id}><StateShape state={line.state} /><div><h3>{line.name}</h3><p className={line.state === "stop" ? css.bad : undefined}>{line.words}</p></div></li>
                  ))}
                </ul>
              </Card>
            )}
            {proposal !== null && <Approvals promotion={promotion} proposal={proposal} />}
            <InUse promotion={promotion} />
            <Card title={t.promotion.whyAsked}>
              <p>{promotion.why}</p>
              <p className="grey"><Person person={promotion.requested_by} compact /> {moment(promotion.requested_at, new Date())}</p>
              {promotion.reason !== null && promotion.state !== "refused" && promotion.state !== "kept" && <><h3>{t.promotion.ended}</h3><p className="soft">{promotion.reason}</p></>}
            </Card>
          </>
        }
      />
    </>
  );
}

function Steps({ promotion, proposal }: { promotion: PromotionSeen; proposal: Proposal | null }) {
  const when = (at: string): string => moment(at, new Date());
  return (
    <ol className={css.steps} aria-label={t.promotion.steps}>
      {stepsOf(promotion, proposal, when).map((step) => (
        <li key={step.name} className={css.step}>
          <StateShape state={step.state} />
          <div><b>{t.promotion.step[step.name]}</b> <span>{step.words}</span>{step.at !== null && <time dateTime={step.at}>{when(step.at)}</time>}</div>
        </li>
      ))}
    </ol>
  );
}
