// Several people at once: pasted rows or a CSV file, checked line by line, then one link each to hand over.
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { RoleList } from "@/api/types";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form, FormActions, Textarea } from "@/ui/Fields";
import { ProgressBar } from "@/ui/Messages";
import { csvCell, parsePeople } from "./inviteList";
import type { Invited } from "./inviteList";
import css from "./Person.module.css";

interface Made {
  readonly person: Invited;
  /** The link, or what became of the line instead. */
  readonly link: string | null;
  readonly what: string | null;
}

export function InviteMany({ onClose }: { onClose: () => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<readonly Made[]>([]);
  const file = useRef<HTMLInputElement>(null);
  const { people, problems } = parsePeople(text);
  const inviteAll = async (): Promise<void> => {
    setBusy(true);
    const done: Made[] = [];
    for (const person of people) {
      try {
        const { link } = await api.invite(slug, { name: person.name, login: person.login, roles: [...person.roles] as RoleList });
        done.push({ person, link: link?.url ?? null, what: link === null ? t.inviteMany.member : null });
      } catch (cause) {
        done.push({ person, link: null, what: asError(cause).message });
      }
      setMade([...done]);
    }
    await client.invalidateQueries({ queryKey: ["members", slug] });
    setBusy(false);
  };
  const finished = made.length > 0 && !busy;
  return (
    <Dialog title={finished ? t.inviteMany.done(made.filter((each) => each.link !== null).length) : t.inviteMany.title} opened onClose={onClose} size={720}>
      {finished ? <Links made={made} onClose={onClose} /> : (
        <Form onSubmit={() => void inviteAll()}>
          <Textarea label={t.inviteMany.label} description={t.inviteMany.hint} placeholder={t.inviteMany.example} value={text} onChange={(event) => setText(event.currentTarget.value)} autosize minRows={6} maxRows={16} data-autofocus />
          {problems.map((each) => <p key={each.line} className={css.problem} role="alert">{t.inviteMany.line(each.line, each.what)}</p>)}
          {busy && <ProgressBar label={t.inviteMany.working(made.length, people.length)} parts={[{ share: made.length / Math.max(1, people.length), tone: "accent" }]} />}
          <FormActions>
            <Button type="submit" kind="primary" busy={busy} disabled={people.length === 0 || problems.length > 0}>{t.inviteMany.check(people.length)}</Button>
            <input ref={file} type="file" accept=".csv,text/csv,text/plain" hidden aria-label={t.inviteMany.file} onChange={(event) => { void event.currentTarget.files?.[0]?.text().then(setText); event.currentTarget.value = ""; }} />
            <Button onClick={() => file.current?.click()}>{t.inviteMany.file}</Button>
            <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
          </FormActions>
        </Form>
      )}
    </Dialog>
  );
}

function Links({ made, onClose }: { made: readonly Made[]; onClose: () => void }) {
  const csv = ["name,login,link", ...made.map((each) => [each.person.name, each.person.login, each.link ?? each.what ?? ""].map(csvCell).join(","))].join("\r\n");
  const download = (): void => {
    const url = URL.createObjectURL(new Blob([csv], { type: "text/csv;charset=utf-8" }));
    const anchor = document.createElement("a");
    anchor.href = url;
    anchor.download = "links.csv";
    anchor.click();
    URL.revokeObjectURL(url);
  };
  return (
    <>
      <p className="soft">{t.inviteMany.doneText}</p>
      <ul className={css.made}>
        {made.map((each) => <li key={each.person.login}><b>{each.person.name}</b> {each.link === null ? <span className="grey">{each.what}</span> : <code>{each.link}</code>}</li>)}
      </ul>
      <FormActions>
        <Button kind="primary" onClick={download}>{t.inviteMany.download}</Button>
        <Button kind="quiet" onClick={onClose}>{t.actions.close}</Button>
      </FormActions>
    </>
  );
}
