// The start of a work page's top bar: back to the project, and what is on the table.
import { Link } from "@tanstack/react-router";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { Logo } from "@/ui/Icon";
import css from "./Work.module.css";

export function WorkTop({ title, text }: { title?: string; text?: React.ReactNode }) {
  const { slug, project, may } = useProject();
  const home = may("lead", "reviewer", "expert", "approver", "auditor", "admin") ? `/p/${slug}` : `/p/${slug}/me`;
  return (
    <div className={css.crumbs}>
      <Link to={home} aria-label={t.work.backTo(project.name)}><Logo /> <span>{project.name}</span></Link>
      <h1 className={title === undefined ? "visually-hidden" : css.title}>{title ?? t.nav.annotate}</h1>
      {text !== undefined && <span className="grey">{text}</span>}
    </div>
  );
}

export function TopDivider() {
  return <span className={css.divider} aria-hidden="true" />;
}
