// Package der reads ASN.1 as it occurs in certificates and key files: DER, and
// the deviations of BER that Windows accepts. It never changes a certificate's
// bytes, because the thumbprint is their hash.
package der

import (
	"crypto/x509"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
)

// The tags that occur in certificates and key files (X.690, RFC 5280, RFC 7292).
const (
	TagBoolean         = 0x01
	TagInteger         = 0x02
	TagBitString       = 0x03
	TagOctetString     = 0x04
	TagNull            = 0x05
	TagOID             = 0x06
	TagUTF8String      = 0x0c
	TagNumericString   = 0x12
	TagPrintableString = 0x13
	TagTeletexString   = 0x14
	TagIA5String       = 0x16
	TagUTCTime         = 0x17
	TagGeneralizedTime = 0x18
	TagVisibleString   = 0x1a
	TagUniversalString = 0x1c
	TagBMPString       = 0x1e
	TagSequence        = 0x30
	TagSet             = 0x31
	TagExplicit0       = 0xa0 // [0], constructed
)

// Constructed is the bit of a tag whose value consists of elements.
const Constructed = 0x20

// maxLength limits the length of an element, in bytes.
const maxLength = 64 << 20

// maxDepth limits how deep elements of indefinite length are nested. A PKCS#12
// file nests them ten deep.
const maxDepth = 32

// An Element is one tag, length and value.
type Element struct {
	Tag                     byte
	data                    []byte // all data of the reader, to which offsets in errors refer
	start, value, end, next int    // offsets in data; next equals end except for an indefinite length
}

// Full returns the element with its tag and length, as encoded.
func (e Element) Full() []byte { return e.data[e.start:e.next:e.next] }

// Content returns the value.
func (e Element) Content() []byte { return e.data[e.value:e.end:e.end] }

// Bits returns the value of a BIT STRING without the byte that counts the
// unused bits.
func (e Element) Bits() []byte { return e.bits().Content() }

func (e Element) bits() Element {
	e.value = min(e.value+1, e.end)
	return e
}

// Inside reads the content of the element. The first error is stored in *err.
func (e Element) Inside(err *error) *Reader {
	return &Reader{data: e.data, at: e.value, end: e.end, err: err}
}

// InsideBits reads the content of a BIT STRING.
func (e Element) InsideBits(err *error) *Reader { return e.bits().Inside(err) }

// Octets returns the value of an OCTET STRING or an implicitly tagged one. In
// BER, both can consist of parts, which are joined.
func (e Element) Octets(err *error) []byte {
	if e.Tag&Constructed == 0 {
		return e.Content()
	}
	var octets []byte
	for r := e.Inside(err); r.More(); {
		octets = append(octets, r.Take(TagOctetString, "a part of an OCTET STRING").Content()...)
	}
	return octets
}

// A Reader reads one element after the other. It accepts lengths that BER
// allows and DER forbids, because Windows does. Once *err is set, every read
// returns an empty element, so callers check it only at the end.
type Reader struct {
	data    []byte
	at, end int
	err     *error
}

// NewReader reads data from its start. The first error is stored in *err, with
// the byte offset in data and what was expected there.
func NewReader(data []byte, err *error) *Reader {
	return &Reader{data: data, end: len(data), err: err}
}

// Fail reports an error in e, unless there is an error already.
func (r *Reader) Fail(e Element, format string, args ...any) { r.fail(e.start, format, args...) }

func (r *Reader) fail(at int, format string, args ...any) Element {
	if *r.err == nil {
		*r.err = fmt.Errorf("byte %d: %s", at, fmt.Sprintf(format, args...))
	}
	return Element{data: r.data}
}

// Err returns where the first error is stored, for readers of nested data.
func (r *Reader) Err() *error { return r.err }

// More reports whether there is more to read.
func (r *Reader) More() bool { return *r.err == nil && r.at < r.end }

// Offset returns the offset of the next element.
func (r *Reader) Offset() int { return r.at }

// Next returns the tag of the next element, or 0 if there is none.
func (r *Reader) Next() byte {
	if !r.More() {
		return 0
	}
	return r.data[r.at]
}

// Any reads one element; what names it in errors.
func (r *Reader) Any(what string) Element {
	if *r.err != nil {
		return Element{data: r.data}
	}
	e := r.header(what)
	switch {
	case *r.err != nil:
		return Element{data: r.data}
	case e.end == indefinite:
		e.end = r.endMark(e.value, what, 0)
		e.next = e.end + 2
	case e.end > r.end:
		return r.fail(e.start, "%s is truncated: expected %d bytes, found %d", what, e.end-e.value, r.end-e.value)
	}
	if *r.err != nil {
		return Element{data: r.data}
	}
	r.at = e.next
	return e
}

// indefinite is the end of an element whose length is determined by an end
// marker.
const indefinite = -1

// header reads a tag and a length.
func (r *Reader) header(what string) Element {
	rest := r.data[r.at:r.end]
	if len(rest) < 2 {
		return r.fail(r.at, "expected %s, found the end", what)
	}
	e := Element{Tag: rest[0], data: r.data, start: r.at, value: r.at + 2}
	if e.Tag&0x1f == 0x1f {
		return r.fail(r.at, "expected %s, found a tag of several bytes", what)
	}
	length := int(rest[1])
	if length == 0x80 && e.Tag&Constructed != 0 {
		e.end = indefinite
		return e
	}
	if digits := length & 0x7f; length >= 0x80 {
		if digits == 0 || digits > len(rest)-2 {
			return r.fail(r.at+1, "expected the length of %s, found a length of %d bytes with %d bytes left", what, digits, len(rest)-2)
		}
		length, e.value = 0, e.value+digits
		for _, b := range rest[2 : 2+digits] {
			if length = length<<8 | int(b); length > maxLength {
				return r.fail(r.at+1, "%s claims to be longer than %d bytes", what, maxLength)
			}
		}
	}
	e.end = e.value + length
	e.next = e.end
	return e
}

