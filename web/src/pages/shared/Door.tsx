// The frame of the pages before and beside projects: signing in, using a link, one's own account.
import { Logo } from "@/ui/Icon";
import { t } from "@/text/en";
import css from "./Door.module.css";

export function Door({ title, text, children }: { title: string; text?: React.ReactNode; children: React.ReactNode }) {
  return (
    <main className={css.door}>
      <div className={css.box}>
        <p className={css.brand}><Logo /> {t.app.name}</p>
        <h1>{title}</h1>
        {text !== undefined && <p className="soft">{text}</p>}
        <div className={css.body}>{children}</div>
      </div>
    </main>
  );
}
