// Addresses and the pages behind them; each page is loaded when it is first opened.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link, Outlet } from "@tanstack/react-router";
import { asError } from "@/api/http";
import { Door } from "@/pages/shared/Door";
import { t } from "@/text/en";
import { ErrorState, Loading } from "@/ui/Messages";
import { ProjectGate, ProjectShell } from "./ProjectLayout";
import { SignedIn } from "./SignedIn";

type Search = Record<string, string | undefined>;

/** Search parameters are plain words; anything else in an address is left out. */
function words(search: Record<string, unknown>): Search {
  return Object.fromEntries(Object.entries(search).flatMap(([name, value]) => (typeof value === "string" || typeof value === "number" ? [[name, String(value)]] : [])));
}

function NoPage() {
  return (
    <Door title={t.errors.noPage}>
      <p className="soft">{t.errors.noPageHint}</p>
      <p><Link to="/">{t.shell.allProjects}</Link></p>
    </Door>
  );
}

const root = createRootRoute({
  component: Outlet,
  validateSearch: words,
  notFoundComponent: NoPage,
  errorComponent: ({ error, reset }) => <ErrorState error={asError(error)} onRetry={reset} />,
  pendingComponent: () => <Loading what={t.things.page} />,
});

const signIn = createRoute({ getParentRoute: () => root, path: "/signin", component: lazyRouteComponent(() => import("@/pages/SignIn"), "SignInPage") });
const link = createRoute({ getParentRoute: () => root, path: "/link", component: lazyRouteComponent(() => import("@/pages/LinkPage"), "LinkPage") });
const signedIn = createRoute({ getParentRoute: () => root, id: "signedIn", component: SignedIn });
const projects = createRoute({ getParentRoute: () => signedIn, path: "/", component: lazyRouteComponent(() => import("@/pages/Projects"), "ProjectsPage") });
const account = createRoute({ getParentRoute: () => signedIn, path: "/account", component: lazyRouteComponent(() => import("@/pages/Account"), "AccountPage") });
const project = createRoute({ getParentRoute: () => signedIn, path: "/p/$slug", component: ProjectGate });
const shell = createRoute({ getParentRoute: () => project, id: "shell", component: ProjectShell });

const work = [
  createRoute({ getParentRoute: () => project, path: "/annotate", component: lazyRouteComponent(() => import("@/pages/annotate/AnnotatePage"), "AnnotatePage") }),
  createRoute({ getParentRoute: () => project, path: "/practice", component: lazyRouteComponent(() => import("@/pages/practice/PracticePage"), "PracticePage") }),
  createRoute({ getParentRoute: () => project, path: "/review", component: lazyRouteComponent(() => import("@/pages/review/ReviewPage"), "ReviewPage") }),
  createRoute({ getParentRoute: () => project, path: "/adjudicate", component: lazyRouteComponent(() => import("@/pages/adjudicate/AdjudicatePage"), "AdjudicatePage") }),
  createRoute({ getParentRoute: () => project, path: "/gold/$item", component: lazyRouteComponent(() => import("@/pages/gold/GoldEditPage"), "GoldEditPage") }),
];

