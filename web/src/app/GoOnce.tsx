// Goes to another page once. The page that shows this is drawn again at the new address while the other one still loads;
// going again from there would build the next address from the one before, without end.
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";

export function GoOnce({ to, next }: { to: string; /** Where to come back to. */ next?: string }) {
  const navigate = useNavigate();
  const [target] = useState({ to, next });
  useEffect(() => {
    void navigate({ to: target.to, search: target.next === undefined ? {} : { next: target.next }, replace: true });
  }, [navigate, target]);
  return null;
}
