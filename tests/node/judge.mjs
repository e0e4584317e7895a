// Judges documents by ajv, strict in every way: one JSON object a line in, one a line out.
//
//   {"schema": {…}, "documents": […]}      -> {"verdicts": [[{"path", "keyword", "field"}…], …]}, [] where accepted
//   {"pattern": "…", "texts": […]}         -> {"matches": [true, …]}, as ajv reads a pattern
//
// What cannot be compiled is answered with {"error": "…"}. Schemas are kept by their text.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.argv[2] + "/");
const Ajv = require("ajv").default;

// A warning of ajv is a fault of the schema.
const fail = (...told) => {
  throw new Error(told.join(" "));
};
const ajv = new Ajv({
  strict: true,
  strictSchema: true,
  strictNumbers: true,
  strictTypes: true,
  strictTuples: true,
  strictRequired: true,
  validateFormats: true,
  allErrors: true,
  verbose: true,
  addUsedSchema: false,
  logger: { log: fail, warn: fail, error: fail },
});

const compiled = new Map();
function validator(schema) {
  const text = JSON.stringify(schema);
  if (!compiled.has(text)) {
    compiled.set(text, ajv.compile(schema));
    if (compiled.size > 200) forget(compiled.keys().next().value);
  }
  return compiled.get(text);
}

function forget(text) {
  ajv.removeSchema(compiled.get(text).schema);
  compiled.delete(text);
}

// The field an error is about: where it stands, or the property that is missing or should not be there.
function field(error) {
  const { missingProperty, additionalProperty, propertyName } = error.params;
  const named = missingProperty ?? additionalProperty ?? propertyName ?? error.propertyName;
  const path = error.instancePath.split("/").slice(1);
  if (path.length === 0 && named !== undefined) return named;
  if (path.length === 0 && error.keyword === "not") return (error.schema.required ?? [""])[0];
  return path[0] ?? "";
}

// What only sums up others says nothing of its own.
const SUMS = new Set(["if", "allOf"]);

function judge(validate, document) {
  if (validate(document)) return [];
  return validate.errors
    .filter((error) => !SUMS.has(error.keyword))
    .map((error) => ({ path: error.instancePath, keyword: error.keyword, field: field(error) }));
}

function answer(asked) {
  if (asked.pattern !== undefined) {
    const pattern = new RegExp(asked.pattern, "u");
    return { matches: asked.texts.map((text) => pattern.test(text)) };
  }
  const validate = validator(asked.schema);
  return { verdicts: asked.documents.map((document) => judge(validate, document)) };
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  let said;
  try {
    said = answer(JSON.parse(line));
  } catch (error) {
    said = { error: String(error.message) };
  }
  process.stdout.write(JSON.stringify(said) + "\n");
}
