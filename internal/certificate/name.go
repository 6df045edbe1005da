package certificate

import (
	"slices"
	"strings"

	"github.com/transportcert/transportcert/internal/der"
)

const commonName = "2.5.4.3"

// attributeNames are the short names that Windows displays.
var attributeNames = map[string]string{
	commonName:                   "CN",
	"2.5.4.4":                    "SN",
	"2.5.4.5":                    "SERIALNUMBER",
	"2.5.4.6":                    "C",
	"2.5.4.7":                    "L",
	"2.5.4.8":                    "S",
	"2.5.4.9":                    "STREET",
	"2.5.4.10":                   "O",
	"2.5.4.11":                   "OU",
	"2.5.4.12":                   "T",
	"2.5.4.13":                   "Description",
	"2.5.4.17":                   "PostalCode",
	"2.5.4.42":                   "G",
	"2.5.4.43":                   "I",
	"0.9.2342.19200300.100.1.25": "DC",
	"1.2.840.113549.1.9.1":       "E",
}

// name reads a distinguished name: as text ordered and quoted as in Windows,
// most specific part first, and every common name in the order of the
// certificate. An error says what is damaged; the rest is still returned.
func name(e der.Element) (text string, commonNames []string, err error) {
	var rdns []string
	commonNames = []string{}
	for r := e.Inside(&err); r.More(); {
		var attributes []string
		for set := r.Take(der.TagSet, "a relative distinguished name").Inside(&err); set.More(); {
			pair := set.Take(der.TagSequence, "an attribute").Inside(&err)
			id := pair.OID("an attribute's type")
			value := pair.Any("an attribute's value")
			if err != nil {
				break
			}
			if id == commonName {
				commonNames = append(commonNames, value.Text())
			}
			short, known := attributeNames[id]
			if !known {
				short = "OID." + id
			}
			attributes = append(attributes, short+"="+quoted(value.Text()))
		}
		if len(attributes) > 0 {
			rdns = append(rdns, strings.Join(attributes, " + "))
		}
	}
	slices.Reverse(rdns)
	return strings.Join(rdns, ", "), commonNames, err
}

// quoted puts a value in quotation marks if it contains characters that
// separate names.
func quoted(value string) string {
	if strings.TrimSpace(value) == value && !strings.ContainsAny(value, ",+=\"\r\n<>#;") {
		return value
	}
	return `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
}
