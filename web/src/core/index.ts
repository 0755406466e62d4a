// The public face of the canvas core.
export { AnnotationEngine, loadPicture } from "./engine";
export type { EngineOptions, Readout, Snapshot } from "./engine";
export type { Tool } from "./editor";
export type { Box, Point, Size } from "./geometry";
export { boxBetween, heightOf, widthOf } from "./geometry";
export { exposeEngine } from "./hook";
export { ADJUDICATE_KEYS, ANNOTATE_KEYS, chordLabel, KeyMap, REVIEW_KEYS } from "./keymap";
export type { Binding, Scope } from "./keymap";
export type { ClassStyle, OverlayMark } from "./painter";
export { bbox, boundsOf } from "./shapes";
export type { Geometry, Shape } from "./shapes";
export { ActiveClock } from "./activeClock";
