// The frame of a project's pages: loads the project, offers what the person's roles allow, marks where they are.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate, useParams } from "@tanstack/react-router";
import { Menu, useMantineColorScheme } from "@mantine/core";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { Project, Role } from "@/api/types";
import { count } from "@/format/numbers";
import { Door } from "@/pages/shared/Door";
import { t } from "@/text/en";
import type { NavGroup } from "@/ui/Shell";
import { Shell } from "@/ui/Shell";
import { Icon } from "@/ui/Icon";
import type { IconName } from "@/ui/Icon";
import { ErrorState, Loading } from "@/ui/Messages";
import css from "./ProjectLayout.module.css";
import { ProjectProvider, useProject } from "./project";
import { rolesSentence, SESSION_KEY, useSession } from "./session";
import { useTopSlots } from "./top";

export function ProjectGate() {
  const { slug } = useParams({ strict: false });
  const session = useSession();
  const project = useQuery({ queryKey: ["project", slug], queryFn: () => api.project(slug ?? ""), staleTime: 10_000 });
  if (project.isPending) return <Loading what={t.things.project} />;
  // A later look that fails (the network is away, the session has ended) takes nothing off anybody's desk.
  if (project.data === undefined) {
    return (
      <Door title={t.errors.noProject}>
        <ErrorState error={asError(project.error)} onRetry={() => void project.refetch()} />
        <p><Link to="/" search={{ all: "1" }}>{t.shell.allProjects}</Link></p>
      </Door>
    );
  }
  const roles = project.data.roles;
  const may = (...wanted: Role[]): boolean => session.user.is_admin || wanted.some((role) => roles.includes(role));
  return (
    <ProjectProvider value={{ slug: project.data.slug, project: project.data, may }}>
      <Outlet />
    </ProjectProvider>
  );
}

interface Place {
  readonly path: string;
  readonly label: string;
  readonly icon: IconName;
  readonly roles: readonly Role[] | "all";
  readonly note?: (project: Project) => string;
}

const SEES_QUALITY: Role[] = ["lead", "reviewer", "expert", "approver", "auditor", "admin"];
const PAYS: Role[] = ["lead", "approver", "auditor", "admin"];
const LEADS: Role[] = ["lead", "admin"];

const PLACES: readonly { readonly title: string | null; readonly places: readonly Place[] }[] = [
  {
    title: null,
    places: [
      { path: "", label: t.nav.overview, icon: "overview", roles: SEES_QUALITY },
      { path: "/inbox", label: t.inbox.nav, icon: "inbox", roles: SEES_QUALITY },
      { path: "/items", label: t.nav.items, icon: "items", roles: SEES_QUALITY, note: (p) => count(p.n_items) },
      { path: "/annotate", label: t.nav.annotate, icon: "annotate", roles: ["annotator"] },
      { path: "/me", label: t.nav.me, icon: "me", roles: ["annotator"] },
      { path: "/practice", label: t.nav.practice, icon: "practice", roles: ["annotator"] },
    ],
  },
  {
    title: t.nav.quality,
    places: [
      { path: "/review", label: t.nav.review, icon: "review", roles: ["reviewer", "expert", "lead"] },
      { path: "/adjudicate", label: t.nav.adjudicate, icon: "adjudicate", roles: ["expert", "lead"] },
      { path: "/findings", label: t.nav.findings, icon: "findings", roles: SEES_QUALITY },
      { path: "/questions", label: t.escalations.nav, icon: "questions", roles: ["reviewer", "expert", "lead", "auditor", "admin"] },
      { path: "/doubts", label: t.doubts.nav, icon: "doubts", roles: SEES_QUALITY },
      { path: "/agreement", label: t.pairs.nav, icon: "agreement", roles: SEES_QUALITY },
      { path: "/people", label: t.nav.people, icon: "people", roles: SEES_QUALITY },
      { path: "/gold", label: t.nav.gold, icon: "gold", roles: ["expert", "lead"] },
      { path: "/guideline", label: t.nav.guideline, icon: "guideline", roles: "all", note: (p) => (p.guideline_version === null ? "" : `v${String(p.guideline_version)}`) },
    ],
  },
  { title: t.nav.ship, places: [
    { path: "/releases", label: t.nav.releases, icon: "releases", roles: SEES_QUALITY },
    { path: "/models", label: t.models.nav, icon: "models", roles: SEES_QUALITY },
    { path: "/promotions", label: t.promotions.nav, icon: "promotions", roles: SEES_QUALITY },
  ] },
  {
    title: t.costs.watch,
    places: [
      { path: "/drift", label: t.drift.nav, icon: "drift", roles: SEES_QUALITY },
      { path: "/production", label: t.production.nav, icon: "production", roles: SEES_QUALITY },
      { path: "/costs", label: t.costs.nav, icon: "costs", roles: PAYS },
      { path: "/selection", label: t.selecting.nav, icon: "selection", roles: SEES_QUALITY },
      { path: "/readiness", label: t.readiness.nav, icon: "readiness", roles: PAYS },
    ],
  },
  {
    title: t.nav.setUp,
    places: [
      { path: "/imports", label: t.nav.imports, icon: "imports", roles: LEADS },
      { path: "/batches", label: t.nav.batches, icon: "batches", roles: LEADS },
      { path: "/schema", label: t.nav.schema, icon: "schema", roles: ["lead", "expert", "admin"], note: (p) => (p.schema_version === null ? "" : `v${String(p.schema_version)}`) },
      { path: "/settings", label: t.nav.settings, icon: "settings", roles: LEADS },
    ],
  },
  { title: t.nav.govern, places: [
    { path: "/policy-file", label: t.rulebook.nav, icon: "rulebook", roles: SEES_QUALITY },
    { path: "/audit", label: t.nav.audit, icon: "audit", roles: ["auditor", "lead", "approver", "admin"] },
  ] },
];

