// The end of the practice round: an honest figure, which after a few pictures is "not enough evidence", beside the pictures.
import type { MyFigures } from "@/api/types";
import { useClassBook } from "@/app/project";
import { t } from "@/text/en";
import { Card, Grid, PageHead } from "@/ui/Card";
import { IntervalBar, Measured } from "@/ui/Measure";
import { VerdictCrops } from "../me/VerdictCrops";
import css from "./Practice.module.css";

export function PracticeResult({ practice, onward }: { practice: MyFigures["practice"]; onward: React.ReactNode }) {
  const book = useClassBook();
  const errors = practice.verdicts.reduce((sum, verdict) => sum + verdict.n_errors, 0);
  return (
    <main className={css.page}>
      <PageHead title={t.practice.result(practice.accuracy.evidence.enough, errors)} text={t.practice.done(practice.n_done, practice.n_total, practice.verdicts.length)} actions={onward} />
      <Grid>
        <Card span={4} title={t.practice.figure}>
          <div className={css.stack}>
            <Measured measured={practice.accuracy} />
            <IntervalBar interval={practice.accuracy.estimate} limit={practice.accuracy.limit} enough={practice.accuracy.evidence.enough} />
          </div>
        </Card>
        <Card span={8} title={t.practice.pictures} note={t.crops.legend}>
          {practice.verdicts.length === 0 ? <p className="grey">{t.practice.noGoldMet}</p> : <div className={css.stack}>{practice.verdicts.map((verdict) => <VerdictCrops key={verdict.id} verdict={verdict} book={book} errorsOnly />)}</div>}
        </Card>
      </Grid>
    </main>
  );
}
