// One square per image, in the order they came: answers so far, dispute, back in review, settled. A click opens the image.
import { count } from "@/format/numbers";
import { t } from "@/text/en";
import css from "./ItemsStrip.module.css";
import { useWidth } from "./useWidth";

/** One character an image: "0".."9" answers, "d" disputed, "r" in review, "s" settled. */
export function ItemsStrip({ strip, wanted, total, onOpen }: { strip: string; wanted: number; total: number; onOpen?: (at: number) => void }) {
  const [box, width] = useWidth<HTMLDivElement>(1100);
  const { rows, pitch } = layoutFor(strip.length, width);
  const columns = Math.ceil(strip.length / rows);
  const paths = new Map<string, string>();
  [...strip].forEach((state, at) => {
    const name = styleOf(state, wanted);
    paths.set(name, (paths.get(name) ?? "") + square(Math.floor(at / rows) * pitch, (at % rows) * pitch, pitch - Math.max(1, pitch * 0.18)));
  });
  return (
    <div ref={box} className={css.strip}>
      <svg width={Math.min(width, columns * pitch)} height={rows * pitch} role="img" aria-label={t.strip.label(describe(strip, wanted))}
        onClick={(event) => {
          const frame = event.currentTarget.getBoundingClientRect();
          const at = Math.floor((event.clientX - frame.left) / pitch) * rows + Math.floor((event.clientY - frame.top) / pitch);
          if (at >= 0 && at < strip.length) onOpen?.(at);
        }}>
        {[...paths].map(([name, path]) => <path key={name} className={css[name]} d={path} />)}
      </svg>
      {total > strip.length && <p className={css.note}>{t.strip.sampled(count(strip.length), count(total))}</p>}
    </div>
  );
}

export function StripLegend({ wanted }: { wanted: number }) {
  const steps = Array.from({ length: wanted + 1 }, (_, at) => at);
  return (
    <ul className={css.legend}>
      {steps.map((at) => (
        <li key={at}><Key name={styleOf(String(at), wanted)} /> {at === wanted ? t.strip.answers(at) : at}</li>
      ))}
      <li><Key name="disputed" /> {t.strip.disputed}</li>
      <li><Key name="review" /> {t.strip.review}</li>
    </ul>
  );
}

function Key({ name }: { name: string }) {
  return (
    <svg width="10" height="10" aria-hidden="true">
      <path className={css[name]} d={square(0, 0, 10)} />
    </svg>
  );
}

/** As few rows of squares as fit the width; the squares shrink before a fourth row starts. */
export function layoutFor(n: number, width: number): { rows: number; pitch: number } {
  for (const rows of [1, 2, 3]) {
    const pitch = Math.min(12, width / Math.max(1, Math.ceil(n / rows)));
    if (pitch >= 9) return { rows, pitch };
  }
  for (let rows = 4; rows <= 40; rows += 1) {
    const pitch = Math.min(9, width / Math.ceil(n / rows));
    if (pitch >= 6.5) return { rows, pitch };
  }
  return { rows: 40, pitch: Math.max(2, width / Math.ceil(n / 40)) };
}

function styleOf(state: string, wanted: number): string {
  if (state === "d") return "disputed";
  if (state === "r") return "review";
  if (state === "s") return "full";
  const share = Number(state) / Math.max(1, wanted);
  if (!(share > 0)) return "empty";
  if (share >= 1) return "full";
  return share <= 0.4 ? "few" : "some";
}

function describe(strip: string, wanted: number): { full: number; disputed: number; review: number; open: number } {
  const names = [...strip].map((state) => styleOf(state, wanted));
  const of = (name: string): number => names.filter((each) => each === name).length;
  return { full: of("full"), disputed: of("disputed"), review: of("review"), open: of("empty") + of("few") + of("some") };
}

function square(x: number, y: number, side: number): string {
  const r = Math.min(1.8, side / 4);
  const s = side - 2 * r;
  const f = (value: number): string => value.toFixed(2);
  return `M${f(x + r)} ${f(y)}h${f(s)}a${f(r)} ${f(r)} 0 0 1 ${f(r)} ${f(r)}v${f(s)}a${f(r)} ${f(r)} 0 0 1 ${f(-r)} ${f(r)}h${f(-s)}a${f(r)} ${f(r)} 0 0 1 ${f(-r)} ${f(-r)}v${f(-s)}a${f(r)} ${f(r)} 0 0 1 ${f(r)} ${f(-r)}z`;
}
