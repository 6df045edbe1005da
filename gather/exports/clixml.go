package exports

import (
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// notCLIXML is the error for any other type of file.
type notCLIXML struct {
	root string // its root element; empty: not XML
}

func (e notCLIXML) Error() string {
	if e.root == "" {
		return "expected CLIXML, found a file that is not XML"
	}
	return fmt.Sprintf("expected CLIXML with the root <Objs>, found the root <%s>", e.root)
}

// A decoder reads one CLIXML file ([MS-PSRP] section 2.2.5): <Objs> of <Obj>,
// whose properties are typed elements with a name.
type decoder struct {
	xml     *xml.Decoder
	budget  *budget
	depth   int
	objects map[string]*object  // by RefId
	types   map[string][]string // by RefId
}

// decodeCLIXML reads the top-level values of a CLIXML file in UTF-8 or UTF-16.
// Its error is notCLIXML, or names the line and what was expected there.
func decodeCLIXML(ctx context.Context, file io.Reader, b *budget) ([]value, error) {
	text, err := utf8Reader(&boundedReader{ctx: ctx, in: file, budget: b})
	if err != nil {
		return nil, err
	}
	d := decoder{xml: xml.NewDecoder(text), budget: b, objects: map[string]*object{}, types: map[string][]string{}}
	d.xml.CharsetReader = func(charset string, input io.Reader) (io.Reader, error) {
		if strings.HasPrefix(strings.ToLower(charset), "utf-16") { // already converted by utf8Reader
			return input, nil
		}
		return nil, fmt.Errorf("expected UTF-8 or UTF-16, found %q in the XML declaration", charset)
	}
	root, err := d.next()
	syntax := (*xml.SyntaxError)(nil)
	switch {
	case errors.As(err, &syntax) || err == nil && root == nil:
		return nil, notCLIXML{}
	case err != nil:
		return nil, err
	case root.Name.Local != "Objs":
		return nil, notCLIXML{root: root.Name.Local}
	}
	values, err := d.values()
	if err == nil {
		var after *xml.StartElement
		if after, err = d.next(); after != nil {
			err = d.errorf("expected the end of the file, found <%s>", after.Name.Local)
		}
	}
	switch {
	case errors.As(err, &syntax) && syntax.Msg == "unexpected EOF":
		return nil, fmt.Errorf("line %d: the text ends too early: expected the rest of the XML", syntax.Line)
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("line %d: expected well-formed XML: %s", syntax.Line, syntax.Msg)
	}
	return values, err
}

// utf8Reader returns in as UTF-8 without a byte order mark. Windows PowerShell
// writes UTF-16; PowerShell 7 and most editors write UTF-8.
func utf8Reader(file io.Reader) (io.Reader, error) {
	in := bufio.NewReader(file)
	start, err := in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var decode transform.Transformer
	switch {
	case bytes.HasPrefix(start, []byte("<\x00")):
		decode = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
	case bytes.HasPrefix(start, []byte("\x00<")):
		decode = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()
	default:
		decode = unicode.BOMOverride(transform.Nop)
	}
	text := bufio.NewReader(transform.NewReader(in, decode))
	start, _ = text.Peek(512)
	if !bytes.HasPrefix(bytes.TrimLeft(start, " \t\r\n"), []byte("<")) {
		return nil, notCLIXML{}
	}
	return text, nil
}

// values reads the values up to the end of the current element.
func (d *decoder) values() ([]value, error) {
	var all []value
	for {
		start, err := d.next()
		if err != nil || start == nil {
			return all, err
		}
		v, err := d.value(start)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
}

// value reads the value that start begins.
func (d *decoder) value(start *xml.StartElement) (value, error) {
	line, _ := d.xml.InputPos()
	v := value{kind: start.Name.Local, name: attribute(start, "N"), line: line}
	var err error
	switch v.kind {
	case "Obj":
		v.object, err = d.object(start)
	case "Ref":
		id := attribute(start, "RefId")
		if v.object = d.objects[id]; v.object == nil {
			return v, d.errorf("<Ref>: no object before it has the RefId %q", id)
		}
		_, err = d.text("Ref")
	case "En":
		v.object = &object{}
		v.object.props, err = d.values()
	default:
		v.text, err = d.text(v.kind)
	}
	return v, err
}

// object reads the object that start begins.
func (d *decoder) object(start *xml.StartElement) (*object, error) {
	o := &object{}
	if id := attribute(start, "RefId"); id != "" {
		if d.objects[id] != nil {
			return nil, d.errorf("<Obj>: two objects have the RefId %q", id)
		}
		d.objects[id] = o
	}
	for {
		child, err := d.next()
		if err != nil || child == nil {
			return o, err
		}
		switch child.Name.Local {
		case "TN":
			o.types, err = d.typeNames(attribute(child, "RefId"))
		case "TNRef":
			id, known := attribute(child, "RefId"), false
			if o.types, known = d.types[id]; !known {
				return nil, d.errorf("<TNRef>: no type names before it have the RefId %q", id)
			}
			_, err = d.text("TNRef")
		case "ToString":
			o.toString, err = d.text("ToString")
		case "Props":
			o.props, err = d.values()
		case "MS":
			o.members, err = d.values()
		case "LST", "IE", "STK", "QUE":
			o.items, err = d.values()
		case "DCT":
			o.entries, err = d.values()
		default: // the value of an enumeration, or of an object that wraps one
			var v value
			v, err = d.value(child)
			o.value = &v
		}
		if err != nil {
			return nil, err
		}
	}
}

func (d *decoder) typeNames(id string) ([]string, error) {
	names, err := d.values()
	if err != nil {
		return nil, err
	}
	types := make([]string, 0, len(names))
	for _, n := range names {
		if n.kind != "T" {
			return nil, d.errorf("<TN>: expected <T>, found <%s>", n.kind)
		}
		types = append(types, n.text)
	}
	d.types[id] = types
	return types, nil
}

// text reads the text up to the end of the current element.
func (d *decoder) text(element string) (string, error) {
	var text []byte
	for {
		token, err := d.token()
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.CharData:
			text = append(text, t...)
		case xml.EndElement:
			text := unescape(string(text))
			d.budget.noteReplaced(d, text)
			return text, nil
		case xml.StartElement:
			return "", d.errorf("<%s>: expected text, found <%s>", element, t.Name.Local)
		}
	}
}

// next returns the next child of the current element, or nil at the end of that
// element or of the file.
func (d *decoder) next() (*xml.StartElement, error) {
	for {
		token, err := d.token()
		if errors.Is(err, io.EOF) && d.depth == 0 {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			return &t, nil
		case xml.EndElement:
			return nil, nil
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return nil, d.errorf("expected an element, found text")
			}
		}
	}
}

