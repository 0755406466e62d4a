// The tool rail: what the classes of this project can be drawn with.
import type { LabelClass } from "@/api/types";
import { KIND_OF_TOOL } from "@/core";
import type { AnnotationEngine, GeometryKind, KeyMap, Tool } from "@/core";
import { t } from "@/text/en";
import type { IconName } from "@/ui/Icon";
import { RailGap, ToolButton } from "@/ui/WorkFrame";

const TOOLS: readonly { readonly tool: Tool; readonly icon: IconName }[] = [
  { tool: "select", icon: "select" },
  { tool: "box", icon: "box" },
  { tool: "rotated", icon: "rotated" },
  { tool: "polygon", icon: "polygon" },
  { tool: "line", icon: "line" },
  { tool: "brush", icon: "brush" },
  { tool: "eraser", icon: "eraser" },
  { tool: "point", icon: "point" },
  { tool: "segment", icon: "wand" },
  { tool: "hand", icon: "hand" },
];

/** The geometries a class may have, as the schema says; boxes where it says nothing. */
export function kindsOf(classes: readonly LabelClass[], id: string): readonly GeometryKind[] {
  return classes.find((each) => each.id === id)?.shapes ?? ["bbox"];
}

interface Props {
  readonly engine: AnnotationEngine | null;
  readonly tool: string;
  readonly keys: KeyMap;
  readonly classes: readonly LabelClass[];
  readonly looking?: boolean;
  readonly onLook?: () => void;
  readonly onHelp: () => void;
}

export function ToolRail({ engine, tool, keys, classes, looking, onLook, onHelp }: Props) {
  const all = new Set(classes.flatMap((each) => each.shapes ?? ["bbox"]));
  const segments = ["bbox", "polygon", "mask"].some((kind) => all.has(kind as GeometryKind));
  const shown = TOOLS.filter(({ tool: each }) => {
    const kind = KIND_OF_TOOL[each];
    return each === "segment" ? segments : kind === undefined || all.has(kind);
  });
  const press = (action: string): void => {
    engine?.act(action);
    engine?.focus();
  };
  return (
    <>
      {shown.map(({ tool: each, icon }) => (
        <ToolButton key={each} icon={icon} label={t.work.tools[each]} hint={keys.label(`tool.${each}`)} live={tool === each} onPress={() => press(`tool.${each}`)} />
      ))}
      {all.has("tag") && <ToolButton icon="tag" label={t.work.tools.tag} hint={keys.label("tag.toggle")} onPress={() => press("tag.toggle")} />}
      <RailGap />
      {onLook !== undefined && <ToolButton icon="eye" label={t.work.look} hint="" pressed={looking ?? false} onPress={onLook} />}
      <ToolButton icon="fit" label={t.work.tools.fit} hint={keys.label("zoom.fit")} onPress={() => press("zoom.fit")} />
      <ToolButton icon="guideline" label={t.keys.title} hint="?" onPress={onHelp} />
    </>
  );
}
