// The claim of the next image as a query: kept until asked again, tried again with growing pauses while the server is away.
import { useQuery } from "@tanstack/react-query";
import { UnreachableError } from "@/api/http";
import { useProject } from "@/app/project";
import { useSession } from "@/app/session";
import { nextWork } from "./claimWork";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

export function useClaim(practice: boolean) {
  const { slug } = useProject();
  const { user } = useSession();
  return useQuery({
    queryKey: ["claim", slug, practice],
    queryFn: () => nextWork(user.id, slug, practice),
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    networkMode: "always",
    // What the server refused stays refused until somebody asks again; what was not reached is tried on.
    retry: (_, error) => error instanceof UnreachableError,
    retryDelay: (failures) => Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS),
  });
}
