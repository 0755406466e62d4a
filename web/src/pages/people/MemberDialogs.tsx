// Invite somebody, or change what a member may do.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import type { Link, Member, Role, RoleList } from "@/api/types";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Checkbox, Form, FormActions, FormRow, TextInput } from "@/ui/Fields";
import { ErrorLine, Notice } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import { LinkBox } from "./LinkBox";
import { ROLES } from "./inviteList";
import css from "./Person.module.css";

/** At most one of each, as the API bounds the list. */
function bounded(roles: readonly Role[]): RoleList {
  return [...new Set(roles)] as RoleList;
}

export function InviteDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [login, setLogin] = useState("");
  const [roles, setRoles] = useState<readonly Role[]>(["annotator"]);
  const [link, setLink] = useState<Link | null>(null);
  // Somebody who already has an account needs no link.
  const [added, setAdded] = useState(false);
  const invite = useAct(async () => {
    const made = await api.invite(slug, { name: name.trim(), login: login.trim(), roles: bounded(roles) });
    setLink(made.link);
    setAdded(made.link === null);
    await client.invalidateQueries({ queryKey: ["members", slug] });
  });
  const close = (): void => {
    setLink(null);
    setAdded(false);
    setName("");
    setLogin("");
    setRoles(["annotator"]);
    invite.clear();
    onClose();
  };
  return (
    <Dialog title={link === null ? t.people.inviteTitle : t.people.invited(name)} opened={opened} onClose={close}>
      {link !== null && <LinkBox link={link} />}
      {added && <Notice tone="ok">{t.people.added(name)}</Notice>}
      {link === null && !added && (
        <Form onSubmit={() => void invite.run()}>
          <FormRow>
            <TextInput label={t.people.name} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={128} data-autofocus />
            <TextInput label={t.session.login} value={login} onChange={(event) => setLogin(event.currentTarget.value)} maxLength={256} autoComplete="off" />
          </FormRow>
          <RoleChecks roles={roles} onChange={setRoles} />
          <ErrorLine error={invite.error} />
          <FormActions>
            <Button type="submit" kind="primary" busy={invite.busy} disabled={name.trim() === "" || login.trim() === "" || roles.length === 0}>{t.people.makeLink}</Button>
            <Button kind="quiet" onClick={close}>{t.actions.back}</Button>
          </FormActions>
        </Form>
      )}
    </Dialog>
  );
}

export function RolesDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const { slug } = useProject();
  const client = useQueryClient();
  const [roles, setRoles] = useState<readonly Role[]>(member.roles);
  const save = useAct(async () => {
    await api.setRoles(slug, member.user.id, bounded(roles));
    await client.invalidateQueries({ queryKey: ["members", slug] });
    onClose();
  });
  return (
    <Dialog title={t.people.rolesOf(member.user.name)} opened onClose={onClose}>
      <Form onSubmit={() => void save.run()}>
        <RoleChecks roles={roles} onChange={setRoles} />
        <ErrorLine error={save.error} />
        <FormActions>
          <Button type="submit" kind="primary" busy={save.busy} disabled={roles.length === 0}>{t.actions.save}</Button>
          <Button kind="quiet" onClick={onClose}>{t.actions.back}</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}

function RoleChecks({ roles, onChange }: { roles: readonly Role[]; onChange: (roles: readonly Role[]) => void }) {
  return (
    <fieldset className={css.checks} style={{ border: 0, padding: 0, margin: 0 }}>
      <legend className="visually-hidden">{t.people.rolesLegend}</legend>
      {ROLES.map((role) => (
        <Checkbox key={role} label={t.roles[role]} description={t.roleText[role]} checked={roles.includes(role)} onChange={(event) => onChange(event.currentTarget.checked ? [...roles, role] : roles.filter((each) => each !== role))} />
      ))}
    </fieldset>
  );
}
