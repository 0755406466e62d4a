// Errors on gold as pictures, newest first, by kind.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { ErrorKind, PersonPage } from "@/api/types";
import { useClassBook, useProject } from "@/app/project";
import { clock } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { CropCard, CropRow } from "@/ui/CropCard";
import { ErrorState, Loading } from "@/ui/Messages";
import { classCrop } from "../shared/crops";
import css from "./Person.module.css";

const KINDS: readonly ErrorKind[] = ["missed", "spurious", "misclassified", "mislocalised"];

interface Props {
  readonly data: PersonPage;
  readonly first: ErrorKind;
  /** Only places that test this clause, of every kind of error; null shows one kind after the other. */
  readonly clause: string | null;
  readonly onClause: (clause: string | null) => void;
}

export function CropsCard({ data, first, clause, onClause }: Props) {
  const { slug } = useProject();
  const navigate = useNavigate();
  const book = useClassBook();
  const [kind, setKind] = useState<ErrorKind>(first);
  useEffect(() => setKind(first), [first]);
  const crops = useInfiniteQuery({
    queryKey: ["crops", slug, data.user.id, kind, clause],
    queryFn: ({ pageParam }) => api.crops(slug, data.user.id, clause === null ? { kind } : { clause }, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  const all = crops.data?.pages.flatMap((page) => page.rows) ?? [];
  const tabs = (
    <span className={css.tabs} role="tablist" aria-label={t.person.crops}>
      {KINDS.map((each) => <button key={each} type="button" role="tab" aria-selected={clause === null && each === kind} className={css.tab} onClick={() => { setKind(each); onClause(null); }}>{t.kinds[each]}</button>)}
      {clause !== null && <button type="button" role="tab" aria-selected className={css.tab} onClick={() => onClause(null)}>{t.person.ofClause(clause)}</button>}
    </span>
  );
  return (
    <Card title={<>{t.person.crops} {tabs}</>} note={t.person.cropsNote(data.user.name)}>
      {crops.isPending && <Loading what={t.things.pictures} />}
      {crops.isError && <ErrorState error={asError(crops.error)} />}
      {crops.isSuccess && all.length === 0 && <p className="grey">{t.person.noCrops}</p>}
      <CropRow>
        {all.map((crop, at) => (
          <CropCard key={at} crop={classCrop(crop, book)} label={`${t.kinds[kind]}: ${crop.caption}`} caption={crop.caption} meta={crop.at === null ? "" : clock(crop.at)} onOpen={() => void navigate({ to: `/p/${slug}/items/${crop.item_id}` })} />
        ))}
      </CropRow>
      {crops.hasNextPage && <Button small busy={crops.isFetchingNextPage} onClick={() => void crops.fetchNextPage()}>{t.actions.more}</Button>}
    </Card>
  );
}
