package exports

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"
)

// A class is an object of a .NET stream. Its values are bool, int32, string,
// []byte and *class; nil stands for null and for types that are not read.
type class struct {
	name   string
	values map[string]any
}

// A reference is the id of another object of the stream.
type reference int32

// A classType is the layout of the objects of a class.
type classType struct {
	name    string
	members []member
}

type member struct {
	name            string
	kind, primitive byte
}

// A stream reads a .NET binary stream ([MS-NRBF]). Every length is checked
// against the remaining bytes. It keeps the first error and reads nothing after
// it.
type stream struct {
	data    []byte
	offset  int
	records int
	most    int                 // records
	types   map[int32]classType // by the id of the first object of a class
	objects map[int32]any
	err     error
}

// decodeNRBF returns the root object of a .NET binary stream, the format of
// SerializationData, with its references resolved. An error names the byte
// offset and what was expected there.
func decodeNRBF(data []byte, maxRecords int) (*class, error) {
	s := &stream{data: data, most: maxRecords, types: map[int32]classType{}, objects: map[int32]any{}}
	if s.u8() != 0 {
		s.fail(0, "expected the header of a .NET binary stream")
	}
	root := s.i32()
	s.take(12)
	for s.err == nil && !(s.offset < len(data) && data[s.offset] == 11) { // MessageEnd
		s.record(0)
	}
	if s.u8(); s.offset < len(data) {
		s.fail(s.offset, "expected the end of the stream, found %d more bytes", len(data)-s.offset)
	}
	c, ok := s.objects[root].(*class)
	if !ok {
		s.fail(len(data), "expected an object with the root's id, %d", root)
	}
	if s.err != nil {
		return nil, s.err
	}
	for name, v := range c.values {
		if id, ok := v.(reference); ok {
			c.values[name] = s.objects[int32(id)]
		}
	}
	return c, nil
}

// record reads one record ([MS-NRBF] section 2.1.2.1) and returns its value and
// the number of values that it represents: none for a library, several for
// nulls.
func (s *stream) record(depth int) (v any, count int) {
	start := s.offset
	if s.records++; s.records > s.most || depth > maxRecordDepth {
		s.fail(start, "expected at most %d records, nested at most %d deep", s.most, maxRecordDepth)
	}
	kind := s.u8()
	if s.err != nil {
		return nil, 0
	}
	switch kind {
	case 9: // MemberReference
		return reference(s.i32()), 1
	case 10: // ObjectNull
		return nil, 1
	case 12: // BinaryLibrary
		s.i32()
		s.text()
		return nil, 0
	case 13: // ObjectNullMultiple256
		return nil, int(s.u8())
	case 14: // ObjectNullMultiple
		return nil, s.count()
	}
	id := s.i32()
	switch kind {
	case 1: // ClassWithId
		t, ok := s.types[s.i32()]
		if !ok {
			s.fail(start, "expected the id of a class that came before")
		}
		return s.class(id, t, depth), 1
	case 4, 5: // SystemClassWithMembersAndTypes, ClassWithMembersAndTypes
		t := s.classType()
		if kind == 5 {
			s.i32() // the library's id
		}
		s.types[id] = t
		return s.class(id, t, depth), 1
	case 6: // BinaryObjectString
		v = s.text()
	case 7: // BinaryArray
		if shape, rank := s.u8(), s.i32(); shape > 1 || rank != 1 {
			s.fail(start, "expected an array of one dimension that begins at 0")
		}
		n, of := s.count(), s.u8()
		if primitive := s.memberType(of); of == 0 {
			s.primitives(n, primitive)
		} else {
			s.elements(n, depth)
		}
	case 15: // ArraySinglePrimitive
		n, of := s.count(), s.u8()
		if bytes := s.primitives(n, of); of == 2 { // of Byte
			v = bytes
		}
	case 16, 17: // ArraySingleObject, ArraySingleString
		s.elements(s.count(), depth)
	default:
		s.fail(start, "expected a record type that occurs in certificates, found type %d", kind)
	}
	s.objects[id] = v
	return v, 1
}

