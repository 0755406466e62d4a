// Recomputes the whole log, part by part, and says whether every event is as it was sealed.
import { useRef, useState } from "react";
import { api } from "@/api/calls";
import type { AuditChecked } from "@/api/types";
import { useProject } from "@/app/project";
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";
import { ErrorLine, Notice, ProgressBar } from "@/ui/Messages";
import { useAct } from "../shared/useForm";
import css from "./Audit.module.css";

export function ChainCheck() {
  const { slug } = useProject();
  const [found, setFound] = useState<AuditChecked | null>(null);
  const stopped = useRef(false);
  const check = useAct(async () => {
    stopped.current = false;
    let state: AuditChecked = await api.checkAudit(slug, { size: 0, peaks: [] });
    setFound(state);
    while (!state.ended && !stopped.current) {
      state = await api.checkAudit(slug, { size: state.size, peaks: state.peaks });
      setFound(state);
    }
  });
  return (
    <div className={css.check}>
      {!check.busy && <Button onClick={() => void check.run()}>{t.auditLog.check}</Button>}
      {check.busy && <Button onClick={() => { stopped.current = true; }}>{t.auditLog.stop}</Button>}
      <ErrorLine error={check.error} />
      {found !== null && !found.ended && <div className={css.progress}><ProgressBar parts={[{ share: found.size / Math.max(1, found.of), tone: "accent" }]} label={t.auditLog.checking(count(found.size), count(found.of))} /><span className="grey">{t.auditLog.checking(count(found.size), count(found.of))}</span></div>}
      {found?.ended === true && (found.damaged === null ? <Notice tone="ok">{t.auditLog.sound(count(found.size))}</Notice> : <Notice tone="stop">{t.auditLog.damaged(count(found.damaged))}</Notice>)}
    </div>
  );
}
