package directory

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// addedToBuild is what a directory adds to the build of a version.
const addedToBuild = 30000

// version returns the version of Exchange, 15.2.1748.10; it is empty where the
// directory does not show it. serialNumber is the text that Exchange displays.
func (g Gatherer) version(s *server) (string, error) {
	for _, text := range s.entry.GetEqualFoldAttributeValues(attrSerial) {
		version := gather.DisplayVersion(text)
		if version == "" {
			g.report("%s: ignored %s: expected a text such as Version 15.2 (Build 31748.10), found %.60q", s.name, attrSerial, text)
			continue
		}
		numbers := strings.Split(version, ".")
		if len(numbers) > 2 {
			if build, err := strconv.Atoi(numbers[2]); err == nil && build >= addedToBuild {
				numbers[2] = strconv.Itoa(build - addedToBuild)
			}
		}
		return strings.Join(numbers, "."), nil
	}
	// The layout of Autodiscover's ServerVersion: six bits of the major version,
	// six of the minor one, a bit that is set, and 15 of the build.
	const set = 0x70008000
	packed, err := number(s.entry, attrVersion, 0)
	if packed == 0 || err != nil {
		return "", err
	}
	if packed&set != set {
		g.report("%s: ignored %s, %d: expected a number that packs a version of Exchange", s.name, attrVersion, packed)
		return "", nil
	}
	return fmt.Sprintf("%d.%d.%d", packed>>22&0x3f, packed>>16&0x3f, packed&0x7fff), nil
}

// serverRoles are the flags of msExchCurrentServerRoles that have a name in a
// document, the lowest first. Exchange 2013 calls its Client Access role Cafe.
var serverRoles = []struct {
	flag int64
	role string
}{
	{1, "ClientAccess"}, {2, "Mailbox"}, {4, "ClientAccess"}, {16, "UnifiedMessaging"}, {32, "HubTransport"}, {64, "EdgeTransport"},
}

// frontendTransport is the flag of a service that is no role of its own.
const frontendTransport = 16384

// roles are nil where the directory does not show them.
func (g Gatherer) roles(s *server) ([]string, error) {
	const absent = -1
	flags, err := number(s.entry, attrRoles, absent)
	if flags == absent || err != nil {
		return nil, err
	}
	roles := []string{}
	left := flags &^ frontendTransport
	for _, r := range serverRoles {
		if flags&r.flag != 0 && !slices.Contains(roles, r.role) {
			roles = append(roles, r.role)
		}
		left &^= r.flag
	}
	if left != 0 {
		g.report("%s: unknown %s ignored: %#x", s.name, attrRoles, left)
	}
	return roles, nil
}
