// When practice was compared, what could be judged and what could not, and how careful people are apart from practice.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Finding, Looked } from "@/api/types";
import { useProject } from "@/app/project";
import { count, intervalText, valueText } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { ErrorLine, ErrorState, Loading } from "@/ui/Messages";
import { Person } from "@/ui/Person";
import { useAct } from "../shared/useForm";
import css from "./Findings.module.css";

const ASK_MS = 1_000;
const ASKED_AT_MOST = 60;

export function LookedCard({ findings }: { findings: readonly Finding[] }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const looked = useQuery({ queryKey: ["practice", slug], queryFn: () => api.practice(slug) });
  const compare = useAct(async () => {
    const before = (await api.comparePractice(slug)).at;
    for (let asked = 0; asked < ASKED_AT_MOST && (await api.practice(slug)).at === before; asked += 1) await new Promise((done) => setTimeout(done, ASK_MS));
    for (const key of ["practice", "findings", "overview"]) await client.invalidateQueries({ queryKey: [key, slug] });
  });
  if (looked.isPending) return <Loading what={t.things.findings} />;
  if (looked.isError) return <ErrorState error={asError(looked.error)} onRetry={() => void looked.refetch()} />;
  const { at, n_images, looks, care } = looked.data;
  return (
    <Card
      title={t.gaps.looked}
      note={<span className={css.lookedNote}>{at !== null && t.gaps.lookedAt(moment(at, new Date()), count(n_images))} <Button small busy={compare.busy} onClick={() => void compare.run()}>{t.gaps.compare}</Button></span>}
    >
      <ErrorLine error={compare.error} />
      {looks.length === 0 ? <p className="grey">{t.gaps.never}</p> : <Looks looks={looks} findings={findings} />}
      {care.length > 0 && <CareTable care={care} />}
    </Card>
  );
}

function Looks({ looks, findings }: { looks: Looked["looks"]; findings: readonly Finding[] }) {
  return (
    <ul className={css.looks}>
      {looks.map((look) => {
        const found = findings.filter((finding) => finding.part === look.part);
        const n = found.filter((finding) => finding.state === "open").length;
        const outcome = n > 0 ? t.gaps.nFound(n) : found.length > 0 ? t.gaps.nSettled(found.length) : look.state === "looked" ? t.gaps.noneFound : t.gaps.lookStates[look.state];
        return (
          <li key={look.part}>
            <b>{t.gaps.parts[look.part]}</b>
            <span className={n > 0 || look.state === "looked" ? undefined : "grey"}>{outcome}</span>
            <div className={css.judged}>
              <p>{look.answer || look.why}</p>
              {look.kinds.length > 0 && <Kinds kinds={look.kinds} />}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Kinds({ kinds }: { kinds: Looked["looks"][number]["kinds"] }) {
  return (
    <details>
      <summary>{t.gaps.kindByKind}</summary>
      <table className={css.care}>
        <thead><tr><th scope="col">{t.gaps.about}</th><th scope="col">{t.gaps.shows}</th><th scope="col">{t.gaps.met}</th></tr></thead>
        <tbody>{kinds.map((kind) => <tr key={kind.kind}><td>{kind.whom}</td><td className={kind.state === "enough" ? undefined : "grey"}>{kind.says}</td><td>{count(kind.n)}</td></tr>)}</tbody>
      </table>
    </details>
  );
}

function CareTable({ care }: { care: Looked["care"] }) {
  return (
    <>
      <h3 className={css.careTitle}>{t.gaps.care} <span className={css.meta}>{t.gaps.careNote}</span></h3>
      <table className={css.care}>
        <thead><tr><th scope="col">{t.gaps.person}</th><th scope="col">{t.gaps.misses}</th><th scope="col">{t.gaps.noise}</th><th scope="col">{t.gaps.images}</th></tr></thead>
        <tbody>
          {care.map((row) => (
            <tr key={row.user.id}>
              <td><Person person={row.user} compact /></td>
              <td>{row.misses.value === null ? <span className="grey">{t.numbers.notEnoughWords}</span> : <><b>{valueText(row.misses)}</b> <span className={css.meta}>{intervalText(row.misses)} {t.numbers.n(count(row.misses.n))}</span></>}</td>
              <td>{row.noise === null ? <span className="grey">{t.numbers.notEnoughWords}</span> : t.gaps.ofSide((100 * row.noise).toFixed(1))}</td>
              <td>{count(row.n_images)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
