// Nine questions before production, each with its evidence, its n, or the words that there is none yet.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Readiness } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import { Card, PageHead } from "@/ui/Card";
import { ErrorState, Loading } from "@/ui/Messages";
import { EvidenceChip } from "@/ui/Measure";
import { TopTitle } from "@/ui/Shell";
import { StateShape } from "@/ui/State";
import css from "./Readiness.module.css";

type Question = Readiness["questions"][number];

const SHAPES = { yes: "ok", partly: "waiting", none: "none" } as const;
const SCALE = 10;

export function ReadinessPage() {
  const { slug } = useProject();
  const readiness = useQuery({ queryKey: ["readiness", slug], queryFn: () => api.readiness(slug, SCALE), refetchInterval: 20_000 });
  if (readiness.isPending) return <Loading what={t.things.readiness} />;
  if (readiness.isError) return <ErrorState error={asError(readiness.error)} onRetry={() => void readiness.refetch()} />;
  const { title, at_scale: atScale, questions } = readiness.data;
  return (
    <>
      <Top><TopTitle title={t.readiness.nav} /></Top>
      <PageHead title={title} text={t.readiness.text} />
      <Card title={t.readiness.questions} note={t.readiness.note}>
        <ol className={css.rows}>
          {questions.map((question) => <Row key={question.key} question={question} slug={slug} />)}
        </ol>
      </Card>
      <div className={css.scale}>
        <Card title={t.readiness.scaleTitle(SCALE)}>
          <p>{atScale}</p>
          <ul className={css.changes}>
            {questions.filter((q) => q.at_scale !== "").map((q) => <li key={q.key}><b>{q.question}</b> <span>{q.at_scale}</span></li>)}
          </ul>
        </Card>
      </div>
    </>
  );
}

function Row({ question, slug }: { question: Question; slug: string }) {
  return (
    <li className={css.row}>
      <StateShape state={SHAPES[question.state]} />
      <div>
        <h3>{question.question}</h3>
        <p className={question.state === "none" ? "visually-hidden" : undefined}>{question.answer}</p>
        {question.next_step !== "" && <p className="soft">{question.next_step}</p>}
      </div>
      {question.state === "none" ? <span className="grey">{t.readiness.none}</span> : <EvidenceChip value={`n ${count(question.n)}`} meta={question.unit} />}
      <Link to={`/p/${slug}/${question.page}`} className={css.open} aria-label={t.readiness.openFor(question.question)}>{t.actions.open}</Link>
    </li>
  );
}
