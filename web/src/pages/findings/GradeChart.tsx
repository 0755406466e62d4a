// The share that each side draws, by degree: two lines that part where the rule is open, with the table behind them.
import type { Finding } from "@/api/types";
import { count, intervalText, rate } from "@/format/numbers";
import { t } from "@/text/en";
import { linear, linePath } from "@/ui/chart";
import { ChartTable } from "@/ui/ChartTable";
import { useWidth } from "@/ui/useWidth";
import css from "./Findings.module.css";

type Grades = NonNullable<Finding["proof"]>["grades"];

const LEFT = 26;
const HEIGHT = 210;
const BOTTOM = 36;

export function GradeChart({ grades, does }: { grades: Grades; does: readonly [string, string] }) {
  const [box, width] = useWidth<HTMLDivElement>(360);
  const step = (width - LEFT) / Math.max(1, grades.length);
  const x = (at: number): number => LEFT + step * (at + 0.5);
  const y = linear([0, 1], [HEIGHT - BOTTOM, 10]);
  const drawn = (side: 0 | 1): [number, number][] => grades.flatMap((grade, at) => { const value = grade.shares[side].value; return value === null ? [] : [[x(at), y(value)] as [number, number]]; });
  return (
    <div ref={box}>
      <svg width={width} height={HEIGHT} role="img" aria-label={t.gaps.byDegree} className={css.grades}>
        {[0, 0.5, 1].map((mark) => (
          <g key={mark}>
            <line className={css.grid} x1={LEFT} x2={width} y1={y(mark)} y2={y(mark)} />
            <text className={css.tick} x={LEFT - 6} y={y(mark) + 3.5} textAnchor="end">{mark === 0.5 ? ".5" : mark}</text>
          </g>
        ))}
        <path className={css.lineA} d={linePath(drawn(1))} />
        <path className={css.lineB} d={linePath(drawn(0))} />
        {grades.map((grade, at) => (
          <g key={grade.label}>
            <Interval share={grade.shares[1]} x={x(at) - 5} y={y} className={css.markA ?? ""} />
            <Interval share={grade.shares[0]} x={x(at) + 5} y={y} className={css.markB ?? ""} />
            <text className={css.tick} x={x(at)} y={HEIGHT - 20} textAnchor="middle">{grade.label}</text>
            <text className={css.tick} x={x(at)} y={HEIGHT - 6} textAnchor="middle">{t.numbers.n(`${count(grade.shares[1].n)} / ${count(grade.shares[0].n)}`)}</text>
          </g>
        ))}
      </svg>
      <ChartTable label={t.gaps.byDegree} heads={["", does[1], does[0]]} rows={grades.map((grade) => [grade.label, cell(grade.shares[1]), cell(grade.shares[0])])} />
    </div>
  );
}

function Interval({ share, x, y, className }: { share: Grades[number]["shares"][number]; x: number; y: (value: number) => number; className: string }) {
  if (share.value === null || share.low === null || share.high === null) return null;
  return (
    <g className={className}>
      <rect x={x - 4} width={8} y={y(share.high)} height={Math.max(1, y(share.low) - y(share.high))} rx={4} opacity={0.28} />
      <rect x={x - 6} width={12} y={y(share.value) - 1.25} height={2.5} />
    </g>
  );
}

function cell(share: Grades[number]["shares"][number]): string {
  return share.value === null ? t.numbers.notEnoughWords : `${rate(share.value)} ${intervalText(share)} ${t.numbers.n(count(share.n))}`;
}
