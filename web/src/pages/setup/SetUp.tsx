// The steps from an empty project to a signed release: what is done, what each still wants, and the one to take now.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "@/api/calls";
import { useProject } from "@/app/project";
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import { buttonClass } from "@/ui/Button";
import { Card, PageHead } from "@/ui/Card";
import { StateShape } from "@/ui/State";
import css from "./SetUp.module.css";

interface Step {
  readonly id: keyof typeof t.setUp.steps & string;
  readonly to: string;
  /** What there is; null while the step is not done. */
  readonly has: string | null;
}

export function SetUp() {
  const { slug, project } = useProject();
  const policy = useQuery({ queryKey: ["policy", slug], queryFn: () => api.policy(slug) });
  const members = useQuery({ queryKey: ["members", slug], queryFn: () => api.members(slug, { limit: 200 }) });
  const batches = useQuery({ queryKey: ["batches", slug], queryFn: () => api.batches(slug, { limit: 200 }) });
  const people = members.data?.rows.filter((each) => each.roles.includes("annotator")).length ?? 0;
  const open = batches.data?.rows.length ?? 0;
  const steps: Step[] = [
    { id: "images", to: "imports", has: project.n_items > 0 ? t.setUp.state.images(count(project.n_items)) : null },
    { id: "classes", to: "schema", has: project.schema_version === null ? null : t.setUp.state.classes(project.schema_version) },
    { id: "guideline", to: "guideline", has: project.guideline_version === null ? null : t.setUp.state.guideline(project.guideline_version) },
    { id: "policy", to: "settings", has: (policy.data?.version ?? 0) > 1 ? t.setUp.state.policy(t.presets.names[policy.data?.preset ?? ""] ?? "") : null },
    { id: "people", to: "people", has: people > 0 ? t.setUp.state.people(people) : null },
    { id: "batch", to: "batches", has: open > 0 ? t.setUp.state.batch(open) : null },
    { id: "release", to: "releases", has: null },
  ];
  const next = steps.find((step) => step.has === null);
  return (
    <>
      <PageHead title={t.setUp.title} text={`${t.setUp.text} ${t.setUp.keepGoing(steps.filter((step) => step.has !== null).length)}.`} />
      <Card>
        <ol className={css.steps}>
          {steps.map((step, at) => {
            const [name, text] = t.setUp.steps[step.id] ?? [step.id, ""];
            return (
              <li key={step.id} className={css.step}>
                {step.has === null ? <StateShape state="none" /> : <StateShape state="ok" />}
                <span className={css.words}><b>{String(at + 1)}. {name}</b><span className="soft">{text}</span></span>
                <span className="grey">{step.has ?? ""}</span>
                <Link className={buttonClass(step === next ? "primary" : "secondary", true)} to={`/p/${slug}/${step.to}`} aria-label={`${t.setUp.go}: ${name}`}>{t.setUp.go}</Link>
              </li>
            );
          })}
        </ol>
      </Card>
    </>
  );
}
