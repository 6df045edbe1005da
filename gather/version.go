package gather

import "regexp"

var displayVersion = regexp.MustCompile(`^[\pL\pM]{1,40} ([0-9]{1,9}\.[0-9]{1,9})(?: \([\pL\pM]{1,40}(?: [\pL\pM]{1,40})? ([0-9]{1,9}(?:\.[0-9]{1,9})?)(?:: [^()]*)?\))?$`)

// DisplayVersion extracts the numbers from a version as Exchange displays it in
// any language: 15.2.1748.10 from "Version 15.2 (Build 1748.10)". It returns ""
// for any other text.
func DisplayVersion(text string) string {
	match := displayVersion.FindStringSubmatch(text)
	if match == nil {
		return ""
	}
	if match[2] == "" {
		return match[1]
	}
	return match[1] + "." + match[2]
}
