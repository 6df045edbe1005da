package output

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// mostNames is how many names of a certificate a sentence lists.
const mostNames = 6

// list joins words as a sentence does: a, b and c.
func list(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// alike returns what is not the same, each with the names of all that are the
// same as it.
func alike[T any](all []T, names []string) (different []T, of [][]string) {
	place := map[string]int{}
	for i, one := range all {
		key := fmt.Sprint(one)
		at, again := place[key]
		if !again {
			at = len(different)
			place[key] = at
			different, of = append(different, one), append(of, nil)
		}
		of[at] = append(of[at], names[i])
	}
	return different, of
}

// some is list for what can be long.
func some(words []string) string {
	if len(words) <= mostNames {
		return list(words)
	}
	return fmt.Sprintf("%s and %d more", strings.Join(words[:mostNames], ", "), len(words)-mostNames)
}

// count writes a number with its noun.
func count[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// A criterion is one of step 7, as a reason for not being eligible names it.
type criterion struct {
	name  string
	meets string // no or unknown
	words string // why a certificate is not eligible; empty: they depend on the certificate
}

var criteria = map[string]criterion{
	"version_below_3":     {"X.509 v3", "no", "X.509 version below 3"},
	"no_private_key":      {"Private key", "no", "no private key"},
	"private_key_unknown": {"Private key", "unknown", "private key not known"},
	"name_mismatch":       {"Name", "no", ""},
	"smtp_not_enabled":    {"SMTP", "no", "not enabled for SMTP"},
	"services_unknown":    {"SMTP", "unknown", "services not known"},
}

// reason says which criterion of step 7 failed, and on what.
func reason(code string, certificate gather.Certificate) string {
	switch code {
	case "version_below_3":
		return fmt.Sprintf("it is X.509 version %d", certificate.Version)
	case "no_private_key":
		return "it has no private key"
	case "private_key_unknown":
		return "whether it has a private key is not known"
	case "name_mismatch":
		if len(names(certificate)) == 0 {
			return "it has no name"
		}
		return "none of its names is on the domain list (it has " + some(names(certificate)) + ")"
	case "smtp_not_enabled":
		return "it is not enabled for SMTP (" + services(certificate) + ")"
	case "services_unknown":
		return "whether it is enabled for SMTP is not known"
	}
	return code // an organization's own
}

// reasons says which criteria a certificate fails. One of an organization's own
// has the title of its METADATA.
func (s server) reasons(codes []string, certificate gather.Certificate) string {
	sentences := make([]string, len(codes))
	for i, name := range criteriaNames(s.decision, codes) {
		if sentences[i] = name; name == codes[i] {
			sentences[i] = reason(name, certificate)
		}
	}
	return strings.Join(sentences, "; ")
}

// criteriaNames returns the titles of criteria, with their codes; the code alone of one
// that has no title.
func criteriaNames(decision *evaluate.Decision, codes []string) []string {
	names := slices.Clone(codes)
	for i, code := range codes {
		if title := decision.Criterion(code); title != "" {
			names[i] = title + " (" + code + ")"
		}
	}
	return names
}

func services(certificate gather.Certificate) string {
	switch {
	case certificate.Services == nil:
		return "services not known"
	case len(certificate.Services) == 0:
		return "no services"
	case len(certificate.Services) == 1:
		return "service " + certificate.Services[0]
	}
	return "services " + strings.Join(certificate.Services, ", ")
}

// title is how people know a certificate: its first name, and the friendly name.
func title(certificate gather.Certificate) string {
	name := certificate.Subject
	if all := names(certificate); len(all) > 0 {
		name = all[0]
	}
	if name == "" {
		name = "without a name"
	}
	if certificate.FriendlyName != "" && !strings.EqualFold(certificate.FriendlyName, name) {
		return fmt.Sprintf("%s (%s)", name, certificate.FriendlyName)
	}
	return name
}

// signedBy says who issued a certificate.
func signedBy(certificate gather.Certificate) string {
	name := certificate.Issuer
	if name == "" {
		name = "an unknown issuer"
	}
	switch {
	case is(certificate.SelfSigned, true):
		return "self-signed"
	case certificate.SelfSigned == nil:
		return "issued by " + name + " (not known whether self-signed)"
	}
	return "issued by " + name
}

// chain says what is known of a certificate's chain.
func chain(certificate gather.Certificate) string {
	trust := certificate.Trust
	words := "its chain is " + trust.Chain
	switch {
	case is(trust.Revoked, true):
		words = "it is revoked"
	case trust.Chain == gather.ChainUntrusted:
		words = "its chain ends in no trusted root"
	case trust.Chain == gather.ChainUnknown:
		words = "its chain is not known"
	case trust.ValidFrom == nil || trust.ValidUntil == nil:
		words = "its chain is trusted, but for which time is not known"
	case trust.Chain == gather.ChainTrusted:
		words = fmt.Sprintf("its chain is trusted from %s to %s", *trust.ValidFrom, *trust.ValidUntil)
	}
	if trust.Error != "" {
		words += " (" + trust.Error + ")"
	}
	return words
}

// left says how far the end of a certificate's validity is from the time that
// was decided for.
func (s server) left(certificate gather.Certificate) string {
	days := daysBetween(s.EvaluatedAt, certificate.NotAfter)
	expired := certificate.NotAfter < s.EvaluatedAt
	switch {
	case expired && days == 0:
		return "expired less than a day ago"
	case expired:
		return "expired " + count(-days, "day", "days") + " ago"
	case certificate.NotBefore > s.EvaluatedAt:
		return "not valid yet"
	case days == 0:
		return "less than a day left"
	}
	return count(days, "day", "days") + " left"
}

// daysBetween counts whole days. It counts seconds, since a time.Duration
// holds no more than 292 years, and certificates end in 9999.
func daysBetween(from, to string) int64 {
	a, errFrom := time.Parse(gather.TimeFormat, from)
	b, errTo := time.Parse(gather.TimeFormat, to)
	if errFrom != nil || errTo != nil {
		return 0
	}
	return (b.Unix() - a.Unix()) / (24 * 60 * 60)
}

func inBrackets(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}
