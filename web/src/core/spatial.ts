// "What is here": a packed tree over the shapes' bounds, plus the few that changed since it was built.

import Flatbush from "flatbush";
import type { Box, Point } from "./geometry";
import { intersects } from "./geometry";
import { nearestEdge } from "./rings";
import type { Shape } from "./shapes";
import { boundsOf, isPlaced, operationsFor } from "./shapes";
import type { Edit } from "./store";

const REBUILD_AFTER = 256;

export class SpatialIndex {
  readonly #shapes = new Map<string, Shape>();
  #tree: Flatbush | null = null;
  #ids: string[] = [];
  /** Shapes whose entry in the tree is missing or out of date. */
  readonly #dirty = new Set<string>();
  #staleInTree = 0;

  #dots = 0;

  /** How many times the tree was built, for the tests that guard the cost of an edit. */
  builds = 0;

  update(edits: readonly Edit[]): void {
    for (const { id, before, after } of edits) {
      this.#dots += Number(isDot(after)) - Number(isDot(before));
      // A mark without a place, such as a tag, is never found here.
      if (after === null || !isPlaced(after)) this.#shapes.delete(id);
      else this.#shapes.set(id, after);
      this.#dirty.add(id);
      this.#staleInTree += 1;
    }
  }

  /** Whether marks are painted beyond their bounds: points and skeletons are. */
  get hasDots(): boolean {
    return this.#dots > 0;
  }

  get needsRebuild(): boolean {
    return this.#dirty.size > REBUILD_AFTER || this.#staleInTree > 4 * REBUILD_AFTER;
  }

  rebuild(): void {
    this.#ids = [...this.#shapes.keys()];
    this.#dirty.clear();
    this.#staleInTree = 0;
    this.builds += 1;
    this.#tree = null;
    if (this.#ids.length === 0) return;
    const tree = new Flatbush(this.#ids.length);
    for (const shape of this.#shapes.values()) {
      const box = boundsOf(shape);
      tree.add(box.xMin, box.yMin, box.xMax, box.yMax);
    }
    tree.finish();
    this.#tree = tree;
  }

  /** Every shape whose bounds meet the box, lowest first. */
  search(box: Box): Shape[] {
    if (this.needsRebuild) this.rebuild();
    const found: Shape[] = [];
    for (const at of this.#tree?.search(box.xMin, box.yMin, box.xMax, box.yMax) ?? []) {
      const id = this.#ids[at];
      const shape = id === undefined || this.#dirty.has(id) ? undefined : this.#shapes.get(id);
      if (shape !== undefined) found.push(shape);
    }
    for (const id of this.#dirty) {
      const shape = this.#shapes.get(id);
      if (shape !== undefined && intersects(boundsOf(shape), box)) found.push(shape);
    }
    return found.sort((a, b) => a.z - b.z || (a.id < b.id ? -1 : 1));
  }

  /**
   * The shape a click means: the smallest that holds the point or whose outline is within `tolerance`; ties go to the
   * one on top. Hidden and locked shapes are passed through.
   */
  hit(point: Point, tolerance: number): Shape | null {
    const near = { xMin: point.x - tolerance, yMin: point.y - tolerance, xMax: point.x + tolerance, yMax: point.y + tolerance };
    let best: Shape | null = null;
    let bestArea = Infinity;
    for (const shape of this.search(near)) {
      if (shape.hidden === true || shape.locked === true) continue;
      const operations = operationsFor(shape.geometry);
      const meant = operations.contains(shape.geometry, point) || operations.distance(shape.geometry, point) <= tolerance;
      const area = operations.area(shape.geometry);
      if (meant && area <= bestArea) {
        best = shape;
        bestArea = area;
      }
    }
    return best;
  }

  /** The corner nearest to a point within reach, else the nearest place on an outline; null when nothing is near. */
  snapTo(point: Point, reach: number, except: ReadonlySet<string>): Point | null {
    const near = { xMin: point.x - reach, yMin: point.y - reach, xMax: point.x + reach, yMax: point.y + reach };
    let corner: Point | null = null;
    let cornerAt = reach;
    let edge: Point | null = null;
    let edgeAt = reach;
    for (const shape of this.search(near)) {
      if (shape.hidden === true || except.has(shape.id)) continue;
      for (const ring of operationsFor(shape.geometry).corners(shape.geometry)) {
        const found = nearestEdge(ring, point, shape.geometry.kind !== "polyline");
        if (found.distance <= edgeAt) {
          edgeAt = found.distance;
          edge = found.at;
        }
        for (let at = 0; at < ring.length; at += 2) {
          const x = ring[at] ?? 0;
          const y = ring[at + 1] ?? 0;
          const distance = Math.hypot(x - point.x, y - point.y);
          if (distance > cornerAt) continue;
          cornerAt = distance;
          corner = { x, y };
        }
      }
    }
    return corner ?? edge;
  }
}

function isDot(shape: Shape | null): boolean {
  return shape?.geometry.kind === "point" || shape?.geometry.kind === "keypoints";
}
