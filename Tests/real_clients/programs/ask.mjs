// Asks hashd with what Node brings: ask.mjs http SOCKET PICTURE, or ask.mjs fetch|form ADDRESS PICTURE
import { createReadStream, openAsBlob } from "node:fs";
import { readFile } from "node:fs/promises";
import http from "node:http";
import { pipeline } from "node:stream/promises";

const [how, where, picture] = process.argv.slice(2);
const data = await readFile(picture);

function tell(what, status, text) {
  console.log(JSON.stringify({ what, status, answer: JSON.parse(text) }));
}

async function request(what, send, options = {}) {
  const request = http.request({ socketPath: where, method: "POST", path: "/v1/match", ...options });
  const answered = new Promise((resolve, reject) => request.on("response", resolve).on("error", reject));
  await send(request);
  const response = await answered;
  let text = "";
  for await (const part of response.setEncoding("utf8")) text += part;
  tell(what, response.statusCode, text);
}

async function post(what, options) {
  const response = await fetch(where + "/v1/match", { method: "POST", ...options });
  tell(what, response.status, await response.text());
}

if (how === "http") {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  await request("bytes", (request) => request.end(data));
  await request("a stream", (request) => pipeline(createReadStream(picture), request));
  await request("kept", (request) => request.end(data), { agent });
  await request("kept, again", (request) => request.end(data), { agent });
  await request("a length", (request) => request.end(data), { headers: { "Content-Length": data.length } });
  await request("after 100", (request) => new Promise((sent) => {
    request.on("continue", () => request.end(data, sent)).flushHeaders();
  }), { headers: { "Content-Length": data.length, Expect: "100-continue" } });
  agent.destroy();
} else if (how === "fetch") {
  await post("bytes", { body: data });
  await post("a blob", { body: new Blob([data], { type: "image/jpeg" }) });
  await post("a file", { body: await openAsBlob(picture) });
  await post("a stream", { body: createReadStream(picture), duplex: "half" });
} else {
  const form = new FormData();
  form.set("file", new Blob([data], { type: "image/jpeg" }), "picture.jpg");
  await post("a form", { body: form });
  form.set("title", "a picture");
  await post("other fields", { body: form });
  const file = new FormData();
  file.set("upload", new File([data], "bild ä \"1\".jpg"));
  await post("a file", { body: file });
}
