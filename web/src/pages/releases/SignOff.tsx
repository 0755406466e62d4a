// Past signatures, and the box for one's own; or why one may not sign.
import { useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/calls";
import type { Release } from "@/api/types";
import { useProject } from "@/app/project";
import { rolesSentence, useSession } from "@/app/session";
import { t } from "@/text/en";
import { PastSignature, SignatureBox } from "@/ui/SignatureBox";
import { useAct } from "../shared/useForm";

export function SignOff({ release }: { release: Release }) {
  const { slug, project } = useProject();
  const { user } = useSession();
  const client = useQueryClient();
  const meaning = t.release.meaningText(release.name);
  const store = async (next: Promise<Release>): Promise<void> => {
    client.setQueryData(["release", slug, release.id], await next);
    await client.invalidateQueries({ queryKey: ["releases", slug] });
  };
  const sign = useAct((password: string) => store(api.signRelease(slug, release.id, password, meaning)));
  const refuse = useAct((reason: string) => store(api.refuseRelease(slug, release.id, reason)));
  const missing = release.signatures_needed - release.signatures.length;
  return (
    <ul>
      {release.refusal !== null && <li className="soft">{t.release.refused(release.refusal)}</li>}
      {release.signatures.map((signature) => <PastSignature key={signature.user.id + signature.at} signature={signature} />)}
      {release.may_sign ? (
        <SignatureBox name={user.name} role={rolesSentence(project.roles)} meaning={meaning} what={release.name} busy={sign.busy || refuse.busy} error={sign.error ?? refuse.error} onSign={(password) => void sign.run(password)} onRefuse={(reason) => void refuse.run(reason)} />
      ) : (
        release.state !== "signed" && release.state !== "refused" && <li className="soft">{release.why_not ?? t.release.missing(missing)}</li>
      )}
      {release.signatures.length === 0 && !release.may_sign && release.state !== "blocked" && release.why_not === null && <li className="grey">{t.release.noSignature}</li>}
    </ul>
  );
}
