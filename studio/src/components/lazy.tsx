/** Screens that are loaded when they are opened. */

import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { showToast } from "../state/toasts";

export function lazy(load: () => Promise<FunctionComponent>): FunctionComponent {
  let loaded: FunctionComponent | null = null;
  return function Lazy() {
    const [Shown, show] = useState<FunctionComponent | null>(() => loaded);
    useEffect(() => {
      if (Shown) return;
      load().then(
        (component) => ((loaded = component), show(() => component)),
        (error: Error) => showToast(error.message, true),
      );
    }, []);
    return Shown ? <Shown /> : <div class="notice" aria-busy="true" />;
  };
}
