package exports

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/transportcert/transportcert/gather/certstore"
)

// serialized is what SerializationData says about a certificate, except for what
// readSerialized adds to its properties.
type serialized struct {
	certificate []byte // DER; nil: unknown
	signed      bool   // it carries a signature
	server      string // from Identity; empty: unknown
}

// signatureMark is the beginning of signed SerializationData, and signatureSize
// is the length of the signature at its end, in bytes.
const (
	signatureMark = "#sig#"
	signatureSize = 32
)

// unsign returns the .NET stream in SerializationData. Servers with a security
// update of November 2023 or later sign it: the mark, the length of the stream
// (32 bits, little-endian), the stream, the signature. The signature is not
// verified, because only the server has the key.
func unsign(data []byte) (stream []byte, signed bool, err error) {
	rest, signed := bytes.CutPrefix(data, []byte(signatureMark))
	if !signed {
		return data, false, nil
	}
	if len(rest) < 4 {
		return nil, true, fmt.Errorf("byte %d: expected the length of the signed stream, found %d bytes", len(signatureMark), len(rest))
	}
	length, rest := binary.LittleEndian.Uint32(rest), rest[4:]
	if uint64(len(rest)) != uint64(length)+signatureSize {
		return nil, true, fmt.Errorf("byte %d: expected a stream of %d bytes and a signature of %d, found %d bytes",
			len(signatureMark), length, signatureSize, len(rest))
	}
	return rest[:length], true, nil
}

// readSerialized reads the SerializationData of a certificate, which an export
// from a remote session has instead of plain properties: a .NET stream of an
// ExchangeCertificate that contains a serialized store element. It adds the
// properties that the object lacks. With an error, it also returns what could be
// read.
func readSerialized(o *object, maxRecords int) (s serialized, err error) {
	v, ok := o.known("SerializationData")
	if !ok {
		return s, nil
	}
	data, err := v.bytes()
	if err != nil {
		return s, err
	}
	content, signed, err := unsign(data)
	if err != nil {
		return s, fmt.Errorf("SerializationData: %w", err)
	}
	s.signed = signed
	c, err := decodeNRBF(content, maxRecords)
	if err != nil {
		return s, fmt.Errorf("SerializationData: %w", err)
	}
	identity, _ := c.values["Identity"].(string)
	s.server = beforeBackslash(identity)
	stored, ok := c.values["CertData"].([]byte)
	if !ok {
		return s, fmt.Errorf("SerializationData: expected an ExchangeCertificate with CertData, found %s", c.name)
	}
	element, end, err := certstore.ReadElement(stored, 0)
	if err == nil && (end != len(stored) || element.Certificate == nil) {
		err = errors.New("expected one certificate and nothing else")
	}
	if err != nil {
		return s, fmt.Errorf("SerializationData: CertData: %w", err)
	}
	s.certificate = element.Certificate
	o.add("B", "HasPrivateKey", strconv.FormatBool(element.HasPrivateKey()))
	for _, name := range []string{"Services", "Status", "RootCAType"} {
		enum, ok := c.values[name].(*class)
		if !ok {
			continue
		}
		number, ok := enum.values["value__"].(int32)
		if !ok {
			return s, fmt.Errorf("SerializationData: %s: expected an enumeration of 32 bits, found %s", name, enum.name)
		}
		o.add("I32", name, strconv.Itoa(int(number)))
	}
	if _, ok := o.known("FriendlyName"); !ok {
		name, err := element.FriendlyName()
		if err != nil {
			return s, fmt.Errorf("SerializationData: CertData: %w", err)
		}
		o.add("S", "FriendlyName", name)
	}
	return s, nil
}
