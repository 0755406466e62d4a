// What a practice picture says at once: gold or not, what was right, what was missed, with pictures.
import { useEffect } from "react";
import type { PracticeVerdict } from "@/api/types";
import { useClassBook } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card, Grid, PageHead } from "@/ui/Card";
import { VerdictCrops } from "../me/VerdictCrops";
import css from "./Practice.module.css";

export function PracticeVerdictView({ practice, onNext }: { practice: PracticeVerdict; onNext: () => void }) {
  const book = useClassBook();
  const { verdict } = practice;
  useEffect(() => {
    const go = (event: KeyboardEvent): void => {
      if (event.key !== "Enter" || event.defaultPrevented) return;
      event.preventDefault();
      onNext();
    };
    window.addEventListener("keydown", go);
    return () => window.removeEventListener("keydown", go);
  }, [onNext]);
  return (
    <main className={css.page}>
      <PageHead
        title={verdict === null ? t.practice.noGold : t.practice.verdict(verdict.n_errors, verdict.n_units)}
        text={verdict === null ? t.practice.noGoldText : t.practice.verdictText}
        actions={<Button kind="primary" hint="↵" onClick={onNext}>{t.practice.next}</Button>}
      />
      {verdict !== null && (
        <Grid>
          <Card title={t.practice.marks} note={t.crops.legend}>
            <VerdictCrops verdict={verdict} book={book} errorsOnly />
          </Card>
        </Grid>
      )}
    </main>
  );
}
