// Every picture behind a window, page by page: the window itself, everything since the change, the reference.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { DriftCheck, DriftSide, Monitor } from "@/api/types";
import { useProject } from "@/app/project";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { ErrorState, Loading } from "@/ui/Messages";
import css from "./Drift.module.css";

const PAGE = 48;

export function PicturesDialog({ monitor, check, onClose }: { monitor: Monitor; check: DriftCheck; onClose: () => void }) {
  const { slug } = useProject();
  const [side, setSide] = useState<DriftSide>("window");
  const sides: readonly DriftSide[] = check.since_item_id === null ? ["window", "reference"] : ["window", "changed", "reference"];
  const pictures = useInfiniteQuery({
    queryKey: ["driftPictures", slug, check.id, side],
    queryFn: ({ pageParam }) => api.driftPictures(slug, monitor.id, check.id, { side, cursor: pageParam, limit: PAGE }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  const now = new Date();
  return (
    <Dialog title={t.drift.picturesTitle(monitor.name, moment(check.last_at, now))} opened onClose={onClose} size={920}>
      <span className={css.sides} role="group" aria-label={t.drift.pictures}>
        {sides.map((each) => <button key={each} type="button" aria-pressed={each === side} onClick={() => setSide(each)}>{t.drift.sides[each]}</button>)}
      </span>
      {pictures.isPending ? <Loading what={t.things.pictures} /> : pictures.isError ? <ErrorState error={asError(pictures.error)} onRetry={() => void pictures.refetch()} /> : (
        <>
          <div className={css.shots}>
            {pictures.data.pages.flatMap((page) => page.rows).map((each) => (
              <Link key={each.item_id} className={css.shot} to={`/p/${slug}/items/${each.item_id}`} title={`${each.item_name}, ${t.drift.cameAt(moment(each.at, now))}`}>
                <img src={each.thumb_url} alt="" loading="lazy" />
                <span>{each.item_name}</span>
              </Link>
            ))}
          </div>
          {pictures.hasNextPage && <Button small busy={pictures.isFetchingNextPage} onClick={() => void pictures.fetchNextPage()}>{t.actions.more}</Button>}
        </>
      )}
    </Dialog>
  );
}
