// The projects of whoever is signed in; with one project there is nothing to choose.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import { GoOnce } from "@/app/GoOnce";
import { homeOf } from "@/app/project";
import { rolesSentence, SESSION_KEY, useSession } from "@/app/session";
import { UserMenu } from "@/app/ProjectLayout";
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Card, Grid, PageHead } from "@/ui/Card";
import { Form, FormActions, TextInput } from "@/ui/Fields";
import { EmptyState, ErrorLine, ErrorState, Loading } from "@/ui/Messages";
import { Initials, SimulatedTag } from "@/ui/Person";
import css from "./Projects.module.css";
import { useAct } from "./shared/useForm";

export function ProjectsPage() {
  const session = useSession();
  const { all } = useSearch({ strict: false }) as { all?: string };
  const projects = useQuery({ queryKey: ["projects"], queryFn: api.projects });
  if (projects.isPending) return <Loading what={t.things.projects} />;
  if (projects.isError) return <ErrorState error={asError(projects.error)} onRetry={() => void projects.refetch()} />;
  const only = projects.data.rows.length === 1 ? projects.data.rows[0] : undefined;
  const mayCreate = session.user.is_admin || projects.data.rows.some((each) => each.roles.includes("lead"));
  if (only !== undefined && all === undefined && !mayCreate) return <GoOnce to={homeOf(only.slug, only.roles)} />;
  return (
    <main className={css.page}>
      <PageHead
        title={t.projects.title(projects.data.rows.length)}
        text={t.projects.signedInAs(session.user.name)}
        actions={<UserMenu face={<><Initials name={session.user.name} /> {session.user.name} {session.user.simulated && <SimulatedTag />}</>} />}
      />
      <Grid>
        {projects.data.rows.map((project) => (
          <Card key={project.id} span={4} title={<Link to={homeOf(project.slug, project.roles)}>{project.name}</Link>} note={project.demo ? t.shell.demoProject : undefined}>
            <p className="soft">{t.projects.facts(count(project.n_items), project.guideline_version, project.schema_version)}</p>
            <p className="grey">{t.projects.yourRoles(rolesSentence(project.roles))}</p>
          </Card>
        ))}
        {projects.data.rows.length === 0 && <EmptyState title={t.projects.none}>{t.projects.noneHint}</EmptyState>}
        <Card span={4} title={t.projects.create}><CreateProject /></Card>
      </Grid>
    </main>
  );
}

function CreateProject() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const create = useAct(async () => {
    const project = await api.createProject(name.trim());
    await client.invalidateQueries({ queryKey: SESSION_KEY });
    await client.invalidateQueries({ queryKey: ["projects"] });
    await navigate({ to: `/p/${project.slug}/imports` });
  });
  return (
    <Form onSubmit={() => void create.run()}>
      <TextInput label={t.projects.name} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={128} />
      <ErrorLine error={create.error} />
      <FormActions>
        <Button type="submit" busy={create.busy} disabled={name.trim() === ""}>{t.projects.createButton}</Button>
      </FormActions>
    </Form>
  );
}
