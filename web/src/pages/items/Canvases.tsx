// One image once with everybody's marks over it, or up to three times beside itself, moving and zooming as one.
import type { ItemWhy, LabelClass, WhyMark } from "@/api/types";
import { t } from "@/text/en";
import { Pane, useSyncedViews } from "../work/Panes";
import css from "./Items.module.css";
import type { Layer } from "./layers";

const MOST_PANES = 3;

interface Props {
  readonly why: ItemWhy;
  readonly classes: readonly LabelClass[];
  readonly layers: readonly Layer[];
  readonly beside: boolean;
  readonly target: WhyMark["bbox"] | null;
}

export function Canvases({ why, classes, layers, beside, target }: Props) {
  const join = useSyncedViews();
  const { item } = why;
  const shown = beside ? layers.slice(0, MOST_PANES).map((layer) => ({ id: layer.id, name: layer.name, marks: layer.marks })) : [{ id: "all", name: "", marks: layers.flatMap((layer) => layer.marks) }];
  return (
    <div className={css.panes} style={{ gridTemplateColumns: `repeat(${String(shown.length)}, minmax(0, 1fr))` }}>
      {shown.map(({ id, name, marks }) => (
        <figure key={id} className={css.pane}>
          {name !== "" && <figcaption className={css.paneName}>{name}</figcaption>}
          <div className={name === "" ? css.stage : `${css.stage ?? ""} ${css.beside ?? ""}`}>
            <Pane id={id} label={name === "" ? t.work.canvas : t.itemMore.pane(name)} imageUrl={item.image_url} size={{ width: item.width_px, height: item.height_px }} classes={classes} marks={marks} target={target} join={join} />
          </div>
        </figure>
      ))}
    </div>
  );
}
