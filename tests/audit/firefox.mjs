// Firefox for engines.py: reads an order a line from standard input and writes its answer as a line of JSON.
import {createInterface} from "node:readline";
import puppeteer from "puppeteer-core";

const [executablePath, width, height] = process.argv.slice(2);
const browser = await puppeteer.launch({
  browser: "firefox", executablePath, headless: true, protocolTimeout: 600e3,
  defaultViewport: {width: +width, height: +height},
});
const page = await browser.newPage();
let said = [];
page.on("console", message => said.push(`${message.type()}: ${message.text()}`));
page.on("pageerror", fault => said.push(`${fault}`));

async function obey(order) {
  if (order.open) await page.goto(order.open, {waitUntil: "load", timeout: 120e3});
  if (order.evaluate) return await page.evaluate(order.evaluate);
  if (order.look) await page.screenshot({path: order.look});
  if (order.said) {
    const all = said;
    said = [];
    return all;
  }
  return null;
}

for await (const line of createInterface({input: process.stdin})) {
  const answer = await obey(JSON.parse(line)).then(value => ({value}), fault => ({fault: `${fault}`}));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
