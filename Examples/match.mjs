#!/usr/bin/env node
// Asks hashd about a picture with nothing but Node's own modules. `scan` is the part to copy: it resolves to
// hashd's answer and rejects for anything that is no verdict, so a picture is never clean because of an error.
// A match that an allowlist excuses is still a match, with the action "allow".
//
//   ./match.mjs SOCKET PICTURE      exit 0: no match, 1: match, 2: not scanned
import { readFile } from "node:fs/promises";
import http from "node:http";

async function scan(socketPath, picture) {
  const response = await new Promise((resolve, reject) => {
    http
      .request({ socketPath, method: "POST", path: "/v1/match", signal: AbortSignal.timeout(90_000) }, resolve)
      .on("error", reject)
      .end(picture);
  });
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  const answer = JSON.parse(text);
  if (response.statusCode === 200 && ["match", "no_match"].includes(answer.verdict)) return answer;
  throw new Error(answer.error?.code ?? `hashd answered ${response.statusCode}`);
}

try {
  const [socket, picture] = process.argv.slice(2);
  if (!picture) throw new Error("usage: match.mjs SOCKET PICTURE");
  const { verdict, action } = await scan(socket, await readFile(picture));
  if (verdict === "match" && action !== "allow") {
    console.log(`match: ${action}`);
    process.exitCode = 1;
  } else {
    console.log("no match");
  }
} catch (error) {
  console.log(`not scanned: ${error.message}`);
  process.exitCode = 2;
}
