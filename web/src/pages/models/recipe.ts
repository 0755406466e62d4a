// The recipe of a training as a form holds it: what was typed, and the settings it stands for.
import type { Trainer } from "@/api/types";

export type Typed = Readonly<Record<string, string | number | boolean>>;

/** The settings that are sent: what is left empty or stands at its default is left out; null names what is no JSON object. */
export function configOf(trainer: Trainer, typed: Typed): { config: Record<string, unknown>; bad: string | null } {
  const config: Record<string, unknown> = {};
  const every = trainer.added ? [{ name: "", kind: "json" as const, default: null }] : trainer.settings;
  for (const setting of every) {
    const value = typed[setting.name];
    if (value === undefined || value === "" || value === setting.default) continue;
    if (setting.kind !== "json") {
      config[setting.name] = value;
      continue;
    }
    const parsed = jsonObject(String(value));
    if (parsed === null) return { config: {}, bad: setting.name };
    if (setting.name === "") Object.assign(config, parsed);
    else config[setting.name] = parsed;
  }
  return { config, bad: null };
}

/** An object from text; null when the text is none. */
export function jsonObject(text: string): Record<string, unknown> | null {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Names that a model may have. */
export function isName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name);
}
