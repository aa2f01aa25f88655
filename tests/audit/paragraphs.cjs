// Reads texts (a JSON list) and writes what WordPress makes of each in a post: its own paragraphs, by `wpautop`.
const {autop} = require("@wordpress/autop");

let given = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", part => given += part);
process.stdin.on("end", () => process.stdout.write(JSON.stringify(JSON.parse(given).map(text => autop(text)))));
