// The project a page belongs to, what the signed-in person may do in it, and the queries that every page shares.
import { useQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { api } from "@/api/calls";
import type { LabelClass, Project, Role } from "@/api/types";

export interface ProjectHere {
  readonly slug: string;
  readonly project: Project;
  readonly may: (...roles: Role[]) => boolean;
}

const ProjectContext = createContext<ProjectHere | null>(null);
export const ProjectProvider = ProjectContext.Provider;

export function useProject(): ProjectHere {
  const here = useContext(ProjectContext);
  if (here === null) throw new Error("This page belongs to a project.");
  return here;
}

export function useSchema(version: number | "current" = "current") {
  const { slug, project } = useProject();
  return useQuery({ queryKey: ["schema", slug, version], queryFn: () => api.schema(slug, version), enabled: version !== "current" || project.schema_version !== null, staleTime: version === "current" ? 30_000 : Infinity });
}

export function useGuideline(version: number | "current" = "current") {
  const { slug, project } = useProject();
  return useQuery({ queryKey: ["guideline", slug, version], queryFn: () => api.guideline(slug, version), enabled: version !== "current" || project.guideline_version !== null, staleTime: version === "current" ? 30_000 : Infinity });
}

/** Where a class stands in the schema decides its colour; a class that is gone keeps its id as its name. */
export interface ClassBook {
  readonly at: (id: string) => number;
  readonly name: (id: string) => string;
  readonly key: (id: string) => string;
}

export function classBook(classes: readonly LabelClass[]): ClassBook {
  const places = new Map(classes.map((each, at) => [each.id, at]));
  const find = (id: string): LabelClass | undefined => classes[places.get(id) ?? -1];
  return {
    at: (id) => places.get(id) ?? classes.length,
    name: (id) => find(id)?.name ?? id,
    key: (id) => keyOf(classes, places.get(id) ?? -1),
  };
}

/** The key of a class: the schema's own, else its place. */
export function keyOf(classes: readonly LabelClass[], at: number): string {
  const own = classes[at]?.key;
  if (own !== null && own !== undefined) return own;
  return at >= 0 && at < 9 ? String(at + 1) : "";
}

export function useClassBook(): ClassBook {
  const schema = useSchema();
  return classBook(schema.data?.classes ?? []);
}

/** Where somebody lands after signing in: in their project when they have just one. */
export function landingOf(projects: readonly { slug: string; roles: readonly Role[] }[]): string {
  const only = projects.length === 1 ? projects[0] : undefined;
  return only === undefined ? "/" : homeOf(only.slug, only.roles);
}

/** The first page for somebody with these roles. */
export function homeOf(slug: string, roles: readonly Role[]): string {
  if (roles.some((role) => role !== "annotator")) return `/p/${slug}`;
  return `/p/${slug}/annotate`;
}
