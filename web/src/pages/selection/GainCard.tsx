// What choosing saved against drawing by lot, with its interval, or the words that it is not measured yet.
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Estimate, Selection } from "@/api/types";
import { useProject } from "@/app/project";
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import { Card } from "@/ui/Card";
import { EstimateText, IntervalBar } from "@/ui/Measure";
import { ErrorState, Loading } from "@/ui/Messages";
import { StateShape } from "@/ui/State";
import css from "./Selection.module.css";
import { notMeasured, verdictOf } from "./selectionView";

export function GainCard({ selection }: { selection: Selection }) {
  const { slug } = useProject();
  const gain = useQuery({ queryKey: ["selectionGain", slug, selection.id], queryFn: () => api.selectionGain(slug, selection.id), refetchInterval: 30_000 });
  if (gain.isPending) return <Card title={t.selecting.gain}><Loading what={t.things.page} /></Card>;
  if (gain.isError) return <Card title={t.selecting.gain}><ErrorState error={asError(gain.error)} onRetry={() => void gain.refetch()} /></Card>;
  const { chosen, random, saving } = gain.data;
  const why = notMeasured(gain.data, selection.model !== "none");
  const rows = (
    <ul className={css.gainRows}>
      {([["chosen", chosen], ["random", random]] as const).map(([name, rate]) => (
        <li key={name}><span>{t.selecting.gainRows[name]}</span>{rate.value === null ? <span className="grey">n 0</span> : <><IntervalBar interval={rate} /><EstimateText estimate={rate} /></>}</li>
      ))}
    </ul>
  );
  if (why !== null) {
    return (
      <Card title={t.selecting.gain}>
        <p className={css.notYet}><StateShape state="none" /> <b>{t.selecting.gainNone}</b></p>
        <p className="soft">{why}</p>
        {chosen.n + random.n > 0 && rows}
      </Card>
    );
  }
  const verdict = verdictOf(saving);
  return (
    <Card title={t.selecting.gain} note={`n ${count(saving.n)}`}>
      {verdict === "unsure" ? <p className={css.notYet}><StateShape state="none" /> <b>{t.selecting.gainUnsure}</b> <span className="grey">{percentOf(saving.value)}, {between(saving)}</span></p> : <p className={css.saving}><b>{percentOf(saving.value)}</b> <span className="grey">{between(saving)}</span></p>}
      <p className="soft">{t.selecting.gainWords[verdict]}</p>
      {rows}
    </Card>
  );
}

function percentOf(share: number | null): string {
  if (share === null) return "";
  return `${share < 0 ? "−" : ""}${String(Math.round(Math.abs(100 * share)))}\u202f%`;
}

function between({ low, high }: Estimate): string {
  return low === null || high === null ? "" : `${percentOf(low)} to ${percentOf(high)}`;
}