// token returns the next token and checks the limits.
func (d *decoder) token() (xml.Token, error) {
	token, err := d.xml.Token()
	switch token.(type) {
	case xml.StartElement:
		d.depth++
		d.budget.elements--
		if most := d.budget.limits.Depth; d.depth > most {
			return nil, d.errorf("expected elements nested at most %d deep", most)
		}
		if d.budget.elements < 0 {
			return nil, d.errorf("expected at most %d elements in all files together", d.budget.limits.Elements)
		}
	case xml.EndElement:
		d.depth--
	}
	return token, err
}

// noteReplaced records the line of a text that contains the replacement
// character, which stands for a lost one such as half of a UTF-16 pair.
func (b *budget) noteReplaced(d *decoder, text string) {
	if strings.ContainsRune(text, utf8.RuneError) {
		if b.replaced++; b.replaced == 1 {
			b.replacedLine, _ = d.xml.InputPos()
		}
	}
}

// errorf returns an error that names the current line.
func (d *decoder) errorf(format string, args ...any) error {
	line, _ := d.xml.InputPos()
	return fmt.Errorf("line %d: %w", line, fmt.Errorf(format, args...))
}

func attribute(start *xml.StartElement, name string) string {
	for _, a := range start.Attr {
		if a.Name.Local == name {
			return unescape(a.Value)
		}
	}
	return ""
}
