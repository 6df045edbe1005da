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

// maxDigits is how many bytes a number may have, and how large its exponent may
// be: few enough for exact arithmetic.
const maxDigits = 100

// exactNumbers reads a number that is whole, 3.0 and 30e-1 too, as float64 and
// any other as json.Number: as a float64, 2.9999999999999999999999 would be 3,
// which it is not to OPA.
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
