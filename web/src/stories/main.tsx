// Any page over invented data: /stories.html?to=/p/blood-cells&roles=lead&dark. Development only; no part of the build.
import { createRoot } from "react-dom/client";
import "@/styles/fonts";
import "@/app/mantineStyles";
import "@/styles/tokens.css";
import "@/styles/base.css";
import { App } from "@/app/App";
import { installFakeServer } from "./fakeServer";

const search = new URLSearchParams(location.search);
installFakeServer();
localStorage.setItem("mantine-color-scheme-value", search.has("dark") ? "dark" : "light");
history.replaceState(null, "", search.get("to") ?? "/p/blood-cells");
const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<App />);
