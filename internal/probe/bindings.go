package probe

import (
	"math/big"
	"net/netip"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// bound returns the indices of the enabled connectors that are bound to the
// address that answered: by that address, otherwise by all addresses of its
// family, otherwise by the port, because the server's address may be
// translated.
func bound(r *Result, document *gather.Document) (places []int, by string) {
	for _, kind := range []struct {
		by    string
		takes func(binding netip.AddrPort) bool
	}{
		{"its binding", func(b netip.AddrPort) bool { return b.Addr() == r.remote.Addr().Unmap().WithZone("") }},
		{"its binding", func(b netip.AddrPort) bool {
			return b.Addr().IsUnspecified() && b.Addr().Is4() == r.remote.Addr().Unmap().Is4()
		}},
		{"only the port of its binding", func(netip.AddrPort) bool { return true }},
	} {
		for i, connector := range document.Connectors {
			if connector.Enabled != nil && !*connector.Enabled {
				continue
			}
			for _, text := range connector.Bindings {
				binding, err := parseBinding(text)
				if err == nil && binding.Port() == r.remote.Port() && kind.takes(binding) {
					places = append(places, i)
					break
				}
			}
		}
		if len(places) > 0 {
			return places, kind.by
		}
	}
	return nil, ""
}

// parseBinding parses a binding, 0.0.0.0:25 or [::]:25. The cmdlets also accept
// :::25 for the latter.
func parseBinding(text string) (netip.AddrPort, error) {
	if colon := strings.LastIndexByte(text, ':'); !strings.HasPrefix(text, "[") && strings.Count(text, ":") > 1 {
		text = "[" + text[:colon] + "]" + text[colon:]
	}
	return netip.ParseAddrPort(text)
}

// mostSpecific returns those connectors that have the smallest range of remote
// addresses containing ours, which is how Exchange chooses. It returns all of
// them if any connector's ranges were not gathered or cannot be parsed.
func mostSpecific(r *Result, document *gather.Document, places []int) []int {
	var smallest *big.Int // number of addresses
	var nearest []int
	for _, place := range places {
		ranges := document.Connectors[place].RemoteIPRanges
		if len(ranges) == 0 {
			return places
		}
		var size *big.Int
		for _, text := range ranges {
			from, to, ok := parseRange(text)
			if !ok {
				return places
			}
			local := r.local.WithZone("")
			if from.Is4() == local.Is4() && from.Compare(local) <= 0 && local.Compare(to) <= 0 {
				if n := span(from, to); size == nil || n.Cmp(size) < 0 {
					size = n
				}
			}
		}
		switch {
		case size == nil:
		case smallest == nil || size.Cmp(smallest) < 0:
			smallest, nearest = size, []int{place}
		case size.Cmp(smallest) == 0:
			nearest = append(nearest, place)
		}
	}
	return nearest
}

// parseRange parses a range as Exchange writes it: an address, two addresses
// with a hyphen between them, or CIDR.
func parseRange(text string) (from, to netip.Addr, ok bool) {
	if first, last, found := strings.Cut(text, "-"); found {
		from, errFrom := netip.ParseAddr(strings.TrimSpace(first))
		to, errTo := netip.ParseAddr(strings.TrimSpace(last))
		return from, to, errFrom == nil && errTo == nil && from.Is4() == to.Is4()
	}
	if address, err := netip.ParseAddr(text); err == nil {
		return address, address, true
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return from, to, false
	}
	from = prefix.Masked().Addr()
	last := from.AsSlice()
	for bit := prefix.Bits(); bit < len(last)*8; bit++ {
		last[bit/8] |= 0x80 >> (bit % 8)
	}
	to, ok = netip.AddrFromSlice(last)
	return from, to, ok
}

// span returns the number of addresses in a range.
func span(from, to netip.Addr) *big.Int {
	first, last := new(big.Int).SetBytes(from.AsSlice()), new(big.Int).SetBytes(to.AsSlice())
	return last.Sub(last, first)
}
