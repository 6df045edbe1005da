// Parses PowerShell with tree-sitter, because no computer of the project runs PowerShell.
import { fileURLToPath } from "node:url";
import { Language, Parser } from "web-tree-sitter";

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(fileURLToPath(import.meta.resolve("tree-sitter-powershell/tree-sitter-powershell.wasm"))));

// problems returns the syntax errors, with line and column.
export function problems(text) {
  const found = [];
  const visit = (node) => {
    if (node.isError || node.isMissing) {
      const what = node.isMissing ? `expected ${node.type}` : `unexpected ${JSON.stringify(node.text.slice(0, 40))}`;
      found.push(`${node.startPosition.row + 1}:${node.startPosition.column + 1}: ${what}`);
    } else if (node.hasError) {
      node.children.forEach(visit);
    }
  };
  visit(parser.parse(text.replace(/^\ufeff/, "")).rootNode);
  return found;
}
