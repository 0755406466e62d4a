// The previous and the next person, by key.
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { api } from "@/api/calls";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";

export function PersonSteps({ user }: { user: string }) {
  const { slug } = useProject();
  const navigate = useNavigate();
  const people = useQuery({ queryKey: ["people", slug], queryFn: () => api.people(slug) });
  const ids = people.data?.rows.map((row) => row.user.id) ?? [];
  const at = ids.indexOf(user);
  const previous = ids[at - 1];
  const next = at === -1 ? undefined : ids[at + 1];
  useEffect(() => {
    const step = (event: KeyboardEvent): void => {
      if (event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
      const to = event.key === "[" ? previous : event.key === "]" ? next : undefined;
      if (to !== undefined) void navigate({ to: `/p/${slug}/people/${to}` });
    };
    window.addEventListener("keydown", step);
    return () => window.removeEventListener("keydown", step);
  }, [previous, next, navigate, slug]);
  return (
    <>
      <Button kind="quiet" small hint="[" disabled={previous === undefined} onClick={() => void navigate({ to: `/p/${slug}/people/${previous ?? ""}` })}>{t.person.previous}</Button>
      <Button kind="quiet" small hint="]" disabled={next === undefined} onClick={() => void navigate({ to: `/p/${slug}/people/${next ?? ""}` })}>{t.person.next}</Button>
    </>
  );
}
