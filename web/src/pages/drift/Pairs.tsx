// Pictures from before above pictures from now that show nearly the same, so that only the change is left to see.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "@/api/calls";
import type { DriftCheck, DriftPicture, Monitor } from "@/api/types";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Loading } from "@/ui/Messages";
import css from "./Drift.module.css";

const COLUMNS = 3;

export function Pairs({ monitor, check, onOpen }: { monitor: Monitor; check: DriftCheck; onOpen: () => void }) {
  const { slug } = useProject();
  const pairs = useQuery({ queryKey: ["driftPairs", slug, check.id], queryFn: () => api.driftPairs(slug, monitor.id, check.id, 2 * COLUMNS), staleTime: Infinity });
  const rows = pairs.data?.rows ?? [];
  return (
    <Card title={t.drift.pairs} note={t.drift.pairsNote}>
      {pairs.isPending ? <Loading what={t.things.pictures} /> : rows.length === 0 ? <p className="grey">{t.drift.pairsNone}</p> : (
        <div className={css.stack}>
          {[rows.slice(0, COLUMNS), rows.slice(COLUMNS)].filter((some) => some.length > 0).map((some, k) => (
            <div key={k} className={css.pairs}>
              <span className={css.side}>{t.drift.before}</span>
              {some.map(({ before }) => <Shot key={before.item_id} picture={before} side={t.drift.before} />)}
              {some.length < COLUMNS && Array.from({ length: COLUMNS - some.length }, (_, n) => <span key={n} />)}
              <span className={css.side}>{t.drift.now}</span>
              {some.map(({ now }) => <Shot key={now.item_id} picture={now} side={t.drift.now} />)}
            </div>
          ))}
        </div>
      )}
      {check.level === "quiet" && <p className={css.pairsText}>{t.drift.pairsQuiet}</p>}
      <p className={css.pairsText}><Button small onClick={onOpen}>{t.drift.allPictures}</Button></p>
    </Card>
  );
}

function Shot({ picture, side }: { picture: DriftPicture; side: string }) {
  const { slug } = useProject();
  return <Link className={css.pair} to={`/p/${slug}/items/${picture.item_id}`}><img src={picture.thumb_url} alt={`${side}: ${picture.item_name}`} loading="lazy" /></Link>;
}
