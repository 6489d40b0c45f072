import { createRoot } from "react-dom/client";
import { App } from "./components/App";
import { startApp } from "./state/app";
import { language } from "./strings";
import "./styles/index.css";

document.documentElement.lang = language;
startApp();

const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<App />);
