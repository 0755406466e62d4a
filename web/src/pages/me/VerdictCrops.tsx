// The marks of one gold verdict as pictures: errors first.
import type { GoldVerdict } from "@/api/types";
import type { ClassBook } from "@/app/project";
import { t } from "@/text/en";
import { CropCard, CropRow } from "@/ui/CropCard";
import { verdictCrop } from "../shared/crops";

export function VerdictCrops({ verdict, book, errorsOnly = false }: { verdict: GoldVerdict; book: ClassBook; errorsOnly?: boolean }) {
  const marks = [...verdict.marks].sort((a, b) => Number(a.kind === "right") - Number(b.kind === "right")).filter((mark) => !errorsOnly || mark.kind !== "right");
  const right = verdict.marks.filter((mark) => mark.kind === "right").length;
  if (marks.length === 0) return <p className="grey">{t.crops.allRight}</p>;
  return (
    <>
    <CropRow>
      {marks.map((mark, at) => {
        const crop = verdictCrop(verdict, mark, book);
        const name = book.name(mark.gold?.label_class ?? mark.answer?.label_class ?? "");
        return crop === null ? null : <CropCard key={at} crop={crop} label={`${t.kinds[mark.kind]}: ${name}`} caption={t.kinds[mark.kind]} meta={mark.gold?.clauses?.join(", ") ?? name} />;
      })}
    </CropRow>
      {errorsOnly && right > 0 && <p className="grey">{t.crops.othersRight(right)}</p>}
    </>
  );
}
