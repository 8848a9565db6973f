// Says that the page opens, or that this browser cannot open it: it has no modules.
var able = "noModule" in document.createElement("script");
document.querySelector(".opening").textContent =
  document.documentElement.dataset[able ? "opening" : "old"];
