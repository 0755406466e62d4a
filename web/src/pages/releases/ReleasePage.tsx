// One release, for an approver: do all gates pass on evidence I can open, and may I sign?
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Release } from "@/api/types";
import { useClassBook, useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { Card, Columns, PageHead } from "@/ui/Card";
import { CodeBlock, Digest } from "@/ui/Code";
import { byUrgency, GateList, GateRow } from "@/ui/GateRow";
import { ErrorLine, ErrorState, Loading } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import { Tag } from "@/ui/State";
import { useAct } from "../shared/useForm";
import { ChangesTable } from "./ChangesTable";
import { DownloadMenu } from "./DownloadMenu";
import css from "./Release.module.css";
import { ReleaseDiff } from "./ReleaseDiff";
import { RELEASE_TONES } from "./ReleasesPage";
import { SignOff } from "./SignOff";

export function ReleasePage() {
  const { slug } = useProject();
  const { release: id } = useParams({ strict: false });
  const book = useClassBook();
  const release = useQuery({ queryKey: ["release", slug, id], queryFn: () => api.release(slug, id ?? ""), refetchInterval: (query) => (query.state.data?.state === "signed" ? false : 5_000) });
  if (release.isPending) return <Loading what={t.things.release} />;
  if (release.isError) return <ErrorState error={asError(release.error)} onRetry={() => void release.refetch()} />;
  const data = release.data;
  const gates = [...data.gates].sort(byUrgency);
  const judged = gates.filter((gate) => gate.state !== "none");
  const passing = judged.filter((gate) => gate.state === "pass").length;
  return (
    <>
      <Top end={data.state === "signed" || data.state === "frozen" ? <DownloadMenu release={data} /> : null}>
        <TopTitle crumbs={[<Link key="releases" to={`/p/${slug}/releases`}>{t.nav.releases}</Link>]} title={data.name} text={factsOf(data)} />
      </Top>
      <PageHead
        title={data.may_sign ? t.release.yours(data.name) : data.title}
        tag={<><Tag tone={passing === judged.length ? "ok" : "stop"} state={passing === judged.length ? "ok" : "stop"}>{t.release.gatesPass(passing, judged.length)}</Tag> <Tag tone={RELEASE_TONES[data.state]}>{t.releases.states[data.state]}</Tag></>}
        text={t.release.text(count(data.n_items), count(data.n_marks), data.signatures.map((s) => s.user.name), Math.max(0, data.signatures_needed - data.signatures.length))}
      />
      <Columns
        evidence={
          <>
            <Card title={t.release.gates} note={t.release.gatesNote}>
              <GateList>
                {gates.map((gate) => (
                  <GateRow key={gate.id} gate={gate} action={gate.state !== "pass" && gate.action !== null && data.state === "blocked" ? <Link className={buttonClass("secondary", true)} to={gate.action.to}>{gate.action.label}</Link> : undefined} />
                ))}
              </GateList>
              {data.state === "blocked" && <CheckAgain release={data} onDone={() => void release.refetch()} />}
            </Card>
            {data.changes !== null && <Card title={data.changes.since === null ? t.release.contents : t.release.changedSince(data.changes.since)}><ChangesTable changes={data.changes} name={data.name} book={book} /></Card>}
            {data.digest !== null && <ReleaseDiff release={data} />}
          </>
        }
        deciding={
          <Card title={t.release.signOff} note={t.release.signOffNote(data.signatures_needed)}>
            <SignOff release={data} />
            {data.digest !== null && (
              <div className={css.bound}>
                <p className="soft">{data.merkle_root === data.digest ? t.release.digestIsRoot : t.release.digest}</p>
                <Digest value={data.digest} />
                {data.merkle_root !== null && data.merkle_root !== data.digest && <><p className="soft">{t.release.merkle}</p><CodeBlock copy={data.merkle_root}>{data.merkle_root}</CodeBlock></>}
                <p className="soft">{t.release.verify}</p>
                <CodeBlock copy={data.verify_command}>{data.verify_command}</CodeBlock>
              </div>
            )}
          </Card>
        }
      />
    </>
  );
}

function factsOf(release: Release): string {
  const frozen = release.frozen_at === null ? t.release.notFrozen : t.release.frozenAt(moment(release.frozen_at, new Date()));
  return t.release.facts(release.guideline_version, release.schema_version, frozen);
}

function CheckAgain({ release, onDone }: { release: Release; onDone: () => void }) {
  const { slug, may } = useProject();
  const check = useAct(async () => {
    await api.checkRelease(slug, release.id);
    onDone();
  });
  if (!may("lead")) return null;
  return (
    <div className={css.check}>
      <Button busy={check.busy} onClick={() => void check.run()}>{t.release.checkAgain}</Button>
      <ErrorLine error={check.error} />
    </div>
  );
}
