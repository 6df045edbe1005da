package documents

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// A stream reads lines with a lookahead of one. It decodes UTF-16, which
// Windows PowerShell writes when a command's output is redirected.
type stream struct {
	reader *bufio.Reader
	most   int    // bytes of a document, or of a line
	number int    // number of the last line returned, from 1
	ahead  []byte // the following line, if it was read
	blank  int    // number of lines skipped before ahead
}

// newStream uses a buffer that nothing else may use until the stream is read.
func newStream(r io.Reader, buffer *bufio.Reader, most int) *stream {
	buffer.Reset(r)
	if start, _ := buffer.Peek(3); hasByteOrderMark(start) {
		buffer = bufio.NewReader(transform.NewReader(buffer, unicode.BOMOverride(transform.Nop)))
	}
	return &stream{reader: buffer, most: most}
}

func hasByteOrderMark(start []byte) bool {
	return slices.ContainsFunc([]string{"\xff\xfe", "\xfe\xff", "\xef\xbb\xbf"}, func(mark string) bool {
		return bytes.HasPrefix(start, []byte(mark))
	})
}

// line returns the next line that is not blank, with its line ending, or io.EOF
// after the last one.
func (s *stream) line() ([]byte, error) {
	line, blank, err := s.ahead, s.blank, error(nil)
	if s.ahead = nil; line == nil {
		line, blank, err = s.read()
	}
	s.number += blank + 1
	return line, err
}

// read returns the next line that is not blank and the number of blank lines
// before it.
func (s *stream) read() (line []byte, blank int, err error) {
	for {
		for {
			var part []byte
			part, err = s.reader.ReadSlice('\n')
			if line = append(line, part...); len(line) > s.most {
				return nil, blank, s.tooLong()
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				break
			}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, blank, err
		}
		if len(bytes.TrimSpace(line)) > 0 {
			return line, blank, nil // the next read returns io.EOF
		}
		if err != nil {
			return nil, blank, err
		}
		line, blank = line[:0], blank+1
	}
}

func (s *stream) tooLong() error {
	return fmt.Errorf("expected a document of at most %d bytes, found a longer one; the rest was not read", s.most)
}

// isNDJSON reports whether a stream that starts with the line has one document
// per line: the first line is a complete value, or it cannot be part of a
// document and the second line is complete, so that a damaged first line does
// not hide the others.
func (s *stream) isNDJSON(first []byte) (bool, error) {
	if json.Valid(first) {
		return true, nil
	}
	second, blank, err := s.read()
	if err != nil {
		return false, ignoreEOF(err)
	}
	s.ahead, s.blank = second, blank
	var start json.RawMessage
	err = json.NewDecoder(bytes.NewReader(slices.Concat(first, second))).Decode(&start)
	return !errors.Is(err, io.ErrUnexpectedEOF) && json.Valid(second), nil
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// rest returns the first line and everything that follows it.
func (s *stream) rest(first []byte) ([]byte, error) {
	whole := slices.Concat(first, bytes.Repeat([]byte("\n"), s.blank), s.ahead)
	s.ahead = nil
	after, err := io.ReadAll(io.LimitReader(s.reader, int64(s.most-len(whole)+1)))
	if err != nil {
		return nil, err
	}
	if whole = append(whole, after...); len(whole) > s.most {
		return nil, s.tooLong()
	}
	return whole, nil
}
