// What labels cost, what another size would come to, and which change saves most at what risk.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, csvOf } from "@/api/calls";
import { asError } from "@/api/http";
import type { Forecast } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { money, moneyInterval, monthName } from "@/format/money";
import { t } from "@/text/en";
import { Button, buttonClass } from "@/ui/Button";
import { Card, Columns, PageHead } from "@/ui/Card";
import { EmptyState, ErrorState, Loading } from "@/ui/Messages";
import { TopTitle } from "@/ui/Shell";
import css from "./Costs.module.css";
import { FanChart } from "./FanChart";
import { ProposeDialog } from "./ProposeDialog";
import { RateCardDialog } from "./RateCardDialog";
import { Batches, PerMark, WhereItGoes } from "./Spent";
import { Takes } from "./Takes";
import type { Knob, Turned } from "./WhatIf";
import { WhatIf } from "./WhatIf";

const SCALES = [2, 5, 10, 20] as const;

export function CostsPage() {
  const { slug, may } = useProject();
  const [scale, setScale] = useState(10);
  const [turned, setTurned] = useState<Turned>({});
  const [dialog, setDialog] = useState<"rates" | "propose" | null>(null);
  const costs = useQuery({ queryKey: ["costs", slug], queryFn: () => api.costs(slug), refetchInterval: 10_000 });
  const forecast = useQuery({ queryKey: ["forecast", slug, scale, turned], queryFn: () => api.forecast(slug, { scale, ...turned }), placeholderData: keepPreviousData, retry: false, enabled: costs.data !== undefined && costs.data.currency !== null });
  if (costs.isPending) return <Loading what={t.things.costs} />;
  if (costs.isError) return <ErrorState error={asError(costs.error)} onRetry={() => void costs.refetch()} />;
  const { currency, card_version: version } = costs.data;
  const rates = <Button kind="quiet" small onClick={() => setDialog("rates")}>{version === null ? t.costs.rates : t.costs.ratesVersion(version)}</Button>;
  const turn = (name: Knob, value: number): void => setTurned((before) => ({ ...before, [name]: value }));
  return (
    <>
      <Top end={<>{rates}<a className={buttonClass("quiet", true)} href={csvOf(slug, "costs/ledger")} download>{t.costs.ledger}</a></>}><TopTitle crumbs={[t.costs.nav]} title={t.costs.forecast} text={forecast.data === undefined ? "" : t.costs.topText(t.costs.times(forecast.data.scale), monthName(forecast.data.path.at(-1)?.month ?? ""))} /></Top>
      {currency === null || forecast.data === undefined ? (
        <>
          <PageHead title={costs.data.title} text={t.costs.text} />
          {currency === null ? <EmptyState title={t.costs.noCard} action={may("lead") ? <Button kind="primary" onClick={() => setDialog("rates")}>{t.costs.setRates}</Button> : undefined}>{t.costs.noCardHint}</EmptyState> : forecast.isError ? <ErrorState error={asError(forecast.error)} onRetry={() => void forecast.refetch()} /> : <Loading what={t.things.forecast} />}
        </>
      ) : (
        <>
          <PageHead
            title={titleOf(forecast.data)}
            text={forecast.data.text}
            actions={<><Button onClick={() => void navigator.clipboard.writeText(numbersOf(forecast.data))}>{t.costs.copy}</Button>{may("lead") && <Button kind="primary" disabled={Object.keys(turned).length === 0} onClick={() => setDialog("propose")}>{t.costs.propose}</Button>}</>}
          />
          <Columns
            evidence={
              <>
                <Card title={t.costs.chart} note={<span className={css.keys}><span className={css.paidKey} aria-hidden="true" /> {t.costs.paid} <span>{t.costs.bands}</span><Scales scale={scale} onScale={setScale} /></span>}>
                  <FanChart forecast={forecast.data} />
                </Card>
                <Takes forecast={forecast.data} />
              </>
            }
            deciding={
              <>
                <WhatIf forecast={forecast.data} turned={turned} onTurn={turn} onReset={() => setTurned({})} />
                <WhereItGoes costs={costs.data} currency={currency} />
                <PerMark costs={costs.data} currency={currency} />
                <Batches costs={costs.data} currency={currency} />
              </>
            }
          />
        </>
      )}
      {dialog === "rates" && <RateCardDialog onClose={() => setDialog(null)} />}
      {dialog === "propose" && <ProposeDialog turned={turned} onClose={() => setDialog(null)} onDone={() => { setTurned({}); setDialog(null); }} />}
    </>
  );
}

function Scales({ scale, onScale }: { scale: number; onScale: (scale: number) => void }) {
  return (
    <span className={css.scales} role="group" aria-label={t.costs.scale}>
      {SCALES.map((each) => <button key={each} type="button" aria-pressed={each === scale} onClick={() => onScale(each)}>×{each}</button>)}
    </span>
  );
}

/** The page's answer, with the figures as their intervals support them. */
function titleOf(forecast: Forecast): string {
  const then = money(forecast.then.money, forecast.currency);
  return forecast.changed === null ? t.costs.title(t.costs.times(forecast.scale), then) : t.costs.titleOr(t.costs.times(forecast.scale), then, money(forecast.changed.money, forecast.currency), forecast.changes.length);
}

function numbersOf(forecast: Forecast): string {
  const line = (name: string, range: Forecast["then"]["money"]): string => `${name}\t${money(range, forecast.currency)}\t${moneyInterval(range)}`;
  return [titleOf(forecast), forecast.text, line(t.costs.policyNow, forecast.then.money), ...(forecast.changed === null ? [] : [line(t.costs.changed(forecast.changes.length), forecast.changed.money)]), ...forecast.changes.map((c) => `${line(t.costs.knobs[c.name], c.saves)}\t${c.effect}`)].join("\n");
}
