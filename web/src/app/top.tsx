// What a page puts into the top bar: its title at the left, its small actions at the right.
import { createContext, useContext, useMemo, useState } from "react";
import { createPortal } from "react-dom";

interface Slots {
  readonly start: HTMLElement | null;
  readonly end: HTMLElement | null;
}

const SlotsContext = createContext<Slots>({ start: null, end: null });
const SettersContext = createContext<{ start: (at: HTMLElement | null) => void; end: (at: HTMLElement | null) => void } | null>(null);

export function TopProvider({ children }: { children: React.ReactNode }) {
  const [start, setStart] = useState<HTMLElement | null>(null);
  const [end, setEnd] = useState<HTMLElement | null>(null);
  const slots = useMemo(() => ({ start, end }), [start, end]);
  const setters = useMemo(() => ({ start: setStart, end: setEnd }), []);
  return (
    <SettersContext.Provider value={setters}>
      <SlotsContext.Provider value={slots}>{children}</SlotsContext.Provider>
    </SettersContext.Provider>
  );
}

/** The two places in the frame. */
export function useTopSlots(): { start: React.ReactNode; end: React.ReactNode } {
  const setters = useContext(SettersContext);
  return { start: <div ref={setters?.start} />, end: <div ref={setters?.end} style={{ display: "contents" }} /> };
}

/** Rendered by a page; its children appear in the top bar. */
export function Top({ children, end }: { children?: React.ReactNode; end?: React.ReactNode }) {
  const slots = useContext(SlotsContext);
  return (
    <>
      {slots.start !== null && createPortal(children, slots.start)}
      {slots.end !== null && createPortal(end, slots.end)}
    </>
  );
}
