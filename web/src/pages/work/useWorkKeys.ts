// Keys of a work page: the canvas's own first, then the page's; silent in text fields and under dialogs.
import { useEffect, useRef } from "react";
import type { AnnotationEngine, KeyMap, Scope } from "@/core";

/** What a page does itself; `false` leaves the key to the browser. */
export type PageActions = Readonly<Record<string, () => unknown>>;

export function useWorkKeys(keys: KeyMap, scopes: readonly Scope[], engine: AnnotationEngine | null, actions: PageActions): void {
  const latest = useRef({ engine, actions, scopes });
  latest.current = { engine, actions, scopes };
  useEffect(() => {
    // With nothing focused, as after a dialog, keys are meant for the canvas; it is focused, so that it hears them end.
    const canvasAction = (event: KeyboardEvent): string | null => {
      const action = event.target === document.body && event.key !== "Tab" ? keys.match(event, ["canvas"]) : null;
      if (action !== null) latest.current.engine?.focus();
      return action;
    };
    const listen = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || document.querySelector("[role=dialog]") !== null) return;
      const field = inField(event.target);
      const action = keys.match(event, latest.current.scopes, field) ?? canvasAction(event);
      if (action === null) return;
      // Tab is a key of the canvas and of the bare page; on a button or a link it goes on to the next one.
      if (event.key === "Tab" && onControl(event.target)) return;
      const own = latest.current.actions[action];
      const done = own === undefined ? latest.current.engine?.act(action, event.repeat) === true : own() !== false;
      if (done) event.preventDefault();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [keys]);
}

function onControl(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target !== document.body && target.getAttribute("role") !== "application";
}

function inField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
