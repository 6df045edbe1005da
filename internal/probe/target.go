package probe

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// DefaultPort is the port of a target without a port.
const DefaultPort = 25

// A Target is a server to connect to.
type Target struct {
	Host string // a name, or an IP address without brackets
	Port uint16
}

// ParseTarget parses HOST, HOST:PORT, an IPv6 address, or [IPv6]:PORT.
func ParseTarget(text string) (Target, error) {
	wrong := func(why string) (Target, error) {
		return Target{}, fmt.Errorf("expected HOST, HOST:PORT or [IPv6]:PORT, found %.300q: %s", text, why)
	}
	if _, err := netip.ParseAddr(text); err == nil {
		return Target{text, DefaultPort}, nil
	}
	host, port := text, ""
	if unbracketed, ok := strings.CutPrefix(text, "["); ok && strings.HasSuffix(text, "]") {
		host = strings.TrimSuffix(unbracketed, "]")
	} else if strings.Contains(text, ":") {
		var err error
		if host, port, err = net.SplitHostPort(text); err != nil {
			return wrong("it is not HOST:PORT")
		}
		if port == "" {
			return wrong("the port is missing")
		}
	}
	if strings.HasPrefix(text, "[") {
		if ip, err := netip.ParseAddr(host); err != nil || !ip.Is6() {
			return wrong("expected an IPv6 address in the brackets")
		}
	} else if why := notHost(host); why != "" {
		return wrong(why)
	}
	target := Target{host, DefaultPort}
	if port != "" {
		number, err := strconv.ParseUint(port, 10, 16)
		if err != nil || number == 0 {
			return wrong("the port is not a number from 1 to 65535")
		}
		target.Port = uint16(number)
	}
	return target, nil
}

// notHost says why text cannot be the name of a host. It does not apply the
// rules of name servers.
func notHost(name string) string {
	if name == "" || len(name) > 254 {
		return "the name of a host has 1 to 254 bytes"
	}
	for _, c := range []byte(name) {
		if c != '-' && c != '.' && c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return "the name of a host contains only letters, digits, dots, hyphens and underscores"
		}
	}
	return ""
}

func (t Target) String() string {
	return net.JoinHostPort(t.Host, strconv.Itoa(int(t.Port)))
}
