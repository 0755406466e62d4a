// One image once with everybody's marks over it, or up to three times beside itself, moving and zooming as one.
import { useCallback, useEffect, useRef } from "react";
import type { ItemWhy, LabelClass, WhyMark } from "@/api/types";
import { ANNOTATE_KEYS, KeyMap } from "@/core";
import type { AnnotationEngine } from "@/core";
import { t } from "@/text/en";
import { CanvasHost } from "../work/CanvasHost";
import { canvasBox } from "../work/marks";
import { useEngine, usePicture } from "../work/useEngine";
import css from "./Items.module.css";
import type { Layer } from "./layers";

const keys = new KeyMap(ANNOTATE_KEYS);
const MOST_PANES = 3;

interface Props {
  readonly why: ItemWhy;
  readonly classes: readonly LabelClass[];
  readonly layers: readonly Layer[];
  readonly beside: boolean;
  readonly target: WhyMark["bbox"] | null;
}

export function Canvases({ why, classes, layers, beside, target }: Props) {
  const panes = useRef(new Map<string, AnnotationEngine>());
  const join = useCallback((id: string, engine: AnnotationEngine): (() => void) => {
    const all = panes.current;
    all.set(id, engine);
    const stop = engine.onView(() => all.forEach((other) => { if (other !== engine) other.follow(engine.view); }));
    return () => {
      stop();
      all.delete(id);
    };
  }, []);
  const shown = beside ? layers.slice(0, MOST_PANES).map((layer) => ({ id: layer.id, name: layer.name, layers: [layer] })) : [{ id: "all", name: "", layers }];
  return (
    <div className={css.panes} style={{ gridTemplateColumns: `repeat(${String(shown.length)}, minmax(0, 1fr))` }}>
      {shown.map((pane) => <Pane key={pane.id} {...pane} why={why} classes={classes} target={target} join={join} />)}
    </div>
  );
}

function Pane({ id, name, layers, why, classes, target, join }: { id: string; name: string; layers: readonly Layer[]; why: ItemWhy; classes: readonly LabelClass[]; target: WhyMark["bbox"] | null; join: (id: string, engine: AnnotationEngine) => () => void }) {
  const engine = useEngine({ classes, keys, label: name === "" ? t.work.canvas : t.itemMore.pane(name), readOnly: true });
  const picture = usePicture(engine, why.item.image_url, { width: why.item.width_px, height: why.item.height_px }, () => []);
  useEffect(() => {
    if (picture.state === "shown") engine?.setOverlay(layers.flatMap((layer) => layer.marks));
  }, [engine, layers, picture.state]);
  useEffect(() => (engine === null || picture.state !== "shown" ? undefined : join(id, engine)), [engine, id, join, picture.state]);
  useEffect(() => {
    if (target !== null && picture.state === "shown") engine?.showBox(canvasBox(target));
  }, [engine, target, picture.state]);
  return (
    <figure className={css.pane}>
      {name !== "" && <figcaption className={css.paneName}>{name}</figcaption>}
      <div className={name === "" ? css.stage : `${css.stage ?? ""} ${css.beside ?? ""}`}><CanvasHost engine={engine} picture={picture} /></div>
    </figure>
  );
}
