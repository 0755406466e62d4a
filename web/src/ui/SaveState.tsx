// Is my work safe: saved count, pending count, or the words that say where it is kept. Always visible.
import { t } from "@/text/en";
import css from "./SaveState.module.css";

export interface SaveStateProps {
  readonly saved: number;
  readonly pending: number;
  readonly link: "online" | "offline" | "login";
  readonly shelfFailed?: boolean;
}

export function SaveState({ saved, pending, link, shelfFailed = false }: SaveStateProps) {
  return (
    <span className={css.state} role="status" aria-live="polite">
      {shelfFailed ? (
        <span className={css.stop}>{t.save.shelfFailed}</span>
      ) : (
        <>
          <span className={css.dot} aria-hidden="true" /> {t.save.saved(saved)}
          {pending > 0 && link === "online" && (
            <>
              <span aria-hidden="true">·</span> <span className={css.ring} aria-hidden="true" /> {t.save.pending(pending)}
            </>
          )}
          {link === "offline" && <span className={css.warn}>{t.save.offline(pending)}</span>}
          {link === "login" && <span className={css.warn}>{t.save.login}</span>}
        </>
      )}
    </span>
  );
}
