// Where the pages start.
import { createRoot } from "react-dom/client";
import "@/styles/fonts";
import "@/app/mantineStyles";
import "@/styles/tokens.css";
import "@/styles/base.css";
import { App } from "@/app/App";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element with the id root.");
createRoot(root).render(<App />);