export function ProjectShell() {
  const { slug, project, may } = useProject();
  const session = useSession();
  const { pathname } = useLocation();
  const top = useTopSlots();
  const here = `/p/${slug}`;
  const groups: NavGroup[] = PLACES.map(({ title, places }) => ({
    title,
    entries: places
      .filter((place) => place.roles === "all" || may(...place.roles))
      .map((place) => ({
        to: here + place.path,
        label: place.label,
        icon: place.icon,
        note: place.note?.(project),
        active: place.path === "" ? pathname === here || pathname === `${here}/` : pathname.startsWith(here + place.path),
      })),
  })).filter((group) => group.entries.length > 0);
  return (
    <Shell
      groups={groups}
      link={({ to, className, current, children }) => (
        <Link to={to} className={className} aria-current={current ? "page" : undefined}>
          {children}
        </Link>
      )}
      project={<ProjectMenu />}
      user={{ name: session.user.name, role: rolesSentence(project.roles), simulated: session.user.simulated }}
      userMenu={(face) => <UserMenu face={face} />}
      top={top.start}
      topEnd={top.end}
    >
      <Outlet />
    </Shell>
  );
}

function ProjectMenu() {
  const { project } = useProject();
  const session = useSession();
  const navigate = useNavigate();
  return (
    <Menu position="bottom-start" width={220}>
      <Menu.Target>
        <button type="button" className={css.project} aria-label={t.shell.changeProject(project.name)}>
          <span className={css.projectWords}>
            <b>{project.name}</b>
            <span>{project.demo ? t.shell.demoProject : t.shell.project}</span>
          </span>
          <Icon name="chevron" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {session.projects.map((each) => (
          <Menu.Item key={each.id} onClick={() => void navigate({ to: `/p/${each.slug}` })}>{each.name}</Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void navigate({ to: "/" })}>{t.shell.allProjects}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

export function UserMenu({ face }: { face: React.ReactNode }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const signOut = async (): Promise<void> => {
    await api.signOut();
    client.clear();
    client.setQueryData(SESSION_KEY, null);
    globalThis.location.assign("/signin");
  };
  return (
    <Menu position="top-start" width={200}>
      <Menu.Target>
        <button type="button" className={css.user}>{face}</button>
      </Menu.Target>
      <Menu.Dropdown>
        {(["light", "dark", "auto"] as const).map((scheme) => (
          <Menu.Item key={scheme} role="menuitemradio" aria-checked={colorScheme === scheme} onClick={() => setColorScheme(scheme)}>
            {colorScheme === scheme ? "● " : "○ "}{t.shell.scheme[scheme]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void navigate({ to: "/account" })}>{t.shell.account}</Menu.Item>
        <Menu.Item onClick={() => void signOut()}>{t.session.signOut}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