// endMark returns the offset of the end marker of an element whose value begins
// at at.
func (r *Reader) endMark(at int, what string, depth int) int {
	if depth > maxDepth {
		r.fail(at, "%s has elements of indefinite length nested more than %d deep", what, maxDepth)
	}
	inner := Reader{data: r.data, at: at, end: r.end, err: r.err}
	for *r.err == nil {
		if len(r.data[inner.at:r.end]) >= 2 && r.data[inner.at] == 0 && r.data[inner.at+1] == 0 {
			return inner.at
		}
		e := inner.header("the end marker of " + what)
		if *r.err != nil {
			break
		}
		if e.end == indefinite {
			e.next = r.endMark(e.value, what, depth+1) + 2
		} else if e.end > r.end {
			r.fail(e.start, "%s is truncated: its end marker is missing", what)
		}
		inner.at = e.next
	}
	return at
}

// Take reads an element that must have the tag.
func (r *Reader) Take(tag byte, what string) Element {
	if found := r.Next(); *r.err == nil && r.at < r.end && found != tag {
		return r.fail(r.at, "expected %s (tag 0x%02x), found tag 0x%02x", what, tag, found)
	}
	return r.Any(what)
}

// Optional reads an element if the next one has the tag.
func (r *Reader) Optional(tag byte, what string) (Element, bool) {
	if !r.More() || r.Next() != tag {
		return Element{data: r.data}, false
	}
	e := r.Any(what)
	return e, *r.err == nil
}

// OID reads an object identifier, in dotted form. If its encoding is damaged,
// it returns # and the bytes in hex.
func (r *Reader) OID(what string) string {
	e := r.Take(TagOID, what)
	if *r.err != nil {
		return ""
	}
	var id x509.OID
	if err := id.UnmarshalBinary(e.Content()); err != nil {
		return fmt.Sprintf("#%X", e.Content())
	}
	return id.String()
}

// Int reads a nonnegative INTEGER of at most 31 bits.
func (r *Reader) Int(what string) int {
	e := r.Take(TagInteger, what)
	n := 0
	for _, b := range e.Content() {
		n = min(n<<8|int(b), 1<<32)
	}
	if b := e.Content(); *r.err == nil && (len(b) == 0 || b[0] >= 0x80 || n >= 1<<31) {
		r.Fail(e, "expected %s (a small nonnegative number), found %.20X", what, b)
		return 0
	}
	return n
}

// Layouts of UTCTime and GeneralizedTime: those of DER, and those that BER
// allows, with seconds or minutes omitted or an offset instead of Z.
var (
	utcLayouts         = []string{"060102150405Z0700", "0601021504Z0700"}
	generalizedLayouts = []string{"20060102150405Z0700", "200601021504Z0700", "2006010215Z0700"}
)

// Time reads a UTCTime or a GeneralizedTime. Fractions of a second are dropped.
func (r *Reader) Time(what string) time.Time {
	e := r.Any(what)
	layouts := utcLayouts
	if e.Tag == TagGeneralizedTime {
		layouts = generalizedLayouts
	}
	if e.Tag == TagUTCTime || e.Tag == TagGeneralizedTime {
		for _, layout := range layouts {
			t, err := time.Parse(layout, string(e.Content()))
			if err != nil {
				continue
			}
			// In RFC 5280, 4.1.2.5.1, 50 to 99 are in the 20th century. Package
			// time uses 69 to 99.
			if e.Tag == TagUTCTime && t.Year() >= 2050 {
				t = t.AddDate(-100, 0, 0)
			}
			if t = t.UTC().Truncate(time.Second); t.Year() >= 0 && t.Year() <= 9999 {
				return t
			}
		}
	}
	r.Fail(e, "expected %s (UTCTime or GeneralizedTime), found tag 0x%02x, %.60q", what, e.Tag, e.Content())
	return time.Time{}
}

// Text decodes a string of any type that occurs in names. A value that is not
// text becomes # and its bytes in hex, as in RFC 4514.
func (e Element) Text() string {
	b := e.Content()
	switch e.Tag {
	case TagUTF8String:
		return strings.ToValidUTF8(string(b), "\ufffd")
	case TagBMPString:
		units := make([]uint16, 0, len(b)/2)
		for ; len(b) >= 2; b = b[2:] {
			units = append(units, uint16(b[0])<<8|uint16(b[1]))
		}
		return string(utf16.Decode(units))
	case TagUniversalString:
		var runes []rune
		for ; len(b) >= 4; b = b[4:] {
			runes = append(runes, rune(uint32(b[0])<<24|uint32(b[1])<<16|uint32(b[2])<<8|uint32(b[3])))
		}
		return string(runes)
	case TagNumericString, TagPrintableString, TagTeletexString, TagIA5String, TagVisibleString:
		return Latin1(b)
	}
	return fmt.Sprintf("#%X", e.Full())
}

// Latin1 decodes ASCII, and the other bytes that real certificates use in its
// types.
func Latin1(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}
