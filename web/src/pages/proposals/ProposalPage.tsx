// One change that the policy guards: what will happen, what it rests on, who has signed, and one's own signature or refusal.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Proposal } from "@/api/types";
import { useGuideline, useProject } from "@/app/project";
import { rolesSentence, useSession } from "@/app/session";
import { Top } from "@/app/top";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Card, Columns, PageHead } from "@/ui/Card";
import { CodeBlock, Digest } from "@/ui/Code";
import { ErrorState, Loading } from "@/ui/Messages";
import { Person } from "@/ui/Person";
import { TopTitle } from "@/ui/Shell";
import { PastSignature, SignatureBox } from "@/ui/SignatureBox";
import { Tag } from "@/ui/State";
import { DiffText } from "../guideline/GuidelineDiff";
import { useAct } from "../shared/useForm";

export function ProposalPage() {
  const { slug } = useProject();
  const { proposal: id = "" } = useParams({ strict: false }) as { proposal?: string };
  const proposal = useQuery({ queryKey: ["proposal", slug, id], queryFn: () => api.proposal(slug, id), refetchInterval: 10_000 });
  if (proposal.isPending) return <Loading what={t.things.page} />;
  if (proposal.isError) return <ErrorState error={asError(proposal.error)} onRetry={() => void proposal.refetch()} />;
  const data = proposal.data;
  return (
    <>
      <Top><TopTitle crumbs={[<Link key="inbox" to={`/p/${slug}/inbox`}>{t.inbox.nav}</Link>]} title={t.proposal.kinds[data.kind] ?? data.kind} /></Top>
      <PageHead title={data.title} tag={<Tag tone={data.state === "open" ? "accent" : data.state === "done" ? "ok" : "neutral"}>{t.proposal.states[data.state]}</Tag>} text={t.proposal.by(data.proposed_by.name, moment(data.expires_at, new Date()))} />
      <Columns
        evidence={
          <>
            <Card title={t.proposal.what}><What proposal={data} /></Card>
            <Card title={t.proposal.evidence}>
              {data.evidence.length === 0 ? <p className="grey">{t.proposal.noEvidence}</p> : <ul>{data.evidence.map((each) => <li key={each.kind + each.ref}><b>{each.words}</b> <code className="grey">{each.digest.slice(0, 12)}…</code></li>)}</ul>}
            </Card>
          </>
        }
        deciding={<Card title={t.proposal.signatures(data.signatures.length, data.signatures_needed)} note={data.rule}><Signatures proposal={data} /></Card>}
      />
    </>
  );
}

function What({ proposal }: { proposal: Proposal }) {
  const guideline = useGuideline();
  const markdown = proposal.action["markdown"];
  if (proposal.kind === "guideline" && typeof markdown === "string") return <DiffText before={guideline.data?.markdown ?? ""} after={markdown} />;
  const source = proposal.action["source"];
  const text = typeof source === "string" ? source : JSON.stringify(proposal.action, null, 2);
  return <CodeBlock copy={text}>{text}</CodeBlock>;
}

function Signatures({ proposal }: { proposal: Proposal }) {
  const { slug, project } = useProject();
  const { user } = useSession();
  const client = useQueryClient();
  const meaning = t.proposal.meaning(proposal.title);
  const store = async (next: Promise<Proposal>): Promise<void> => {
    client.setQueryData(["proposal", slug, proposal.id], await next);
    await client.invalidateQueries({ queryKey: ["inbox", slug] });
  };
  const sign = useAct((password: string) => store(api.signProposal(slug, proposal.id, { password, meaning, digest: proposal.digest })));
  const refuse = useAct((why: string) => store(api.refuseProposal(slug, proposal.id, why)));
  return (
    <>
      <ul>
        {proposal.signatures.map((signature) => <PastSignature key={signature.user.id + signature.at} signature={signature} />)}
        {proposal.may_sign ? (
          <SignatureBox name={user.name} role={rolesSentence(project.roles)} meaning={meaning} what={t.proposal.change} busy={sign.busy || refuse.busy} error={sign.error ?? refuse.error} onSign={(password) => void sign.run(password)} onRefuse={(why) => void refuse.run(why)} />
        ) : (
          <li className="soft">{proposal.why_not ?? (proposal.reason === null ? "" : t.proposal.closed(proposal.reason))}</li>
        )}
      </ul>
      <p className="soft">{t.proposal.bound}</p>
      <Digest value={proposal.digest} />
      {proposal.authors.map((author) => <p key={author.id}><Person person={author} compact /></p>)}
    </>
  );
}
