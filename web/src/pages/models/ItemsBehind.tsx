// The gold images behind a number: a crop for each error, the whole picture where tags are wrong or nothing is.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Behind } from "@/api/calls";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import { useClassBook, useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { CropCard } from "@/ui/CropCard";
import { Dialog } from "@/ui/Dialog";
import { ErrorState, Loading } from "@/ui/Messages";
import type { Proof } from "./failures";
import { proofsOf } from "./failures";
import css from "./Models.module.css";

export function BehindDialog({ evaluation, title, look, onClose }: { evaluation: string; title: string; look: Behind; onClose: () => void }) {
  return (
    <Dialog title={t.model.behind(title)} opened onClose={onClose} size={980}>
      <ItemsBehind evaluation={evaluation} look={look} />
    </Dialog>
  );
}

/** A page of them, and a button for the next. */
export function ItemsBehind({ evaluation, look, first = 12, few = false, none = t.model.behindNone }: { evaluation: string; look: Behind; first?: number; few?: boolean; none?: string }) {
  const { slug } = useProject();
  const book = useClassBook();
  const items = useInfiniteQuery({
    queryKey: ["evaluationItems", slug, evaluation, look, few],
    queryFn: ({ pageParam }) => api.evaluationItems(slug, evaluation, { ...look, cursor: pageParam, limit: few ? 6 : pageParam === null ? first : 12 }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    staleTime: 60_000,
  });
  if (items.isPending) return <Loading what={t.things.pictures} />;
  if (items.isError) return <ErrorState error={asError(items.error)} onRetry={() => void items.refetch()} />;
  const proofs = items.data.pages.flatMap((page) => page.rows).flatMap((item) => proofsOf(item, book, look));
  if (proofs.length === 0 && !items.hasNextPage) return <p className="grey">{none}</p>;
  return (
    <>
      <div className={css.proofs}>{proofs.map((proof) => <ProofCard key={proof.id} proof={proof} />)}</div>
      {items.hasNextPage && !few && <div className={css.more}><Button small busy={items.isFetchingNextPage} onClick={() => void items.fetchNextPage()}>{t.model.moreItems}</Button></div>}
    </>
  );
}

export function ProofCard({ proof }: { proof: Proof }) {
  const { slug } = useProject();
  const label = `${t.model.openItem(proof.item.name)}: ${proof.caption}`;
  return (
    <Link to={`/p/${slug}/items/${proof.item.item_id}`} className={css.proof} aria-label={label}>
      {proof.crop === null ? (
        <figure>
          <img className={css.whole} src={proof.item.thumb_url} alt="" loading="lazy" />
          <figcaption>{proof.caption}</figcaption>
        </figure>
      ) : (
        <CropCard crop={proof.crop} caption={proof.caption} label={proof.caption} aspect={4 / 3} />
      )}
    </Link>
  );
}
