// The CUSUM over a certificate's blind audits: where it stands, the line at which it stops by itself, the images behind it.
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Audits, Certificate } from "@/api/types";
import { useProject } from "@/app/project";
import { count, rate } from "@/format/numbers";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Card } from "@/ui/Card";
import { linear, linePath, ticks } from "@/ui/chart";
import { ChartTable } from "@/ui/ChartTable";
import { ErrorState, Loading, Notice } from "@/ui/Messages";
import { EstimateText } from "@/ui/Measure";
import { useWidth } from "@/ui/useWidth";
import css from "./Models.module.css";
import { auditTop } from "./suggesting";

export function AuditCard({ certificate, name }: { certificate: Certificate; name: string }) {
  const { slug } = useProject();
  const audits = useQuery({ queryKey: ["audits", slug, certificate.id, certificate.n_audits], queryFn: () => api.audits(slug, certificate.id) });
  return (
    <Card title={t.suggesting.audits(name)} note={audits.isSuccess && t.suggesting.accepts(rate(audits.data.accepts, 3), rate(audits.data.looks_for, 3))}>
      {audits.isPending && <Loading what={t.things.figures} />}
      {audits.isError && <ErrorState error={asError(audits.error)} onRetry={() => void audits.refetch()} />}
      {audits.isSuccess && (audits.data.n === 0 ? <p className="grey">{t.suggesting.noAudits}</p> : (
        <>
          <p>{t.suggesting.auditsText(count(audits.data.n_wrong), count(audits.data.n))} {certificate.audit_errors.value !== null && <span className="grey">(<EstimateText estimate={certificate.audit_errors} />)</span>}</p>
          <AuditChart audits={audits.data} label={t.suggesting.chartLabel(name)} />
        </>
      ))}
      {certificate.state === "stopped" && certificate.ended_why !== null && <div className={css.stopped}><Notice tone="stop">{t.suggesting.stopped(certificate.ended_why)}</Notice></div>}
    </Card>
  );
}

const LEFT = 34;
const HEIGHT = 170;
const BOTTOM = 30;

function AuditChart({ audits, label }: { audits: Audits; label: string }) {
  const { slug } = useProject();
  const navigate = useNavigate();
  const [box, width] = useWidth<HTMLDivElement>(640);
  const { points, n_before: before, limit, rang_at: rang } = audits;
  const first = before + 1;
  const x = linear([first, Math.max(first + 1, before + points.length)], [LEFT, width - 10]);
  const y = linear([0, auditTop(audits)], [HEIGHT - BOTTOM, 10]);
  const line = points.map((point, at): [number, number] => [x(first + at), y(point.score)]);
  const ring = rang === null ? undefined : points[rang - first];
  const left = rang !== null && x(rang) > width / 2;
  return (
    <div ref={box}>
      <svg className={css.chart} width={width} height={HEIGHT} role="img" aria-label={label}>
        {ticks(0, limit, 3).map((mark) => (
          <g key={mark}>
            <line className={css.gridLine} x1={LEFT} x2={width - 6} y1={y(mark)} y2={y(mark)} />
            <text className={css.chartTick} x={LEFT - 6} y={y(mark) + 3.5} textAnchor="end">{mark}</text>
          </g>
        ))}
        <line className={css.alarmLine} x1={LEFT} x2={width - 6} y1={y(limit)} y2={y(limit)} />
        <text className={css.stopWords} x={left ? LEFT + 4 : width - 10} y={y(limit) + 13} textAnchor={left ? "start" : "end"}>{t.suggesting.alarmLine(count(audits.run_length))}</text>
        <path className={css.evidence} d={linePath(line)} />
        {points.map((point, at) => (point.wrong ? <line key={first + at} className={css.wrongTick} x1={x(first + at)} x2={x(first + at)} y1={HEIGHT - BOTTOM + 3} y2={HEIGHT - BOTTOM + 9} /> : null))}
        {rang !== null && ring !== undefined && (
          <>
            <circle className={css.alarmDot} cx={x(rang)} cy={y(ring.score)} r={4.5} />
            <text className={css.stopWords} x={x(rang) + (left ? -9 : 9)} y={y(ring.score) - 8} textAnchor={left ? "end" : "start"}>{t.suggesting.rang(rang)}</text>
          </>
        )}
        {points.map((point, at) => (point.wrong ? (
          <rect key={`open-${String(first + at)}`} className={css.target} x={x(first + at) - 5} y={HEIGHT - BOTTOM - 4} width={10} height={18} onClick={() => void navigate({ to: `/p/${slug}/items/${point.item_id}` })}>
            <title>{t.suggesting.openAudit(first + at, moment(point.at, new Date()))}</title>
          </rect>
        ) : null))}
        <text className={css.chartTick} x={LEFT} y={HEIGHT - 3}>{`${t.suggesting.audit} ${String(first)}`}</text>
        {points.length > 1 && <text className={css.chartTick} x={width - 10} y={HEIGHT - 3} textAnchor="end">{before + points.length}</text>}
      </svg>
      <ChartTable label={label} heads={[t.suggesting.audit, t.suggesting.when, t.suggesting.wrong, t.suggesting.sum]} rows={points.map((point, at) => [String(first + at), moment(point.at, new Date()), point.wrong ? t.suggesting.yes : t.suggesting.no, point.score.toFixed(2)])} />
    </div>
  );
}
