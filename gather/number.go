package gather

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxDigits limits the length of a number in bytes, and its exponent, so that
// exact arithmetic stays cheap.
const maxDigits = 100

// exactNumbers reads a whole number, including 3.0 and 30e-1, as a float64, and
// any other number as a json.Number: as a float64, 2.9999999999999999999999
// would become 3, but OPA does not treat it as 3.
var exactNumbers = jsonv2.WithUnmarshalers(jsonv2.UnmarshalFromFunc(func(d *jsontext.Decoder, value *any) error {
	if d.PeekKind() != '0' {
		return errors.ErrUnsupported
	}
	text, err := d.ReadValue()
	if err != nil {
		return err
	}
	if len(text) > maxDigits {
		return fmt.Errorf("expected a number of at most %d characters", maxDigits)
	}
	_, exponent, _ := strings.Cut(strings.ToLower(string(text)), "e")
	if n, err := strconv.Atoi(cmp.Or(exponent, "0")); err != nil || n > maxDigits || n < -maxDigits {
		return errors.New("value out of range")
	}
	exact, ok := new(big.Rat).SetString(string(text))
	if !ok || !exact.IsInt() {
		*value = json.Number(text)
		return nil
	}
	*value, _ = exact.Float64()
	return nil
}))
