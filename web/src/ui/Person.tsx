// People as they appear everywhere: initials, name, and "simulated" wherever it is so.
import { t } from "@/text/en";
import css from "./Person.module.css";
import { Tag } from "./State";

export interface PersonValue {
  readonly id: string;
  readonly name: string;
  readonly simulated: boolean;
}

export function initialsOf(name: string): string {
  const words = name.split(/\s+/u).filter((word) => /\p{L}/u.test(word) && !word.endsWith("."));
  const first = words[0] ?? name;
  const last = words.length > 1 ? (words.at(-1) ?? "") : "";
  return ([...first][0] ?? "?").toUpperCase() + ([...last][0] ?? "").toUpperCase();
}

export function Initials({ name }: { name: string }) {
  return (
    <span className={css.initials} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}

/** Initials, name and a second line: "simulated", or what is given. */
export function Person({ person, second, compact = false }: { person: PersonValue; second?: React.ReactNode; compact?: boolean }) {
  const under = second ?? (person.simulated ? t.people.simulated : undefined);
  if (compact) {
    return (
      <span className={css.compact}>
        <Initials name={person.name} />
        <span>{person.name}</span>
        {person.simulated && <SimulatedTag />}
      </span>
    );
  }
  return (
    <span className={css.person}>
      <Initials name={person.name} />
      <span className={css.words}>
        <span className={css.name}>{person.name}</span>
        {under !== undefined && <span className={css.second}>{person.simulated && second !== undefined ? <>{under} · {t.people.simulated}</> : under}</span>}
      </span>
    </span>
  );
}

export function SimulatedTag() {
  return <Tag tone="dashed">{t.people.simulated}</Tag>;
}