const pages = [
  createRoute({ getParentRoute: () => shell, path: "/", component: lazyRouteComponent(() => import("@/pages/overview/OverviewPage"), "OverviewPage") }),
  createRoute({ getParentRoute: () => shell, path: "/items", component: lazyRouteComponent(() => import("@/pages/items/ItemsPage"), "ItemsPage") }),
  createRoute({ getParentRoute: () => shell, path: "/items/$item", component: lazyRouteComponent(() => import("@/pages/items/ItemPage"), "ItemPage") }),
  createRoute({ getParentRoute: () => shell, path: "/me", component: lazyRouteComponent(() => import("@/pages/me/MePage"), "MePage") }),
  createRoute({ getParentRoute: () => shell, path: "/people", component: lazyRouteComponent(() => import("@/pages/people/PeoplePage"), "PeoplePage") }),
  createRoute({ getParentRoute: () => shell, path: "/people/$user", component: lazyRouteComponent(() => import("@/pages/people/PersonPage"), "PersonPage") }),
  createRoute({ getParentRoute: () => shell, path: "/findings", component: lazyRouteComponent(() => import("@/pages/findings/FindingsPage"), "FindingsPage") }),
  createRoute({ getParentRoute: () => shell, path: "/doubts", component: lazyRouteComponent(() => import("@/pages/doubts/DoubtsPage"), "DoubtsPage") }),
  createRoute({ getParentRoute: () => shell, path: "/agreement", component: lazyRouteComponent(() => import("@/pages/agreement/PairsPage"), "PairsPage") }),
  createRoute({ getParentRoute: () => shell, path: "/classes/$labelClass", component: lazyRouteComponent(() => import("@/pages/classes/ClassPage"), "ClassPage") }),
  createRoute({ getParentRoute: () => shell, path: "/questions", component: lazyRouteComponent(() => import("@/pages/escalations/EscalationsPage"), "EscalationsPage") }),
  createRoute({ getParentRoute: () => shell, path: "/proposals/$proposal", component: lazyRouteComponent(() => import("@/pages/proposals/ProposalPage"), "ProposalPage") }),
  createRoute({ getParentRoute: () => shell, path: "/inbox", component: lazyRouteComponent(() => import("@/pages/inbox/InboxPage"), "InboxPage") }),
  createRoute({ getParentRoute: () => shell, path: "/gold", component: lazyRouteComponent(() => import("@/pages/gold/GoldPage"), "GoldPage") }),
  createRoute({ getParentRoute: () => shell, path: "/guideline", component: lazyRouteComponent(() => import("@/pages/guideline/GuidelinePage"), "GuidelinePage") }),
  createRoute({ getParentRoute: () => shell, path: "/schema", component: lazyRouteComponent(() => import("@/pages/schema/SchemaPage"), "SchemaPage") }),
  createRoute({ getParentRoute: () => shell, path: "/imports", component: lazyRouteComponent(() => import("@/pages/imports/ImportsPage"), "ImportsPage") }),
  createRoute({ getParentRoute: () => shell, path: "/batches", component: lazyRouteComponent(() => import("@/pages/batches/BatchesPage"), "BatchesPage") }),
  createRoute({ getParentRoute: () => shell, path: "/releases", component: lazyRouteComponent(() => import("@/pages/releases/ReleasesPage"), "ReleasesPage") }),
  createRoute({ getParentRoute: () => shell, path: "/releases/$release", component: lazyRouteComponent(() => import("@/pages/releases/ReleasePage"), "ReleasePage") }),
  createRoute({ getParentRoute: () => shell, path: "/models", component: lazyRouteComponent(() => import("@/pages/models/ModelsPage"), "ModelsPage") }),
  createRoute({ getParentRoute: () => shell, path: "/models/$model", component: lazyRouteComponent(() => import("@/pages/models/ModelPage"), "ModelPage") }),
  createRoute({ getParentRoute: () => shell, path: "/promotions", component: lazyRouteComponent(() => import("@/pages/promotions/PromotionsPage"), "PromotionsPage") }),
  createRoute({ getParentRoute: () => shell, path: "/promotions/$promotion", component: lazyRouteComponent(() => import("@/pages/promotions/PromotionPage"), "PromotionPage") }),
  createRoute({ getParentRoute: () => shell, path: "/costs", component: lazyRouteComponent(() => import("@/pages/costs/CostsPage"), "CostsPage") }),
  createRoute({ getParentRoute: () => shell, path: "/production", component: lazyRouteComponent(() => import("@/pages/production/ProductionPage"), "ProductionPage") }),
  createRoute({ getParentRoute: () => shell, path: "/drift", component: lazyRouteComponent(() => import("@/pages/drift/DriftPage"), "DriftPage") }),
  createRoute({ getParentRoute: () => shell, path: "/selection", component: lazyRouteComponent(() => import("@/pages/selection/SelectionPage"), "SelectionPage") }),
  createRoute({ getParentRoute: () => shell, path: "/policy-file", component: lazyRouteComponent(() => import("@/pages/policy/PolicyPage"), "PolicyPage") }),
  createRoute({ getParentRoute: () => shell, path: "/readiness", component: lazyRouteComponent(() => import("@/pages/readiness/ReadinessPage"), "ReadinessPage") }),
  createRoute({ getParentRoute: () => shell, path: "/audit", component: lazyRouteComponent(() => import("@/pages/audit/AuditPage"), "AuditPage") }),
  createRoute({ getParentRoute: () => shell, path: "/settings", component: lazyRouteComponent(() => import("@/pages/settings/SettingsPage"), "SettingsPage") }),
];

const tree = root.addChildren([signIn, link, signedIn.addChildren([projects, account, project.addChildren([...work, shell.addChildren(pages)])])]);

export function makeRouter() {
  return createRouter({ routeTree: tree, defaultPreload: "intent", defaultPendingMs: 250, scrollRestoration: true });
}
