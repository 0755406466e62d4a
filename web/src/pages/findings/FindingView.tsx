// One finding: places where people part and who stands where at the left, the clause and what it costs at the right.
import type { Finding, FindingSide } from "@/api/types";
import { count, intervalText, rate } from "@/format/numbers";
import { t } from "@/text/en";
import { Card, Columns } from "@/ui/Card";
import { CropCard, CropRow } from "@/ui/CropCard";
import { IntervalBar } from "@/ui/Measure";
import { Person } from "@/ui/Person";
import { Tag } from "@/ui/State";
import { sidesCrop } from "../shared/crops";
import { figureText, figureWords, sidesOf } from "../shared/practice";
import { ClauseForm } from "./ClauseForm";
import css from "./Findings.module.css";
import { GradeChart } from "./GradeChart";
import { ProofCards } from "./ProofCards";

export function FindingView({ finding }: { finding: Finding }) {
  const sides = sidesOf(finding);
  return (
    <section className={css.finding} aria-label={finding.title}>
      <header className={css.head}>
        <div>
          <h2>{finding.title}</h2>
          <p className={css.subtitle}>{t.gaps.subtitle[finding.form]} {t.gaps.clause(finding.clause_id)}</p>
        </div>
        <Tag tone={finding.state === "open" ? "accent" : "neutral"}>{finding.state === "open" ? t.gaps.forms[finding.form] : t.findings.states[finding.state]}</Tag>
      </header>
      <Columns
        evidence={
          <>
            {finding.crops.length > 0 && <Places finding={finding} />}
            {sides === null && finding.values.length > 0 && <Spread finding={finding} />}
            {sides !== null && (
              <Card title={finding.part === "existence" ? t.gaps.byDegree : sentence(figureWords(finding))} note={finding.part === "existence" ? t.gaps.shareDrawn : t.gaps.measured(figureWords(finding))}>
                <div className={finding.part === "existence" && finding.proof !== null ? css.chartAndSides : css.sides}>
                  {finding.part === "existence" && finding.proof !== null && <GradeChart grades={finding.proof.grades} does={[sides.departs.does, sides.keeps.does]} />}
                  <div className={css.sides}>
                    <Side finding={finding} side={sides.keeps} tone="a" />
                    <Side finding={finding} side={sides.departs} tone="b" />
                  </div>
                </div>
                {finding.undecided.length > 0 && <p className="grey">{t.gaps.undecided(finding.undecided.map((person) => person.name).join(", "))}</p>}
              </Card>
            )}
          </>
        }
        deciding={
          <>
            <ClauseForm finding={finding} />
            {finding.proof !== null && <ProofCards finding={finding} proof={finding.proof} />}
          </>
        }
      />
    </section>
  );
}

/** Everybody's own place along the line, where there are no two sides. */
function Spread({ finding }: { finding: Finding }) {
  const widest = Math.max(0.05, ...finding.values.map((row) => Math.abs(row.value)));
  return (
    <Card title={t.gaps.spreadTitle} note={figureWords(finding)}>
      <ul className={css.spread}>
        {[...finding.values].sort((a, b) => a.value - b.value).map((row) => (
          <li key={row.user.id}>
            <Person person={row.user} compact />
            <IntervalBar interval={{ value: row.value, low: null, high: null }} domain={[-widest, widest]} limit={0} />
            <b>{figureText(finding, row.value)}</b>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Places({ finding }: { finding: Finding }) {
  const legend = (
    <span className={css.legend}>
      <span><i className={css.drawn} aria-hidden="true" /> {finding.part === "existence" ? t.findings.drawn : (sidesOf(finding)?.keeps.does ?? t.gaps.tightest)}</span>
      <span><i className={css.leftOut} aria-hidden="true" /> {finding.part === "existence" ? t.findings.leftOut : (sidesOf(finding)?.departs.does ?? t.gaps.loosest)}</span>
      <span>{t.findings.outside}</span>
    </span>
  );
  return (
    <Card title={t.findings.places(finding.crops.length, finding.n_places)} note={legend}>
      <CropRow large>
        {finding.crops.map((crop, at) => <CropCard key={at} crop={sidesCrop(crop)} aspect={1.43} label={t.gaps.place(at + 1, crop.caption)} caption={crop.caption} meta={<Counts finding={finding} counts={crop.counts} />} />)}
      </CropRow>
    </Card>
  );
}

/** Of each side, how many drew it (or named it so), of how many who were asked. */
function Counts({ counts }: { finding: Finding; counts: Finding["crops"][number]["counts"] }) {
  const [departs, keeps] = counts;
  if (departs === undefined || keeps === undefined) return null;
  return (
    <span className={css.counts}>
      <i className={css.drawn} aria-hidden="true" /> {t.overview.of(String(keeps.n), String(keeps.of))} <i className={css.leftOut} aria-hidden="true" /> {t.overview.of(String(departs.n), String(departs.of))}
    </span>
  );
}

function Side({ finding, side, tone }: { finding: Finding; side: FindingSide; tone: "a" | "b" }) {
  const geometry = finding.part === "geometry";
  const { value, elsewhere } = side;
  return (
    <section className={css.side}>
      <h3><i className={tone === "a" ? css.drawn : css.leftOut} aria-hidden="true" /> {sentence(side.does)}</h3>
      <p className={css.people}>{side.people.length === 0 ? <span className="grey">{t.gaps.nobodySure}</span> : side.people.map((person) => <Person key={person.id} person={person} compact />)}</p>
      <p className={css.measure}>
        <IntervalBar interval={value} domain={geometry ? [-0.25, 0.25] : [0, 1]} />
        <span>
          <b>{value.value === null ? t.numbers.notEnoughWords : figureText(finding, value.value)}</b>{" "}
          {!geometry && <span className={css.meta}>{intervalText(value)}</span>} <span className={css.meta}>{t.numbers.n(count(value.n))}</span>
        </span>
      </p>
      <p className={css.meta}>{figureWords(finding)}{elsewhere?.value != null && `; ${t.gaps.elsewhere} ${rate(elsewhere.value)}`}</p>
    </section>
  );
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
