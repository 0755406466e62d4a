// The frame of every page but the work pages: side bar 200 (a rail of 52 on narrow windows), top bar 48, content.
import css from "./Shell.module.css";
import type { IconName } from "./Icon";
import { Icon, Logo } from "./Icon";
import { Initials } from "./Person";
import { SimulatedTag } from "./Person";
import { t } from "@/text/en";

export interface NavEntry {
  readonly to: string;
  readonly label: string;
  readonly icon: IconName;
  readonly note?: string | undefined;
  readonly active: boolean;
}

export interface NavGroup {
  readonly title: string | null;
  readonly entries: readonly NavEntry[];
}

interface ShellProps {
  readonly groups: readonly NavGroup[];
  /** Renders a link; the router's own component comes from outside. */
  readonly link: (props: { to: string; className: string; children: React.ReactNode; current: boolean }) => React.ReactNode;
  readonly project: React.ReactNode;
  readonly user: { readonly name: string; readonly role: string; readonly simulated: boolean };
  readonly userMenu: (face: React.ReactNode) => React.ReactNode;
  readonly top: React.ReactNode;
  readonly topEnd?: React.ReactNode;
  readonly children: React.ReactNode;
}

export function Shell({ groups, link, project, user, userMenu, top, topEnd, children }: ShellProps) {
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#content">{t.shell.skip}</a>
      <nav className={css.side} aria-label={t.shell.navigation}>
        {link({ to: "/", className: css.brand ?? "", current: false, children: <><Logo /> <span className={css.label}>{t.app.name}</span></> })}
        {project}
        <div className={css.places}>
        {groups.map((group) => (
          <div key={group.title ?? ""} className={css.group}>
            {group.title !== null && <h2 className={css.groupTitle}>{group.title}</h2>}
            <ul>
              {group.entries.map((entry) => (
                <li key={entry.to} title={entry.label}>
                  {link({
                    to: entry.to,
                    current: entry.active,
                    className: `${css.entry ?? ""} ${entry.active ? (css.active ?? "") : ""}`,
                    children: (
                      <>
                        <Icon name={entry.icon} />
                        <span className={css.label}>{entry.label}</span>
                        {entry.note !== undefined && <span className={css.note}>{entry.note}</span>}
                      </>
                    ),
                  })}
                </li>
              ))}
            </ul>
          </div>
        ))}
        </div>
        <div className={css.user}>
          {userMenu(
            <>
              <Initials name={user.name} />
              <span className={css.userWords}>
                <span className={css.userName}>{user.name}</span>
                <span className={css.userRole}>{user.role}{user.simulated && <> · {t.people.simulated}</>}</span>
              </span>
            </>,
          )}
        </div>
      </nav>
      <div className={css.main}>
        <header className={css.top}>
          <div className={css.topStart}>{top}</div>
          <div className={css.topEnd}>{topEnd}</div>
        </header>
        <main id="content" className={css.content} tabIndex={-1}>{children}</main>
      </div>
    </div>
  );
}

/** "People › Elif Kaya" or "Overview · what this page is about". */
export function TopTitle({ crumbs = [], title, simulated = false, text }: { crumbs?: readonly React.ReactNode[]; title: React.ReactNode; simulated?: boolean; text?: React.ReactNode }) {
  return (
    <div className={css.topTitle}>
      {crumbs.map((crumb, at) => <span key={at} className={css.crumb}>{crumb} <Icon name="right" size={12} /></span>)}
      <b>{title}</b>
      {simulated && <SimulatedTag />}
      {text !== undefined && <span className={css.topText}>{text}</span>}
    </div>
  );
}
