import { createRoot } from "react-dom/client";
import { App } from "./components/App";
import { startApp } from "./state/app";
import "./styles/index.css";

startApp();

const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<App />);
