// The page of the count of acts: our canvas with the keys of the annotate page, on pictures of any size.
import { AnnotationEngine, ANNOTATE_KEYS, boundsOf, KeyMap } from "../../../web/src/core";
import { plainBackdrop } from "../../../web/src/core/backdrops";
import { toScreen } from "../../../web/src/core/viewport";

const host = document.querySelector<HTMLElement>("#host");
if (host === null) throw new Error("The page has no host.");
let next = 0;
const keys = new KeyMap(ANNOTATE_KEYS);
const engine = new AnnotationEngine({ newId: () => `n${String((next += 1))}`, classId: "1", styleOf: (id) => ({ colour: "#0e8a8f", name: id, digit: id }), keys, label: "acts" });
engine.mount(host);
window.addEventListener("keydown", (event) => {
  const chosen = /^class\.(\d)$/.exec(keys.match(event, ["task"]) ?? "")?.[1];
  if (chosen !== undefined) engine.chooseClass(chosen);
});

Object.assign(window, {
  acts: {
    open(width: number, height: number) {
      const image = new Image();
      image.width = width;
      image.height = height;
      engine.open({ width, height }, [], plainBackdrop(image));
      engine.focus();
    },
    at: (x: number, y: number) => toScreen(engine.view, { x, y }),
    marks: () => engine.snapshot().shapes.map((shape) => ({ classId: shape.classId, ...boundsOf(shape) })),
    live: () => engine.snapshot().classId,
  },
});
