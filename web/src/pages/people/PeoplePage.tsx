// People: how everybody stands on hidden gold, and who belongs to the project with which roles.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, csvOf } from "@/api/calls";
import { asError } from "@/api/http";
import type { Member } from "@/api/types";
import { useProject } from "@/app/project";
import { Top } from "@/app/top";
import { count } from "@/format/numbers";
import { ago } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card, Grid, PageHead } from "@/ui/Card";
import { CsvLink, DataTable, hidden } from "@/ui/DataTable";
import { EmptyState, ErrorState, Loading } from "@/ui/Messages";
import { Person } from "@/ui/Person";
import { TopTitle } from "@/ui/Shell";
import { Tag } from "@/ui/State";
import { PeopleTable } from "../overview/PeopleTable";
import { InviteMany } from "./InviteMany";
import { InviteDialog, RolesDialog } from "./MemberDialogs";
import css from "./Person.module.css";

const STATES = { invited: "accent", active: "ok", paused: "stop" } as const;

export function PeoplePage() {
  const { slug, may } = useProject();
  const people = useQuery({ queryKey: ["people", slug], queryFn: () => api.people(slug), refetchInterval: 5_000 });
  const [inviting, setInviting] = useState(false);
  const [many, setMany] = useState(false);
  if (people.isPending) return <Loading what={t.things.people} />;
  if (people.isError) return <ErrorState error={asError(people.error)} onRetry={() => void people.refetch()} />;
  const rows = people.data.rows;
  const attention = rows.filter((row) => row.standing.state === "warn" || row.standing.state === "stop").length;
  return (
    <>
      <Top end={<CsvLink href={csvOf(slug, "people")} />}><TopTitle title={t.nav.people} /></Top>
      <PageHead title={t.people.title(rows.length, attention)} text={t.people.titleText} actions={may("lead") && <><Button onClick={() => setMany(true)}>{t.inviteMany.open}</Button><Button kind="primary" onClick={() => setInviting(true)}>{t.people.invite}</Button></>} />
      <Grid>
        <Card title={t.overview.people} note={t.overview.peopleNote(rows[0]?.f1.limit ?? null)}>
          {rows.length === 0 ? <EmptyState title={t.people.none}>{t.people.noneHint}</EmptyState> : <PeopleTable rows={rows} />}
        </Card>
        {may("lead") && <Members />}
      </Grid>
      <InviteDialog opened={inviting} onClose={() => setInviting(false)} />
      {many && <InviteMany onClose={() => setMany(false)} />}
    </>
  );
}

function Members() {
  const { slug } = useProject();
  const members = useQuery({ queryKey: ["members", slug], queryFn: () => api.members(slug, { limit: 200 }) });
  const [editing, setEditing] = useState<Member | null>(null);
  return (
    <Card title={t.people.members} note={<CsvLink href={csvOf(slug, "members")} />}>
      {members.isPending && <Loading what={t.things.people} />}
      {members.isError && <ErrorState error={asError(members.error)} />}
      {members.isSuccess && (
        <DataTable<Member>
          caption={t.people.members}
          rows={members.data.rows}
          rowId={(row) => row.user.id}
          columns={[
            { id: "name", header: t.table.name, accessorFn: (row) => row.user.name, cell: (cell) => <Link to={`/p/${slug}/people/${cell.row.original.user.id}`}><Person person={cell.row.original.user} second={cell.row.original.login} /></Link> },
            { id: "roles", header: t.table.roles, accessorFn: (row) => row.roles.join(" "), cell: (cell) => <span className={css.roles}>{cell.row.original.roles.map((role) => <Tag key={role}>{t.roles[role]}</Tag>)}</span> },
            { id: "state", header: t.table.state, accessorFn: (row) => row.state, cell: (cell) => <Tag tone={STATES[cell.row.original.state]}>{t.people.states[cell.row.original.state]}</Tag> },
            { id: "n", header: t.table.answers, meta: { end: true }, accessorFn: (row) => row.n_submissions, cell: (cell) => count(cell.row.original.n_submissions) },
            { id: "seen", header: t.table.lastSeen, accessorFn: (row) => row.last_seen_at ?? "", cell: (cell) => <span className="grey">{cell.row.original.last_seen_at === null ? t.people.neverSeen : ago(cell.row.original.last_seen_at, new Date())}</span> },
            { id: "edit", header: hidden(t.table.act), enableSorting: false, cell: (cell) => <span className={css.rowEnd}><Button small onClick={() => setEditing(cell.row.original)}>{t.people.changeRoles}</Button></span> },
          ]}
        />
      )}
      {editing !== null && <RolesDialog member={editing} onClose={() => setEditing(null)} />}
    </Card>
  );
}
