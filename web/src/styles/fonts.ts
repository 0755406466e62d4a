// The two typefaces, shipped with the app: no request leaves this server.
import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/jetbrains-mono/wght.css";
