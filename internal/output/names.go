package output

import (
	"cmp"
	"slices"
	"strings"
)

// short returns the beginning of a thumbprint, 8 digits or as many as tell it
// from the others of the store.
func (s server) short(thumbprint *string) string {
	if thumbprint == nil {
		return ""
	}
	next, there := slices.BinarySearch(s.sorted, *thumbprint)
	neighbors := s.sorted[max(0, next-1):next] // which have most in common with it
	if there {
		next++
	}
	length := 8
	for _, neighbor := range slices.Concat(neighbors, s.sorted[next:min(next+1, len(s.sorted))]) {
		length = max(length, common(neighbor, *thumbprint)+1)
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

// called is how sentences name a certificate: by its friendly name or its
// subject, and its first digits.
func (s server) called(thumbprint string) string {
	certificate := s.store[thumbprint]
	if known := cmp.Or(certificate.FriendlyName, certificate.Subject); known != "" {
		return known + " (" + s.short(&thumbprint) + ")"
	}
	return s.short(&thumbprint)
}

// prose returns what makes the thumbprints of the store readable in a sentence.
// What a person copies keeps all digits.
func (s server) prose() *strings.Replacer {
	var pairs []string
	for _, thumbprint := range s.sorted {
		pairs = append(pairs, thumbprint, s.called(thumbprint))
	}
	return strings.NewReplacer(pairs...)
}
