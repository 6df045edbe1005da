package directory

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// addedToBuild is the number that a directory adds to the build of a version.
const addedToBuild = 30000

// version returns the Exchange version, such as 15.2.1748.10, or "" if the
// directory does not show it. serialNumber is the text that Exchange displays.
func (g Gatherer) version(s *server) (string, error) {
	for _, text := range s.entry.GetEqualFoldAttributeValues(attrSerial) {
		version := gather.DisplayVersion(text)
		if version == "" {
			g.Report.Sentence("%s: ignored %s: expected text such as Version 15.2 (Build 31748.10), found %.60q", s.name, attrSerial, text)
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
	// The format of Autodiscover's ServerVersion: six bits for the major
	// version, six for the minor version, a bit that is always set, and 15 bits
	// for the build.
	const set = 0x70008000
	packed, err := number(s.entry, attrVersion, 0)
	if packed == 0 || err != nil {
		return "", err
	}
	if packed&set != set {
		g.Report.Sentence("%s: ignored %s, %d: expected a packed Exchange version", s.name, attrVersion, packed)
		return "", nil
	}
	return fmt.Sprintf("%d.%d.%d", packed>>22&0x3f, packed>>16&0x3f, packed&0x7fff), nil
}

// frontendTransport is the flag of a service, not of a role.
const frontendTransport = 16384

// roles returns nil if the directory does not show them.
func (g Gatherer) roles(s *server) ([]string, error) {
	const absent = -1
	bits, err := number(s.entry, attrRoles, absent)
	if bits == absent || err != nil {
		return nil, err
	}
	flags, unknown := gather.Flags(uint64(uint32(bits&^frontendTransport)), gather.ServerRoles)
	if unknown != 0 {
		g.Report.Sentence("%s: unknown %s ignored: %#x", s.name, attrRoles, unknown)
	}
	return gather.Roles(flags), nil
}
