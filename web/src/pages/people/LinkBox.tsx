// A single-use link to hand to somebody: shown once, with its end.
import type { Link } from "@/api/types";
import { moment } from "@/format/times";
import { t } from "@/text/en";
import { CodeBlock } from "@/ui/Code";
import css from "./Person.module.css";

export function LinkBox({ link }: { link: Link }) {
  return (
    <div className={css.linkBox}>
      <p className="soft">{t.people.linkText(moment(link.expires_at, new Date()))}</p>
      <CodeBlock copy={link.url}>{link.url}</CodeBlock>
    </div>
  );
}
