// Policies to begin from, in words; choosing one fills in the fields and changes nothing until it is saved.
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/calls";
import type { Policy } from "@/api/types";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { Card } from "@/ui/Card";
import css from "./Settings.module.css";

export function PresetPicker({ saved, draft, onChoose }: { saved: Policy; draft: Policy; onChoose: (policy: Policy) => void }) {
  const { slug } = useProject();
  const presets = useQuery({ queryKey: ["presets", slug], queryFn: () => api.presets(slug), staleTime: Infinity });
  const rows = presets.data?.rows ?? [];
  if (rows.length === 0) return null;
  return (
    <Card title={t.presets.title} note={t.presets.text}>
      <div className={css.presets} role="group" aria-label={t.presets.title}>
        {rows.map((preset) => {
          const chosen = draft.preset === preset.preset;
          return (
            <button key={preset.preset} type="button" aria-pressed={chosen} className={`${css.preset ?? ""} ${chosen ? (css.chosen ?? "") : ""}`} onClick={() => onChoose({ ...preset, version: saved.version })}>
              <b>{t.presets.names[preset.preset] ?? preset.preset}</b>
              <span>{t.presets.words[preset.preset] ?? ""}</span>
              <span className="grey">{chosen ? (saved.preset === preset.preset ? t.presets.inUse : t.presets.chosen) : ""}</span>
            </button>
          );
        })}
      </div>
    </Card>
  );
}
