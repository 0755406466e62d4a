// The techniques by name, each loaded when it is asked for.
import type { MakeTool } from "./tool";

export const tools: Readonly<Record<string, MakeTool | undefined>> = {
  assay: async (host, image) => (await import("./assay")).make(host, image, false),
  "assay-tiles": async (host, image) => (await import("./assay")).make(host, image, true),
  svgjs: async (host, image) => (await import("./svgjs")).make(host, image),
  konva: async (host, image) => (await import("./konva")).make(host, image),
  annotorious: async (host, image) => (await import("./annotorious")).make(host, image),
};
