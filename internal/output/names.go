package output

import (
	"cmp"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// short returns the beginning of a thumbprint, 8 digits or as many as tell it
// from the others of the store.
func (s server) short(thumbprint *string) string {
	if thumbprint == nil {
		return ""
	}
	length := 8
	for _, certificate := range s.facts.Certificates {
		if certificate.Thumbprint != *thumbprint {
			length = max(length, common(certificate.Thumbprint, *thumbprint)+1)
		}
	}
	return (*thumbprint)[:min(length, len(*thumbprint))]
}

// common is how many digits two thumbprints have in common at the beginning.
func common(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// inProse returns what makes thumbprints readable in a sentence: of a
// certificate of the store its friendly name or its subject, and its first
// digits. What a person copies keeps all digits.
func inProse(facts *gather.Document) *strings.Replacer {
	if facts == nil {
		return strings.NewReplacer()
	}
	sorted := slices.SortedFunc(slices.Values(facts.Certificates), func(a, b gather.Certificate) int {
		return cmp.Compare(a.Thumbprint, b.Thumbprint)
	})
	var pairs []string
	for i, certificate := range sorted { // whose neighbours have most in common with it
		length := 8
		for _, j := range []int{i - 1, i + 1} {
			if j >= 0 && j < len(sorted) {
				length = max(length, common(sorted[j].Thumbprint, certificate.Thumbprint)+1)
			}
		}
		name := certificate.Thumbprint[:min(length, len(certificate.Thumbprint))]
		if known := cmp.Or(certificate.FriendlyName, certificate.Subject); known != "" {
			name = known + " (" + name + ")"
		}
		if certificate.Thumbprint != "" {
			pairs = append(pairs, certificate.Thumbprint, name)
		}
	}
	return strings.NewReplacer(pairs...)
}
