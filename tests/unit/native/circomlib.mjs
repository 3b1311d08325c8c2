// Answers from circomlibjs. Input: a JSON list of {op, ...} on stdin, integers as decimal strings; output: a JSON list.
// The package's root is the working directory.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import path from "node:path";

const require = createRequire(path.join(process.cwd(), "package.json"));
const library = await import(pathToFileURL(require.resolve("circomlibjs")));
const { buildPoseidon, buildEddsa } = library.default ?? library;
const poseidon = await buildPoseidon();
const eddsa = await buildEddsa();
const { F } = poseidon;
const curve = eddsa.babyJub;
const text = (value) => F.toObject(value).toString();
const point = ([x, y]) => [F.e(BigInt(x)), F.e(BigInt(y))];
const order = curve.subOrder;

const answers = {
  poseidon: ({ inputs, tag }) => text(poseidon(inputs.map(BigInt), F.e(BigInt(tag)))),
  add: ({ left, right }) => curve.addPoint(point(left), point(right)).map(text),
  mul: ({ base, scalar }) => curve.mulPointEscalar(point(base), BigInt(scalar)).map(text),
  // circomlibjs's own signature from a 32-byte private key
  sign: ({ seed, message }) => {
    const key = Buffer.from(seed, "hex");
    const signature = eddsa.signPoseidon(key, F.e(BigInt(message)));
    return { key: eddsa.prv2pub(key).map(text), r8: signature.R8.map(text), s: signature.S.toString() };
  },
  verify: ({ key, r8, s, message }) =>
    eddsa.verifyPoseidon(F.e(BigInt(message)), { R8: point(r8), S: BigInt(s) }, point(key)),
  order: () => order.toString(),
};

let input = "";
for await (const chunk of process.stdin) input += chunk;
const output = JSON.stringify(JSON.parse(input).map((query) => answers[query.op](query)));
process.stdout.write(output, () => process.exit(0)); // its worker threads would keep the process alive
