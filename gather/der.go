package gather

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
)

// The tags that occur in a certificate (X.690, RFC 5280).
const (
	tagBoolean         = 0x01
	tagInteger         = 0x02
	tagBitString       = 0x03
	tagOctetString     = 0x04
	tagOID             = 0x06
	tagUTF8String      = 0x0c
	tagNumericString   = 0x12
	tagPrintableString = 0x13
	tagTeletexString   = 0x14
	tagIA5String       = 0x16
	tagUTCTime         = 0x17
	tagGeneralizedTime = 0x18
	tagVisibleString   = 0x1a
	tagUniversalString = 0x1c
	tagBMPString       = 0x1e
	tagSequence        = 0x30
	tagSet             = 0x31
)

// An element is one tag, length and value of a certificate.
type element struct {
	doc               []byte // the whole certificate: offsets in errors are the file's
	tag               byte
	start, value, end int // offsets in doc
}

func (e element) full() []byte    { return e.doc[e.start:e.end] }
func (e element) content() []byte { return e.doc[e.value:e.end] }

// inside reads what the element holds. The first damage goes to *err.
func (e element) inside(err *error) *reader {
	return &reader{doc: e.doc, at: e.value, end: e.end, err: err}
}

// A reader reads the elements between two offsets of a certificate. It takes
// lengths that BER allows and DER forbids, since Windows does. Once *err is
// set, every read yields an empty element, so that callers check it at the end.
type reader struct {
	doc     []byte
	at, end int
	err     *error
}

func (r *reader) fail(at int, format string, args ...any) element {
	if *r.err == nil {
		*r.err = fmt.Errorf("byte %d: %s", at, fmt.Sprintf(format, args...))
	}
	return element{doc: r.doc}
}

func (r *reader) more() bool { return *r.err == nil && r.at < r.end }

// next reads one element; what names it in errors.
func (r *reader) next(what string) element {
	rest := r.doc[r.at:r.end]
	if *r.err != nil {
		return element{doc: r.doc}
	}
	if len(rest) < 2 {
		return r.fail(r.at, "expected %s, found the end", what)
	}
	e := element{doc: r.doc, tag: rest[0], start: r.at}
	length, header := int(rest[1]), 2
	if digits := length & 0x7f; length >= 0x80 {
		if digits == 0 || digits > len(rest)-2 {
			return r.fail(r.at+1, "expected the length of %s, found %d bytes of which %d are there", what, digits, len(rest)-2)
		}
		length, header = 0, header+digits
		for _, b := range rest[2:header] {
			if length = length<<8 | int(b); length > maxCertificate {
				return r.fail(r.at+1, "%s is said to be longer than %d bytes", what, maxCertificate)
			}
		}
	}
	if e.tag&0x1f == 0x1f {
		return r.fail(r.at, "expected %s, found a tag of several bytes", what)
	}
	if length > len(rest)-header {
		return r.fail(r.at, "%s is cut off: %d bytes expected, %d are there", what, length, len(rest)-header)
	}
	e.value = r.at + header
	e.end = e.value + length
	r.at = e.end
	return e
}

// take reads one element that must have the tag.
func (r *reader) take(tag byte, what string) element {
	if *r.err == nil && r.at < r.end && r.doc[r.at] != tag {
		return r.fail(r.at, "expected %s (tag 0x%02x), found tag 0x%02x", what, tag, r.doc[r.at])
	}
	return r.next(what)
}

// optional reads an element if the next one has the tag.
func (r *reader) optional(tag byte, what string) (element, bool) {
	if !r.more() || r.doc[r.at] != tag {
		return element{doc: r.doc}, false
	}
	e := r.next(what)
	return e, *r.err == nil
}

// Layouts of UTCTime and GeneralizedTime: as DER has them, and with what BER
// allows, seconds or minutes left out or an offset in place of Z.
var (
	utcLayouts         = []string{"060102150405Z0700", "0601021504Z0700"}
	generalizedLayouts = []string{"20060102150405Z0700", "200601021504Z0700", "2006010215Z0700"}
)

// time reads a UTCTime or a GeneralizedTime. Fractions of a second are dropped.
func (r *reader) time(what string) time.Time {
	e := r.next(what)
	layouts := utcLayouts
	if e.tag == tagGeneralizedTime {
		layouts = generalizedLayouts
	}
	if e.tag == tagUTCTime || e.tag == tagGeneralizedTime {
		for _, layout := range layouts {
			t, err := time.Parse(layout, string(e.content()))
			if err != nil {
				continue
			}
			// RFC 5280, 4.1.2.5.1: 50 to 99 are in the 20th century.
			// Package time draws that line at 69.
			if e.tag == tagUTCTime && t.Year() >= 2050 {
				t = t.AddDate(-100, 0, 0)
			}
			if t = t.UTC().Truncate(time.Second); t.Year() >= 0 && t.Year() <= 9999 {
				return t
			}
		}
	}
	r.fail(e.start, "expected %s (UTCTime or GeneralizedTime), found tag 0x%02x, %q", what, e.tag, cut(string(e.content())))
	return time.Time{}
}

// text decodes a string of any of the types that names use. What is no text
// comes as # and its bytes in hex, as RFC 4514 has it.
func (e element) text() string {
	b := e.content()
	switch e.tag {
	case tagUTF8String:
		return strings.ToValidUTF8(string(b), "\ufffd")
	case tagBMPString:
		units := make([]uint16, 0, len(b)/2)
		for ; len(b) >= 2; b = b[2:] {
			units = append(units, uint16(b[0])<<8|uint16(b[1]))
		}
		return string(utf16.Decode(units))
	case tagUniversalString:
		var runes []rune
		for ; len(b) >= 4; b = b[4:] {
			runes = append(runes, rune(uint32(b[0])<<24|uint32(b[1])<<16|uint32(b[2])<<8|uint32(b[3])))
		}
		return string(runes)
	case tagNumericString, tagPrintableString, tagTeletexString, tagIA5String, tagVisibleString:
		return latin1(b)
	}
	return fmt.Sprintf("#%X", e.full())
}

// latin1 decodes ASCII, and what certificates in the field put into its types.
func latin1(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

// cut shortens a text for a message.
func cut(s string) string {
	const most = 60
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
