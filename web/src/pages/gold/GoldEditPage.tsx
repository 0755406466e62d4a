// An expert draws and signs the answer of one image, and names the clauses that each mark tests.
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import { asError } from "@/api/http";
import type { GoldMark, Guideline, ItemWhy, LabelClass, MarkIn } from "@/api/types";
import { classBook, useGuideline, useProject, useSchema } from "@/app/project";
import { t } from "@/text/en";
import { Button, KeyLine } from "@/ui/Button";
import { Checkbox, Form, TextInput } from "@/ui/Fields";
import { ErrorLine, ErrorState, Loading } from "@/ui/Messages";
import { PanelPart, WorkFrame } from "@/ui/WorkFrame";
import { annotateKeys, classActions, keyLine, Tools } from "../annotate/AnnotateDesk";
import { useAct } from "../shared/useForm";
import { CanvasHost } from "../work/CanvasHost";
import { ClassBar } from "../work/ClassBar";
import { HelpDialog } from "../work/HelpDialog";
import { toMarks, toShapes } from "../work/marks";
import { ObjectsList } from "../work/ObjectsList";
import { Readout } from "../work/Readout";
import { useEngine, usePicture, useSnapshot } from "../work/useEngine";
import { useWorkKeys } from "../work/useWorkKeys";
import { WorkTop } from "../work/WorkTop";
import css from "./Gold.module.css";

const SCOPES = ["task", "app"] as const;

export function GoldEditPage() {
  const { slug } = useProject();
  const { item: id } = useParams({ strict: false });
  const why = useQuery({ queryKey: ["why", slug, id], queryFn: () => api.itemWhy(slug, id ?? ""), staleTime: Infinity });
  const schema = useSchema();
  const guideline = useGuideline();
  if (why.isPending || schema.isPending) return <Loading what={t.things.item} />;
  if (why.isError) return <ErrorState error={asError(why.error)} onRetry={() => void why.refetch()} />;
  if (schema.isError) return <ErrorState error={asError(schema.error)} />;
  return <Desk why={why.data} classes={schema.data.classes} guideline={guideline.data} />;
}

/** The gold there is, else the consensus, as a start to draw from. */
function startOf({ gold, consensus }: ItemWhy): { marks: MarkIn[]; clauses: Map<string, readonly string[]> } {
  const source = gold?.marks.map((mark) => ({ ...mark })) ?? consensus?.marks.map((mark) => ({ label_class: mark.label_class, bbox: mark.bbox, clauses: [] as string[] })) ?? [];
  const marks = source.map((mark): MarkIn => ({ client_id: crypto.randomUUID(), label_class: mark.label_class, shape: "bbox", bbox: mark.bbox }));
  return { marks, clauses: new Map(marks.map((mark, at) => [mark.client_id, source[at]?.clauses ?? []])) };
}

function Desk({ why, classes, guideline }: { why: ItemWhy; classes: readonly LabelClass[]; guideline: Guideline | undefined }) {
  const { slug } = useProject();
  const navigate = useNavigate();
  const [start] = useState(() => startOf(why));
  const [clauses, setClauses] = useState<ReadonlyMap<string, readonly string[]>>(start.clauses);
  const [reason, setReason] = useState("");
  const [help, setHelp] = useState(false);
  const [finding, setFinding] = useState(false);
  const engine = useEngine({ classes, keys: annotateKeys, label: t.work.canvas });
  const snapshot = useSnapshot(engine);
  const picture = usePicture(engine, why.item.image_url, { width: why.item.width_px, height: why.item.height_px }, () => toShapes(start.marks));
  const book = classBook(classes);
  const sign = useAct(async () => {
    const marks = toMarks(snapshot.shapes).map((mark): GoldMark => ({ label_class: mark.label_class, shape: "bbox", bbox: mark.bbox, clauses: [...(clauses.get(mark.client_id) ?? [])] }));
    await api.signGold(slug, why.item.id, marks, reason.trim());
    await navigate({ to: `/p/${slug}/gold` });
  });
  useWorkKeys(annotateKeys, SCOPES, engine, {
    help: () => setHelp(true),
    "class.find": () => setFinding(true),
    ...classActions(classes, (id) => engine?.chooseClass(id), (id) => engine?.editor.relabelSelected(id)),
  });
  const selected = snapshot.selection?.id ?? null;
  const chosen = selected === null ? [] : (clauses.get(selected) ?? []);
  const toggle = (id: string, on: boolean): void => {
    if (selected !== null) setClauses(new Map(clauses).set(selected, on ? [...chosen, id] : chosen.filter((each) => each !== id)));
  };
  return (
    <>
      <WorkFrame
        top={<WorkTop title={t.gold.editTitle} text={why.item.name} />}
        topEnd={null}
        rail={<Tools engine={engine} tool={snapshot.tool} onHelp={() => setHelp(true)} />}
        canvas={<CanvasHost engine={engine} picture={picture} />}
        over={<ClassBar classes={classes} live={snapshot.classId} engine={engine} finding={finding} onFind={setFinding} />}
        under={<Readout engine={engine} />}
        panel={
          <>
            <PanelPart title={t.work.objects} note={t.work.objectsNote(snapshot.shapes.length, "Tab")} grow>
              <ObjectsList engine={engine} snapshot={snapshot} book={book} note={(id) => (clauses.get(id) ?? []).join(", ")} />
            </PanelPart>
            <PanelPart title={t.gold.testedClauses}>
              {selected === null ? <p className="grey">{t.gold.pickMark}</p> : (
                <div className={css.clauses}>
                  {guideline?.clauses.map((clause) => <Checkbox key={clause.id} size="xs" label={`${clause.id} ${clause.title}`} checked={chosen.includes(clause.id)} onChange={(event) => toggle(clause.id, event.currentTarget.checked)} />)}
                </div>
              )}
            </PanelPart>
            <PanelPart title={t.gold.sign}>
              <Form onSubmit={() => void sign.run()}>
                <TextInput label={t.gold.why} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
                <ErrorLine error={sign.error} />
                <div><Button type="submit" kind="primary" busy={sign.busy} disabled={reason.trim() === "" || snapshot.draft !== null}>{t.gold.signMarks(snapshot.shapes.length)}</Button></div>
              </Form>
            </PanelPart>
          </>
        }
        keys={<KeyLine keys={keyLine(classes.length)} />}
      />
      <HelpDialog keys={annotateKeys} opened={help} onClose={() => setHelp(false)} />
    </>
  );
}
