import { createRoot } from "react-dom/client";
import { App } from "./components/App";
import { startApp } from "./state/app";
import { language } from "./strings";
import "./styles/index.css";

document.documentElement.lang = language;
startApp();

// What makes the page start without a network; under development there is nothing to keep.
if (import.meta.env.PROD && "serviceWorker" in navigator) {
  window.addEventListener("load", () => void navigator.serviceWorker.register("/sw.js").catch(() => undefined));
}

const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<App />);
