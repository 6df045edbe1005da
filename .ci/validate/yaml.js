// Checks YAML against the schema of the program that reads it.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import * as github from "@action-validator/core";
import Ajv from "ajv";
import { schema as gitlabSchema } from "gitlab-ci-local/src/schema/schema.js";
import jsYAML from "js-yaml";

const require = createRequire(import.meta.url);

const parsed = (text) => jsYAML.load(text);
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });

// against returns a function that checks against a JSON Schema.
function against(schema) {
  const validate = ajv.compile(schema);
  return (text) => (validate(parsed(text)) ? [] : validate.errors.map((e) => `${e.instancePath || "/"} ${e.message} ${JSON.stringify(e.params)}`));
}

// leaves are the innermost errors; those around them only say that something is wrong.
const leaves = (errors) => errors.flatMap((e) => (e.states?.length ? e.states.flatMap((s) => leaves(s.errors)) : [`${e.path ?? ""} ${e.title}: ${e.detail ?? ""}`]));
const workflow = (text) => leaves(github.validateWorkflow(
  text.replace(/^ +attestations: write\n/m, ""), // a permission that is newer than the validator
).errors);
const action = (text) => leaves(github.validateAction(text).errors);

// In Azure Pipelines, the first key of a step is its type, which JSON Schema cannot express. Microsoft's own service checks
// it, but its package has no schema: azure-pipelines.schema.json contains what the project's examples use. With
// AZURE_PIPELINES_SCHEMA=FILE, Microsoft's service-schema.json is used instead.
async function azure(text) {
  const { getLanguageService } = require("azure-pipelines-language-service");
  const { parse } = require("azure-pipelines-language-service/lib/parser/yamlParser");
  const { TextDocument } = require("vscode-languageserver-types");
  const file = process.env.AZURE_PIPELINES_SCHEMA ?? new URL("azure-pipelines.schema.json", import.meta.url);
  const schema = JSON.parse(readFileSync(file, "utf8"));
  const service = getLanguageService(async () => schema, [], async () => "schema", { resolveRelativePath: (path) => path });
  service.configure({ validate: true });
  const log = console.log;
  console.log = () => {}; // the service logs its actions
  try {
    const found = await service.doValidation(TextDocument.create("file:///azure-pipelines.yml", "yaml", 1, text), parse(text, []));
    return found.map((problem) => `line ${problem.range.start.line + 1}: ${problem.message}`);
  } finally {
    console.log = log;
  }
}

const preCommit = against({
  type: "object", required: ["repos"], additionalProperties: false,
  properties: {
    repos: {
      type: "array", minItems: 1, items: {
        type: "object", required: ["repo", "rev", "hooks"], additionalProperties: false,
        properties: {
          repo: { type: "string" }, rev: { type: "string" },
          hooks: {
            type: "array", minItems: 1, items: {
              type: "object", required: ["id"], additionalProperties: false,
              properties: { id: { type: "string" }, files: { type: "string" }, args: { type: "array", items: { type: "string" } } },
            },
          },
        },
      },
    },
  },
});
const hooks = against(JSON.parse(readFileSync(new URL("pre-commit-hooks.schema.json", import.meta.url), "utf8")));
const gitlab = against(gitlabSchema);
// Files that other tests use must only be valid YAML here: goreleaser reads its configuration strictly (make
// release-snapshot), regal reads its own (make lint), OPA and promtool read theirs (make integration), transportcert
// reads waivers and data (make test).
const ownTest = (text) => (parsed(text) === undefined ? ["empty"] : []);

const checks = [
  [/(^|\/)\.github\/workflows\/[^/]+\.ya?ml$/, workflow],
  [/^action\.ya?ml$/, action],
  [/^\.gitlab-ci\.yml$/, gitlab],
  [/^azure-pipelines\.yml$/, azure],
  [/^\.pre-commit-hooks\.yaml$/, hooks],
  [/^\.pre-commit-config\.yaml$/, preCommit],
  [/^(\.goreleaser|\.regal\/config|waivers|opa-[a-z]+|examples\/custom\/.*data|examples\/prometheus\/transportcert\.(rules|test))\.yaml$/, ownTest],
];

// problems returns the problems in the text of a file with this name.
export async function problems(name, text) {
  const check = checks.find(([pattern]) => pattern.test(name));
  if (!check) {
    return ["no schema is known for a file of this name"];
  }
  try {
    return await check[1](text);
  } catch (error) {
    return [error.message.split("\n")[0]];
  }
}
