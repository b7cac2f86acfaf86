// A till in Node: makes its client from descriptors, and asks with JSON and with bytes over HTTP/1.1 and
// HTTP/2. Each step checks itself; the last line says that all did.
//
//     node check.mjs http://127.0.0.1:PORT DESCRIPTORS DEBIT CREDIT
//
// Both accounts may go far below zero; DESCRIPTORS is a file with an encoded FileDescriptorSet.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";

const [baseUrl, descriptors, debit, credit] = process.argv.slice(2);
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)));
const ledger = registry.getService("hourbook.v1.LedgerService");
const [from, to] = [Number(debit), Number(credit)];

/** A request id made for one call: a UUID of version 7. */
function fresh() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** What a call is refused with. */
async function refused(call) {
  const error = await call.then(
    (answer) => assert.fail(`not refused: ${JSON.stringify(answer, (_, value) => String(value))}`),
    (error) => error,
  );
  assert.ok(error instanceof ConnectError, String(error));
  return error;
}

function exchange(seconds, more) {
  const transfers = [{ debitAccountNumber: from, creditAccountNumber: to, amountSeconds: seconds }];
  return { requestId: fresh(), kind: 1, transfers, details: { memo: "Grüße, 時間, 🕰" }, ...more };
}

async function till(transport, direct) {
  const client = createClient(ledger, transport);
  const before = await client.getBalance({ accountNumber: to });

  // An hour and a half, and the same again: one effect.
  const asked = exchange(5400n);
  const first = await client.postEntry(asked);
  const again = await client.postEntry(asked);
  assert.equal(first.receipt.repeated, false);
  assert.equal(again.receipt.repeated, true);
  assert.equal(first.receipt.entry.sequence, again.receipt.entry.sequence);
  const after = await client.getBalance({ accountNumber: to });
  assert.equal(after.balance.postedSeconds - before.balance.postedSeconds, 5400n);

  // What is read like this is what gRPC reads.
  const sequence = first.receipt.entry.sequence;
  assert.deepEqual(await client.getEntry({ sequence }), await direct.getEntry({ sequence }));
  const page = { accountNumber: to, pageSize: 3 };
  assert.deepEqual(await client.listStatement(page), await direct.listStatement(page));

  // Set aside until a time, and let go.
  const deadline = timestampFromDate(new Date(Date.now() + 3_600_000));
  const set = exchange(60n, { kind: 8, deadline, atDeadline: 1 });
  const held = await client.placeHold(set);
  assert.deepEqual(held.receipt.entry.action.value.deadline.seconds, deadline.seconds);
  await client.voidHold({ requestId: fresh(), holdSequence: held.receipt.entry.sequence });

  // A rule says no, with its figures; a field cannot be meant; nothing is there.
  const [info, bad] = ["ErrorInfo", "BadRequest"].map((name) => registry.getMessage(`google.rpc.${name}`));
  const beyond = await refused(client.postEntry(exchange(1n << 40n)));
  assert.equal(beyond.code, Code.FailedPrecondition);
  assert.match(beyond.rawMessage, /^Not done: /);
  const [reason] = beyond.findDetails(info);
  assert.equal(reason.reason, "BELOW_FLOOR");
  assert.equal(reason.metadata.requested_seconds, String(1n << 40n));
  const zero = await refused(client.postEntry(exchange(0n)));
  assert.equal(zero.code, Code.InvalidArgument);
  assert.equal(zero.findDetails(bad)[0].fieldViolations[0].field, "transfers[0].amount_seconds");
  assert.equal((await refused(client.getEntry({ sequence: 1n << 40n }))).code, Code.NotFound);
  const same = await refused(client.postEntry({ ...asked, kind: 4 }));
  assert.equal(same.code, Code.AlreadyExists);
  const direct_says = await refused(direct.postEntry({ ...asked, kind: 4 }));
  assert.equal(same.rawMessage, direct_says.rawMessage);

  // Time of the caller's own: what never comes is not waited for.
  const never = client.getBalance({ accountNumber: to, minSequence: 1n << 40n }, { timeoutMs: 300 });
  assert.ok([Code.DeadlineExceeded, Code.Unavailable].includes((await refused(never)).code));

  // Streams are for gRPC, which is said.
  const stream = await refused((async () => {
    for await (const _entry of client.watchEntries({})) break;
  })());
  assert.equal(stream.code, Code.Unimplemented, String(stream));
  assert.match(stream.rawMessage, /use gRPC/);
}

const direct = createClient(ledger, createGrpcTransport({ baseUrl }));
for (const httpVersion of ["1.1", "2"]) {
  for (const useBinaryFormat of [false, true]) {
    await till(createConnectTransport({ baseUrl, httpVersion, useBinaryFormat }), direct);
    console.log(`HTTP/${httpVersion} with ${useBinaryFormat ? "bytes" : "JSON"}: as it must be`);
  }
}
console.log("a day at the till: as it must be");
process.exit(0);
