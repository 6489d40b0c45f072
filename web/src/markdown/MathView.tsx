/** A formula; its source until the typesetter has come, and where it can't be set. */
import { useEffect, useRef, useState } from "react";
import { loadTypesetter } from "./typeset";

export function MathView({ tex, display }: { tex: string; display: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  const [set, setSet] = useState("");
  useEffect(() => {
    let current = true;
    loadTypesetter().then(
      (typeset) => {
        if (current && place.current !== null && typeset(tex, display, place.current)) setSet(tex);
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [tex, display]);
  const shown = set === tex && tex !== "";
  return (
    <span className={display ? "math display" : "math"} dir="ltr">
      {/* The typesetter's own: React puts nothing into it. */}
      <span ref={place} hidden={!shown} />
      {!shown && <code>{tex}</code>}
    </span>
  );
}
