// A signature: what it means in quotation marks, what it is bound to, the password again, or a refusal with its reason.
import { useState } from "react";
import { signedAt } from "@/format/times";
import { t } from "@/text/en";
import { Button } from "./Button";
import { Form, PasswordInput, Textarea } from "./Fields";
import type { ErrorValue } from "./Messages";
import { ErrorLine } from "./Messages";
import type { PersonValue } from "./Person";
import { SimulatedTag } from "./Person";
import css from "./SignatureBox.module.css";
import { StateShape } from "./State";

export interface SignatureValue {
  readonly user: PersonValue;
  readonly role: string;
  readonly meaning: string;
  readonly at: string;
}

export function PastSignature({ signature }: { signature: SignatureValue }) {
  return (
    <li className={css.signature}>
      <StateShape state="ok" />
      <div>
        <p className={css.line}>
          <span><b>{signature.user.name}</b> {signature.user.simulated && <SimulatedTag />} <span className="grey">{signature.role}</span></span>
          <time dateTime={signature.at}>{signedAt(signature.at)}</time>
        </p>
        <p className={css.meaning}>{t.release.quoted(signature.meaning)}</p>
      </div>
    </li>
  );
}

interface BoxProps {
  readonly name: string;
  readonly role: string;
  readonly meaning: string;
  readonly what: string;
  /** Words on the button; "Sign …" when left out. */
  readonly act?: string;
  readonly busy: boolean;
  readonly error: ErrorValue | null;
  readonly onSign: (password: string) => void;
  readonly onRefuse: (reason: string) => void;
}

export function SignatureBox({ name, role, meaning, what, act = t.release.sign(what), busy, error, onSign, onRefuse }: BoxProps) {
  const [password, setPassword] = useState("");
  const [refusing, setRefusing] = useState(false);
  const [reason, setReason] = useState("");
  return (
    <li className={css.signature}>
      <StateShape state="waiting" />
      <div>
        <p className={css.line}><span>{t.release.you(name)} <span className="grey">{role}</span></span></p>
        <p className={css.meaning}>{t.release.meaning(meaning)}</p>
        {refusing ? (
          <Form onSubmit={() => onRefuse(reason)}>
            <Textarea label={t.release.refuseWhy} value={reason} onChange={(event) => setReason(event.currentTarget.value)} autosize minRows={2} data-autofocus />
            <div className={css.row}>
              <Button type="submit" kind="danger" busy={busy} disabled={reason.trim() === ""}>{t.release.refuse(what)}</Button>
              <Button kind="quiet" onClick={() => setRefusing(false)}>{t.actions.back}</Button>
            </div>
          </Form>
        ) : (
          <Form onSubmit={() => onSign(password)}>
            <div className={css.row}>
              <PasswordInput className={css.password ?? ""} aria-label={t.release.passwordAgain} placeholder={t.release.passwordAgain} autoComplete="current-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
              <Button type="submit" kind="primary" busy={busy} disabled={password === ""}>{act}</Button>
            </div>
            <div><Button kind="quiet" small onClick={() => setRefusing(true)}>{t.release.refuseWithReason}</Button></div>
          </Form>
        )}
        <ErrorLine error={error} />
      </div>
    </li>
  );
}
