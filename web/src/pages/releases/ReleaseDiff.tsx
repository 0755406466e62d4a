// Mark by mark what is different from another release, as pictures, with who each mark comes from and under which rules.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { DiffPlace, Release } from "@/api/types";
import { useProject } from "@/app/project";
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { CropCard, CropRow } from "@/ui/CropCard";
import { Select } from "@/ui/Fields";
import { ErrorState, Loading } from "@/ui/Messages";
import { sidesCrop } from "../shared/crops";
import css from "./Release.module.css";

const KINDS: readonly DiffPlace["kind"][] = ["added", "removed", "moved", "class_changed"];

export function ReleaseDiff({ release }: { release: Release }) {
  const { slug } = useProject();
  const navigate = useNavigate();
  const [against, setAgainst] = useState<string | null>(null);
  const [kind, setKind] = useState<DiffPlace["kind"] | null>(null);
  const releases = useQuery({ queryKey: ["releases", slug], queryFn: () => api.releases(slug) });
  const others = (releases.data?.rows ?? []).filter((each) => each.id !== release.id && each.digest !== null);
  const places = useInfiniteQuery({
    queryKey: ["releaseDiff", slug, release.id, against, kind],
    queryFn: ({ pageParam }) => api.releaseDiff(slug, release.id, { against, kind, cursor: pageParam, limit: 12 }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    staleTime: Infinity,
    enabled: others.length > 0,
  });
  const first = places.data?.pages[0];
  if (others.length === 0) return null;
  if (places.isPending) return <Loading what={t.things.pictures} />;
  if (places.isError) return <ErrorState error={asError(places.error)} onRetry={() => void places.refetch()} />;
  const rows = places.data.pages.flatMap((page) => page.rows);
  return (
    <Card title={t.releaseDiff.title(first?.since ?? "")} note={t.releaseDiff.note}>
      <div className={css.diffBar}>
        <div role="group" aria-label={t.releaseDiff.all} className={css.kinds}>
          <Button small aria-pressed={kind === null} kind={kind === null ? "secondary" : "quiet"} onClick={() => setKind(null)}>{t.releaseDiff.all}</Button>
          {KINDS.map((each) => <Button key={each} small aria-pressed={kind === each} kind={kind === each ? "secondary" : "quiet"} onClick={() => setKind(each)}>{t.releaseDiff.kinds[each]} {count(first?.counts[each] ?? 0)}</Button>)}
        </div>
        {others.length > 1 && <Select aria-label={t.releaseDiff.against} value={against ?? others.find((each) => each.name === first?.since)?.id ?? null} data={others.map((each) => ({ value: each.id, label: each.name }))} onChange={setAgainst} />}
      </div>
      {rows.length === 0 && <p className="grey">{t.releaseDiff.none}</p>}
      <CropRow>
        {rows.map((place, at) => <CropCard key={at} crop={sidesCrop(place.crop)} label={`${t.releaseDiff.kinds[place.kind]}, ${nameOf(place)}, ${place.crop.caption}`} caption={<><b>{t.releaseDiff.kinds[place.kind]}</b> {nameOf(place)}</>} meta={blameOf(place)} onOpen={() => void navigate({ to: `/p/${slug}/items/${place.crop.item_id}` })} />)}
      </CropRow>
      {places.hasNextPage && <Button small busy={places.isFetchingNextPage} onClick={() => void places.fetchNextPage()}>{t.actions.more}</Button>}
    </Card>
  );
}

function nameOf(place: DiffPlace): string {
  const { class_before: before, class_after: after } = place;
  if (before !== null && after !== null && before !== after) return t.releaseDiff.became(before, after);
  return after ?? before ?? "";
}

/** Whose mark it is: how many drew it, who settled or signed it; and the rules it was made under. */
function blameOf({ blame }: DiffPlace): string {
  const who =
    blame.origin === "consensus" ? t.releaseDiff.blame.consensus(blame.drawn_by.length, blame.n_answers ?? blame.drawn_by.length)
    : blame.origin === "adjudication" ? t.releaseDiff.blame.adjudication(blame.author)
    : blame.origin === "gold" ? t.releaseDiff.blame.gold(blame.author)
    : t.releaseDiff.blame.other(blame.author);
  return [who, t.releaseDiff.rules(blame.guideline_version)].filter((part) => part !== "").join(" · ");
}
