// How far a version has come, as a tag: production is the one that counts, a candidate is the new one.
import type { Model } from "@/api/types";
import type { StateName, TagTone } from "@/ui/State";

export const STANDING_TONES: Record<Model["standing"], { tone: TagTone; state?: StateName }> = {
  in_use: { tone: "ok", state: "ok" },
  candidate: { tone: "accent" },
  was_in_use: { tone: "neutral" },
  refused: { tone: "warn" },
  evaluated: { tone: "neutral" },
  registered: { tone: "dashed" },
};
