// An expert draws and signs the answer of one image, and names the clauses that each mark tests.
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import { asError } from "@/api/http";
import type { Gold, GoldMark, Guideline, ItemWhy, LabelClass } from "@/api/types";
import { classBook, useGuideline, useProject, useSchema } from "@/app/project";
import type { Shape } from "@/core";
import { t } from "@/text/en";
import { Button, KeyLine } from "@/ui/Button";
import { Checkbox, Form, TextInput } from "@/ui/Fields";
import { ErrorLine, ErrorState, Loading } from "@/ui/Messages";
import { PanelPart, WorkFrame } from "@/ui/WorkFrame";
import { annotateKeys, classActions, keyLine } from "../annotate/AnnotateDesk";
import { useAct } from "../shared/useForm";
import { inferredMarks } from "../shared/why";
import { CanvasHost } from "../work/CanvasHost";
import { ClassBar } from "../work/ClassBar";
import { HelpDialog } from "../work/HelpDialog";
import { toMarks, toShapes } from "../work/marks";
import { ObjectsList } from "../work/ObjectsList";
import { Readout } from "../work/Readout";
import { ToolRail } from "../work/Tools";
import { useEngine, usePicture, useSnapshot } from "../work/useEngine";
import { useWorkKeys } from "../work/useWorkKeys";
import { WorkTop } from "../work/WorkTop";
import css from "./Gold.module.css";

const SCOPES = ["task", "app"] as const;

export function GoldEditPage() {
  const { slug } = useProject();
  const { item: id } = useParams({ strict: false });
  const why = useQuery({ queryKey: ["why", slug, id], queryFn: () => api.itemWhy(slug, id ?? ""), staleTime: Infinity });
  const gold = useQuery({ queryKey: ["goldItem", slug, id], queryFn: () => findGold(slug, id ?? ""), staleTime: Infinity, enabled: why.data?.item.is_gold === true });
  const schema = useSchema();
  const guideline = useGuideline();
  if (why.isPending || schema.isPending || gold.isLoading) return <Loading what={t.things.item} />;
  if (why.isError) return <ErrorState error={asError(why.error)} onRetry={() => void why.refetch()} />;
  if (schema.isError) return <ErrorState error={asError(schema.error)} />;
  if (gold.isError) return <ErrorState error={asError(gold.error)} onRetry={() => void gold.refetch()} />;
  return <Desk why={why.data} gold={gold.data ?? null} classes={schema.data.classes} guideline={guideline.data} />;
}

/** The signed answer of an item; null when there is none. */
async function findGold(project: string, item: string): Promise<Gold | null> {
  try {
    return await api.goldItem(project, item);
  } catch (cause) {
    if (cause instanceof ApiError && cause.status === 404) return null;
    throw cause;
  }
}

interface Start {
  readonly shapes: Shape[];
  readonly clauses: ReadonlyMap<string, readonly string[]>;
}

/** The gold there is, else the consensus, as a start to draw from. */
function startOf(why: ItemWhy, gold: Gold | null): Start {
  const source = gold?.marks ?? (inferredMarks(why) ?? []).map((mark): GoldMark => ({ label_class: mark.label_class, bbox: mark.bbox }));
  const shapes = toShapes(source.map((mark) => ({ ...mark, client_id: crypto.randomUUID() })), { width: why.item.width_px, height: why.item.height_px });
  return { shapes, clauses: new Map(shapes.map((shape, at) => [shape.id, source[at]?.clauses ?? []])) };
}

function Desk({ why, gold, classes, guideline }: { why: ItemWhy; gold: Gold | null; classes: readonly LabelClass[]; guideline: Guideline | undefined }) {
  const { slug } = useProject();
  const navigate = useNavigate();
  const [start] = useState(() => startOf(why, gold));
  const [clauses, setClauses] = useState<ReadonlyMap<string, readonly string[]>>(start.clauses);
  const [reason, setReason] = useState("");
  const [help, setHelp] = useState(false);
  const [finding, setFinding] = useState(false);
  const engine = useEngine({ classes, keys: annotateKeys, label: t.work.canvas });
  const snapshot = useSnapshot(engine);
  const picture = usePicture(engine, why.item.image_url, { width: why.item.width_px, height: why.item.height_px }, () => start.shapes);
  const book = classBook(classes);
  const sign = useAct(async () => {
    const marks = toMarks(snapshot.shapes, { width: why.item.width_px, height: why.item.height_px }).map((mark): GoldMark => ({ label_class: mark.label_class, shape: mark.shape ?? "bbox", bbox: mark.bbox, geometry: mark.geometry ?? null, clauses: [...(clauses.get(mark.client_id) ?? [])] }));
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
        rail={<ToolRail engine={engine} tool={snapshot.tool} keys={annotateKeys} classes={classes} onHelp={() => setHelp(true)} />}
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
                <div><Button type="submit" kind="primary" busy={sign.busy} disabled={reason.trim() === "" || snapshot.draft !== null || picture.state !== "shown"}>{t.gold.signMarks(snapshot.shapes.length)}</Button></div>
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
