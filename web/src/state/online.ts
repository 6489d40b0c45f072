/** Whether the browser believes it has a network. */
import { createStore } from "./store";

export const online = createStore(navigator.onLine);

window.addEventListener("online", () => online.set(true));
window.addEventListener("offline", () => online.set(false));