func (s *stream) classType() classType {
	t := classType{name: s.text()}
	n := s.count()
	if n > maxMembers {
		s.fail(s.offset-4, "expected a class with at most %d members, found %d", maxMembers, n)
		return t
	}
	for range n {
		t.members = append(t.members, member{name: s.text()})
	}
	for i := range t.members {
		t.members[i].kind = s.u8()
	}
	for i := range t.members {
		t.members[i].primitive = s.memberType(t.members[i].kind)
	}
	return t
}

// memberType reads the additional type information of a member ([MS-NRBF]
// section 2.1.2.2), and returns the primitive type, if that is what it is.
func (s *stream) memberType(kind byte) (primitive byte) {
	switch kind {
	case 0, 7: // Primitive, PrimitiveArray
		return s.u8()
	case 3: // SystemClass
		s.text()
	case 4: // Class
		s.text()
		s.i32() // the library's id
	}
	return 0
}

// class reads an object of type t.
func (s *stream) class(id int32, t classType, depth int) *class {
	c := &class{name: t.name, values: map[string]any{}}
	s.objects[id] = c
	for _, m := range t.members {
		if m.kind == 0 {
			c.values[m.name] = s.primitive(m.primitive)
			continue
		}
		start := s.offset
		v, count := s.record(depth + 1)
		for count == 0 && s.err == nil { // libraries may come before it
			v, count = s.record(depth + 1)
		}
		if count > 1 {
			s.fail(start, "expected one value for the member %q, found %d", m.name, count)
		}
		c.values[m.name] = v
	}
	return c
}

// elements skips the elements of an array of objects.
func (s *stream) elements(n, depth int) {
	for n > 0 && s.err == nil {
		start := s.offset
		_, count := s.record(depth + 1)
		if n -= count; n < 0 {
			s.fail(start, "expected no more elements than the array has")
		}
	}
}

// primitiveSize is the size in bytes of the primitive types of fixed size
// ([MS-NRBF] section 2.1.2.3).
var primitiveSize = map[byte]int{1: 1, 2: 1, 6: 8, 7: 2, 8: 4, 9: 8, 10: 1, 11: 4, 12: 8, 13: 8, 14: 2, 15: 4, 16: 8}

// primitives returns the bytes of n primitive values.
func (s *stream) primitives(n int, kind byte) []byte {
	size := primitiveSize[kind]
	if size == 0 {
		s.fail(s.offset-1, "expected a primitive type of fixed size, found type %d", kind)
	} else if left := len(s.data) - s.offset; n > left/size {
		s.fail(s.offset, "expected %d values of %d bytes, found %d bytes", n, size, left)
	}
	return s.take(n * size)
}

func (s *stream) primitive(kind byte) any {
	switch kind {
	case 1: // Boolean
		return s.u8() != 0
	case 5, 18: // Decimal, String
		return s.text()
	case 8: // Int32
		return s.i32()
	}
	s.primitives(1, kind)
	return nil
}

// text reads a string: its length in bytes, seven bits a byte, and UTF-8.
func (s *stream) text() string {
	start := s.offset
	n, size := binary.Uvarint(s.data[start:])
	if size <= 0 || n > uint64(len(s.data)-start-size) {
		s.fail(start, "expected a string that fits in the remaining %d bytes", len(s.data)-start)
		return ""
	}
	s.take(size)
	text := s.take(int(n))
	if !utf8.Valid(text) {
		s.fail(start, "expected a string in UTF-8")
	}
	return string(text)
}

// count reads a count.
func (s *stream) count() int {
	start := s.offset
	n := s.i32()
	if n < 0 {
		s.fail(start, "expected a count, found %d", n)
		return 0
	}
	return int(n)
}

func (s *stream) u8() byte {
	if b := s.take(1); s.err == nil {
		return b[0]
	}
	return 0
}

func (s *stream) i32() int32 {
	if b := s.take(4); s.err == nil {
		return int32(binary.LittleEndian.Uint32(b))
	}
	return 0
}

// take returns the next n bytes.
func (s *stream) take(n int) []byte {
	if left := len(s.data) - s.offset; n > left {
		s.fail(s.offset, "expected %d bytes, found %d", n, left)
	}
	if s.err != nil {
		return nil
	}
	s.offset += n
	return s.data[s.offset-n : s.offset : s.offset]
}

func (s *stream) fail(offset int, format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf("byte %d: %w", offset, fmt.Errorf(format, args...))
	}
}
