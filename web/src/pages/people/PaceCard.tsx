// Slow and fast items of one person beside others on the same images: times, and no judgement.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { PacedItem } from "@/api/types";
import { useProject } from "@/app/project";
import { count } from "@/format/numbers";
import { stopwatch } from "@/format/times";
import { t } from "@/text/en";
import { Card } from "@/ui/Card";
import { ErrorState, Loading } from "@/ui/Messages";
import css from "./Person.module.css";

export function PaceCard({ user, name }: { user: string; name: string }) {
  const { slug } = useProject();
  const pace = useQuery({ queryKey: ["pace", slug, user], queryFn: () => api.pace(slug, user) });
  if (pace.isPending) return <Card title={t.pace.title}><Loading what={t.things.pictures} /></Card>;
  if (pace.isError) return <Card title={t.pace.title}><ErrorState error={asError(pace.error)} onRetry={() => void pace.refetch()} /></Card>;
  const { slow, fast, n_shared: shared, usual } = pace.data;
  return (
    <Card title={t.pace.title} note={usual === null ? undefined : t.pace.note(count(shared), usual)}>
      {usual === null ? <p className="grey">{t.pace.nothingShared(name)}</p> : (
        <div className={css.pace}>
          <Side title={t.pace.slow} rows={slow} none={t.pace.noSlow} />
          <Side title={t.pace.fast} rows={fast} none={t.pace.noFast} />
        </div>
      )}
    </Card>
  );
}

function Side({ title, rows, none }: { title: string; rows: readonly PacedItem[]; none: string }) {
  const { slug } = useProject();
  return (
    <section>
      <h3 className={css.paceTitle}>{title}</h3>
      {rows.length === 0 && <p className="grey">{none}</p>}
      <ul className={css.paceRow}>
        {rows.map((row) => (
          <li key={row.item_id}>
            <Link to={`/p/${slug}/items/${row.item_id}`} className={css.paced}>
              <img src={row.thumb_url} alt="" loading="lazy" />
              <span className={css.pacedName}>{row.name}</span>
              <span><b>{stopwatch(row.seconds)}</b> <span className="grey">{t.pace.others(stopwatch(row.others_seconds), row.n_others)}</span></span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
