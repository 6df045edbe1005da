package output

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
)

// METADATA can be somebody else's: it stays text.
func TestMarkdownOfHostileMetadata(t *testing.T) {
	t.Parallel()
	page := rulesMarkdown([]evaluate.Rule{{
		ID:          "A001",
		Title:       "a | b",
		Severity:    "info*",
		Description: "<script>alert(1)</script> [x](javascript:alert(1)) `code\n# H1 _it_ minimum_key_bits &amp; \\",
		Remediation: "Stop-Service\n```\n# injected\n````",
		References: []evaluate.Reference{
			{Description: "click](javascript:alert(2))", URL: "javascript:alert(1)"},
			{Description: "a page", URL: "https://contoso.test/a)(<b> c"},
		},
	}}, nil)
	require.Contains(t, page, "| [A001](#a001) | info\\* | a \\| b |\n")
	require.Contains(t, page, "## A001: a \\| b\n\nSeverity: info\\*\n\n"+
		"&lt;script&gt;alert(1)&lt;/script&gt; \\[x\\](javascript:alert(1)) \\`code # H1 \\_it\\_ minimum_key_bits &amp;amp; \\\\\n\n"+
		"`````powershell\nStop-Service\n```\n# injected\n````\n`````\n\n"+
		"- click\\](javascript:alert(2)) javascript:alert(1)\n"+
		"- [a page](https://contoso.test/a%29%28%3Cb%3E%20c)\n")

	for text, expected := range map[string]string{"# x": "\\# x", "- x": "\\- x", "1. x": "1\\. x", "> x": "&gt; x", "=": "\\="} {
		require.Equal(t, expected, inline(text))
	}
}
